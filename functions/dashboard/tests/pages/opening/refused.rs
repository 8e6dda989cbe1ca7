//! What cannot be done, as a page.

use api::Role;

use super::{OPEN, stage};

#[tokio::test]
async fn a_missing_resource_has_a_page_that_helps() {
    let stage = stage().await;
    for (uri, said) in [
        ("/nowhere", "Page not found"),
        ("/automats/attic", "Automat not found"),
        ("/keys/K-9", "Key not found"),
        ("/openings/x", "Opening not found"),
    ] {
        let page = stage.get_as(Role::Viewer, uri).await;
        assert_eq!(page.status, 404, "{uri}");
        assert!(page.main().contains(said) && page.main().contains("<code>test-request</code>"), "{}", page.html);
    }
    insta::assert_snapshot!("not_found", stage.get_as(Role::Viewer, "/keys/K-9").await.main());
}

#[tokio::test]
async fn a_forbidden_page_says_who_may_help_and_shows_the_role() {
    let stage = stage().await;
    let page = stage.post_as(Role::Viewer, OPEN, &[("once", "a")]).await;
    assert_eq!(page.status, 403);
    assert!(page.main().contains("Ask an operator to do it"), "{}", page.html);
    assert!(page.html.contains("Viewer</span>"), "the menu names the role: {}", page.html);
}

#[tokio::test]
async fn robots_txt_and_the_favicon_exist() {
    let stage = stage().await;
    assert_eq!(stage.get_as(Role::Viewer, "/robots.txt").await.html, "User-agent: *\nDisallow: /\n");
    let icon = stage.get_as(Role::Viewer, "/favicon.ico").await;
    assert_eq!(stage.get_as(Role::Viewer, &icon.to.unwrap()).await.status, 200);
}
