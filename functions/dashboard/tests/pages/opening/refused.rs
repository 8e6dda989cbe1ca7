//! What cannot be done, as a page.

use api::Role;

use super::{OPEN, stage};

#[tokio::test]
async fn what_is_not_there_says_what_to_look_for() {
    let stage = stage().await;
    for (uri, said) in [
        ("/nowhere", "Page not found"),
        ("/automats/attic/events", "Automat not found"),
        ("/keys/K-9/events", "Key not found"),
        ("/openings/x", "Opening not found"),
    ] {
        let page = stage.get_as(Role::Viewer, uri).await;
        assert_eq!(page.status, 404, "{uri}");
        assert!(page.main().contains(said) && page.main().contains("<code>test-request</code>"), "{}", page.html);
    }
    insta::assert_snapshot!("not_found", stage.get_as(Role::Viewer, "/keys/K-9/events").await.main());
}

#[tokio::test]
async fn who_may_not_is_told_who_may_and_stays_who_they_are() {
    let stage = stage().await;
    let page = stage.post_as(Role::Viewer, OPEN, &[("once", "a")]).await;
    assert_eq!(page.status, 403);
    assert!(page.main().contains("Ask an operator to do it"), "{}", page.html);
    assert!(page.html.contains("Viewer</span>"), "the menu names the role: {}", page.html);
}

#[tokio::test]
async fn browsers_and_search_engines_find_what_they_look_for_first() {
    let stage = stage().await;
    assert_eq!(stage.get_as(Role::Viewer, "/robots.txt").await.html, "User-agent: *\nDisallow: /\n");
    let icon = stage.get_as(Role::Viewer, "/favicon.ico").await;
    assert_eq!(stage.get_as(Role::Viewer, &icon.to.unwrap()).await.status, 200);
}
