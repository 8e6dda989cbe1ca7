//! What cannot be done, as a page.

use api::Role;

use crate::scene::Scene;

#[tokio::test]
async fn what_is_not_there_says_what_to_look_for() {
    let scene = Scene::new().await;
    for (uri, said) in [
        ("/nowhere", "There is no such page"),
        ("/automats/attic/events", "There is no such automat"),
        ("/keys/K-9/events", "There is no such key"),
        ("/openings/x", "There is no such opening"),
    ] {
        let page = scene.get(Role::Viewer, uri).await;
        assert_eq!(page.status, 404, "{uri}");
        assert!(page.main().contains(said) && page.main().contains("<code>test-request</code>"), "{}", page.html);
    }
    insta::assert_snapshot!("not_found", scene.get(Role::Viewer, "/keys/K-9/events").await.main());
}

#[tokio::test]
async fn who_may_not_is_told_who_may_and_stays_who_they_are() {
    let scene = Scene::new().await;
    let page = scene.post(Role::Viewer, "/automats/lobby/lockers/1/open", "once=a").await;
    assert_eq!(page.status, 403);
    assert!(page.main().contains("Ask an operator to do it"), "{}", page.html);
    assert!(page.html.contains("Viewer</span>"), "the menu names the role: {}", page.html);
}

#[tokio::test]
async fn browsers_and_search_engines_find_what_they_look_for_first() {
    let scene = Scene::new().await;
    assert_eq!(scene.get(Role::Viewer, "/robots.txt").await.html, "User-agent: *\nDisallow: /\n");
    let icon = scene.get(Role::Viewer, "/favicon.ico").await;
    assert_eq!(scene.get(Role::Viewer, &icon.to).await.status, 200);
}
