//! People sign in, stay signed in, and sign out.

use api::Clock;
use domain::Instant;
use e2e::{Stack, Visitor};

const COOKIES: [&str; 3] = ["__Host-access", "__Host-refresh", "__Host-person"];

#[tokio::test]
async fn somebody_signs_in_and_comes_to_the_page_that_they_wanted() {
    let stack = Stack::local();
    let visitor = Visitor::new(&stack);
    let page = visitor.sign_in("/?limit=5", "admin").await;
    assert_eq!((page.status, page.url.path()), (200, "/"), "{}", page.text);
    assert!(page.text.contains("Ada Aalto") && page.text.contains("Admin"), "{}", page.text);
    assert!(COOKIES.iter().all(|name| visitor.cookie(name).is_some()));
    assert!(visitor.cookie("__Host-sign-in").is_none(), "the attempt is over");
}

#[tokio::test]
async fn whoever_signs_out_is_out_everywhere() {
    let stack = Stack::local();
    let visitor = Visitor::signed_in(&stack, "viewer").await;
    let refresh = visitor.cookie("__Host-refresh").unwrap();
    let page = visitor.get("/").await;
    let page = visitor.send(&page, "/sign-out", &[]).await;
    assert_eq!(page.url.path(), "/oauth2/authorize", "the first page asks who it is");
    assert!(COOKIES.iter().all(|name| visitor.cookie(name).is_none()));
    visitor.set_cookie("__Host-refresh", Some(&refresh));
    assert_eq!(visitor.get("/").await.url.path(), "/oauth2/authorize", "the refresh token is revoked");
    assert!(visitor.cookie("__Host-refresh").is_none());
}

#[tokio::test]
async fn a_session_goes_on_by_itself_for_seven_days() {
    let began = Instant::parse("2031-07-01T10:00:00Z").unwrap();
    let clock = Clock::fixed(began);
    let stack = Stack::alone(clock.clone()).await;
    let visitor = Visitor::signed_in(&stack, "operator").await;
    let first = visitor.cookie("__Host-access").unwrap();
    clock.set(began.plus_millis(899_000));
    assert_eq!(visitor.get("/").await.status, 200);
    assert_eq!(visitor.cookie("__Host-access").unwrap(), first, "it is still good");
    clock.set(began.plus_millis(900_000));
    assert_eq!(visitor.get("/").await.url.path(), "/");
    assert_ne!(visitor.cookie("__Host-access").unwrap(), first, "there is a new one");
    clock.set(began.plus_millis(7 * 86_400_000));
    assert_eq!(visitor.get("/").await.url.path(), "/oauth2/authorize");
    assert!(COOKIES.iter().all(|name| visitor.cookie(name).is_none()));
}
