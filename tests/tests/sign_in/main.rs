//! Users sign in, use the pages and sign out, as a browser does it; and no secret of it is in the log.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]

use e2e::{Browser, Stack, Visitor};
use serde_json::json;
use testkit::Log;

#[tokio::test]
async fn a_user_signs_in_stays_signed_in_and_signs_out() {
    let log = Log::of_process();
    let stack = Stack::local();
    let browser = Browser::open(&stack).await;
    let tokens = browser.sign_in("admin", "openid key-automat/person").await;
    let bearer = format!("Bearer {}", tokens.access);
    let automat = json!({ "automatId": "by-ada", "name": "Ada's", "lockerCount": 1, "timeZone": "Europe/Helsinki" });
    stack.nobody().post("/v1/automats", automat).header("authorization", &bearer).await.is(201);

    let next = browser.refresh(&tokens.refresh).await.unwrap();
    assert_ne!(next, tokens.access);
    let bearer = format!("Bearer {next}");
    let events = stack.nobody().get("/v1/automats/by-ada/events").header("authorization", &bearer).await.data();
    let ada = local_cloud::people::LocalUser::by_id("admin").unwrap();
    assert_eq!((&events[0]["type"], &events[0]["actor"]), (&json!("automat-added"), &json!(ada.subject)));

    assert_eq!(browser.sign_out(&tokens.refresh).await, format!("{}/", stack.url()));
    assert_eq!(browser.refresh(&tokens.refresh).await.unwrap_err(), "invalid_grant");

    let pages = on_the_pages(&stack).await;

    let text = log.text();
    assert!(text.contains("\"request\""), "there is something to find");
    let identity = tokens.identity.unwrap();
    for (what, secret) in [
        ("the code", &tokens.code),
        ("an access token", &tokens.access),
        ("the ID token", &identity),
        ("the refresh token", &tokens.refresh),
        ("the next access token", &next),
    ] {
        assert!(!text.contains(secret.as_str()), "{what} is in the log");
    }
    for secret in pages {
        assert!(!text.contains(&secret), "a secret of a session is in the log");
    }
}

/// Signs in on the pages, refreshes the token and signs out. Returns the secrets.
async fn on_the_pages(stack: &Stack) -> Vec<String> {
    let visitor = Visitor::new(stack);
    let asked = visitor.get("/").await;
    let mut secrets = vec![visitor.cookie("__Host-sign-in").unwrap()];
    let page = visitor.send(&asked, "/login", &[("person", "admin")]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let cookies = ["__Host-access", "__Host-refresh"];
    secrets.extend(cookies.iter().map(|name| visitor.cookie(name).unwrap()));
    visitor.set_cookie("__Host-access", None);
    let page = visitor.get("/").await;
    secrets.push(visitor.cookie("__Host-access").unwrap());
    _ = visitor.send(&page, "/sign-out", &[]).await;
    let been = visitor.visited().join(" ");
    for secret in &secrets {
        assert!(!been.contains(secret), "a secret of a session is in an address");
        assert!(!page.text.contains(secret), "a secret of a session stands on a page");
    }
    // The code must be in an address, but it can be used only once.
    let codes =
        visitor.visited().into_iter().filter_map(|url| Some(url.split_once("code=")?.1.split('&').next()?.to_owned()));
    secrets.extend(codes.filter(|code| code.len() > 20));
    assert_eq!(secrets.len(), 5);
    secrets
}
