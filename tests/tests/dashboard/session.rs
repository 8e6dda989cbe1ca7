//! Signing in, staying signed in, and signing out.

use clock::Clock;
use domain::Instant;
use e2e::{Stack, Visitor};

const COOKIES: [&str; 3] = ["__Host-access", "__Host-refresh", "__Host-person"];
const MINUTE: i64 = 60_000;

fn began() -> Instant {
    Instant::parse("2031-07-01T10:00:00Z").unwrap()
}

#[tokio::test]
async fn signing_in_leads_to_the_requested_page() {
    let stack = Stack::local();
    let visitor = Visitor::new(&stack);
    let page = visitor.sign_in("/automats?limit=5", "admin").await;
    assert_eq!((page.status, page.url.query()), (200, Some("limit=5")), "{}", page.text);
    assert!(page.text.contains("Ada Aalto") && page.text.contains("Admin"), "{}", page.text);
    assert!(COOKIES.iter().all(|name| visitor.cookie(name).is_some()));
    assert!(visitor.cookie("__Host-sign-in").is_none(), "the attempt is over");
}

#[tokio::test]
async fn signing_out_ends_every_session_of_the_sign_in() {
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
async fn a_session_is_renewed_for_seven_days() {
    let clock = Clock::fixed(began());
    let stack = Stack::alone(clock.clone()).await;
    let visitor = Visitor::signed_in(&stack, "operator").await;
    let first = visitor.cookie("__Host-access").unwrap();
    clock.set(began().plus_millis(15 * MINUTE - 1_000));
    assert_eq!(visitor.get("/").await.status, 200);
    assert_eq!(visitor.cookie("__Host-access").unwrap(), first, "it is still good");
    clock.set(began().plus_millis(15 * MINUTE));
    assert_eq!(visitor.get("/").await.url.path(), "/");
    assert_ne!(visitor.cookie("__Host-access").unwrap(), first, "there is a new one");
    visitor.set_cookie("__Host-access", None);
    let both = tokio::join!(visitor.get("/"), visitor.get("/automats?limit=5"));
    assert_eq!((both.0.status, both.1.status), (200, 200), "renewed twice at once");
    clock.set(began().plus_millis(7 * 24 * 60 * MINUTE));
    assert_eq!(visitor.get("/").await.url.path(), "/oauth2/authorize");
    assert!(COOKIES.iter().all(|name| visitor.cookie(name).is_none()));
}

#[tokio::test]
async fn a_form_sent_after_the_session_ended_can_be_sent_again() {
    let clock = Clock::fixed(began());
    let stack = Stack::alone(clock.clone()).await;
    let visitor = Visitor::signed_in(&stack, "admin").await;
    clock.set(began().plus_millis(8 * 24 * 60 * MINUTE));
    let typed = [("automatId", "lobby"), ("name", "\"Ä\" & <b>"), ("once", "abc")];
    let page = visitor.forge("/automats/new?a=1", Some(stack.url()), &typed).await;
    assert_eq!(page.status, 401);
    assert!(page.text.contains("Nothing was saved"), "{}", page.text);
    assert_eq!(page.form("/automats/new?a=1"), typed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let link = page.links().into_iter().find(|link| link.starts_with("/sign-in")).unwrap();
    assert_eq!(visitor.sign_in(&link, "admin").await.status, 200);
    assert_ne!(visitor.send(&page, "/automats/new?a=1", &[]).await.status, 401);
}

#[tokio::test]
async fn several_tabs_can_sign_in_at_once() {
    let stack = Stack::local();
    let visitor = Visitor::new(&stack);
    let (one, other) = (visitor.get("/automats?limit=1").await, visitor.get("/automats?limit=2").await);
    let other = visitor.send(&other, "/login", &[("person", "viewer")]).await;
    assert_eq!((other.status, other.url.query()), (200, Some("limit=2")));
    let access = visitor.cookie("__Host-access").unwrap();
    let one = visitor.send(&one, "/login", &[("person", "viewer")]).await;
    assert_eq!((one.status, one.url.query()), (200, Some("limit=1")));
    assert_eq!(visitor.cookie("__Host-access").unwrap(), access, "there was a session already");
}

#[tokio::test]
async fn reloading_the_callback_keeps_the_session() {
    let stack = Stack::local();
    let visitor = Visitor::signed_in(&stack, "viewer").await;
    let callback = visitor.visited().into_iter().find(|url| url.contains("/auth/callback")).unwrap();
    let path = callback.strip_prefix(stack.url()).unwrap();
    assert_eq!(visitor.get(path).await.url.path(), "/");
    visitor.set_cookie("__Host-access", None);
    assert_eq!(visitor.get("/").await.status, 200, "the refresh token is still good");
}

#[tokio::test]
async fn a_failed_sign_in_says_so_and_can_be_repeated() {
    let clock = Clock::fixed(began());
    let stack = Stack::alone(clock.clone()).await;
    let visitor = Visitor::new(&stack);
    // Cancelled: the sign-in redirects back with an error.
    let asked = visitor.get("/automats?limit=3").await;
    let state = asked.form("/login").into_iter().find(|(name, _)| name == "state").unwrap().1;
    let page = visitor.get(&format!("/auth/callback?error=access_denied&state={state}")).await;
    assert_eq!(page.status, 400);
    let again = page.links().into_iter().find(|link| link.starts_with("/sign-in")).unwrap();
    assert_eq!(again, "/sign-in?to=%2Fautomats%3Flimit%3D3");
    // Too slow: the code has expired when the browser returns with it.
    let state = visitor.get(&again).await.form("/login").into_iter().find(|(name, _)| name == "state").unwrap().1;
    let page = visitor.get(&format!("/auth/callback?code=no-such-code&state={state}")).await;
    assert_eq!((page.status, visitor.cookie("__Host-access")), (400, None));
    assert!(page.text.contains("Sign in again"), "{}", page.text);
}

#[tokio::test]
async fn another_host_name_redirects_to_the_dashboards_own() {
    let stack = Stack::local();
    let localhost = stack.url().replace("127.0.0.1", "localhost");
    let visitor = Visitor::new(&stack);
    let page = visitor.sign_in(&format!("{localhost}/automats?limit=7"), "viewer").await;
    assert_eq!((page.status, page.url.as_str()), (200, format!("{}/automats?limit=7", stack.url()).as_str()));
}
