//! Forged cookies: whatever they contain, they sign nobody in.

use api::Role;
use e2e::{Browser, Stack, Visitor, forgeries};
use serde_json::json;

#[tokio::test]
async fn a_forged_token_signs_nobody_in() {
    let stack = Stack::local();
    let person = Browser::open(&stack).await.sign_in("viewer", "openid key-automat/person").await;
    let mut forged = forgeries(&stack, &person.access, "cognito:groups", json!(["admin"])).await;
    forged.extend([
        ("a machine's token", stack.token(Role::Admin).await),
        ("an ID token", person.identity.unwrap()),
        ("a refresh token", person.refresh),
    ]);
    for (what, forged) in forged {
        let visitor = Visitor::new(&stack);
        visitor.set_cookie("__Host-access", Some(&forged));
        visitor.set_cookie("__Host-person", Some("QWRh"));
        assert_eq!(visitor.get("/").await.url.path(), "/oauth2/authorize", "{what}");
        visitor.set_cookie("__Host-refresh", Some(&forged));
        if what != "a refresh token" {
            assert_eq!(visitor.get("/").await.url.path(), "/oauth2/authorize", "{what}");
            assert!(visitor.cookie("__Host-access").is_none(), "{what}: the browser must forget it");
        }
    }
    let visitor = Visitor::new(&stack);
    visitor.set_cookie("__Host-access", Some(&person.access));
    assert_eq!(visitor.get("/").await.status, 200, "the token itself is good");
}

#[tokio::test]
async fn a_token_for_another_application_opens_no_page() {
    let stack = Stack::local();
    let only_openid = Browser::open(&stack).await.sign_in("admin", "openid").await;
    let visitor = Visitor::new(&stack);
    visitor.set_cookie("__Host-access", Some(&only_openid.access));
    assert_eq!(visitor.get("/").await.status, 403, "its groups do not count");
}

#[tokio::test]
async fn a_bearer_token_opens_no_page() {
    let stack = Stack::local();
    let answer = stack.http().get(stack.url()).bearer_auth(stack.token(Role::Admin).await).send().await.unwrap();
    assert_eq!(answer.url().path(), "/oauth2/authorize");
}

#[tokio::test]
async fn a_callback_of_another_browser_signs_nobody_in() {
    let stack = Stack::local();
    // An attacker signs in, and gives the callback address to a victim, who would then use the attacker's account.
    let attacker = Visitor::new(&stack);
    _ = attacker.sign_in("/", "viewer").await;
    let callback = attacker.visited().into_iter().find(|url| url.contains("/auth/callback")).unwrap();
    let path = callback.strip_prefix(stack.url()).unwrap();

    let victim = Visitor::new(&stack);
    let page = victim.get(path).await;
    assert_eq!(page.status, 400);
    assert!(page.text.contains("You are not signed in") && victim.cookie("__Host-access").is_none());
    // Neither while the victim is signing in,
    _ = victim.get("/").await;
    assert_eq!(victim.get(path).await.status, 400);
    assert!(victim.cookie("__Host-access").is_none());
    // nor after that: the victim keeps their own account.
    _ = victim.sign_in("/", "operator").await;
    let page = victim.get(path).await;
    assert!(page.status == 200 && page.text.contains("Otto Oksanen"), "{}", page.text);
}

#[tokio::test]
async fn no_address_redirects_to_another_site() {
    let stack = Stack::local();
    for to in ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "keys"] {
        let visitor = Visitor::new(&stack);
        let query = percent_encoding::utf8_percent_encode(to, percent_encoding::NON_ALPHANUMERIC);
        let page = visitor.sign_in(&format!("/sign-in?to={query}"), "viewer").await;
        assert_eq!((page.status, page.url.as_str()), (200, format!("{}/", stack.url()).as_str()), "{to}");
    }
}
