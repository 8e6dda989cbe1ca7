//! People sign in, work, and sign out, as a browser does it; and nothing of it stands in the log.

use e2e::{Browser, Log, Stack};
use serde_json::json;

#[tokio::test]
async fn somebody_signs_in_works_stays_signed_in_and_signs_out() {
    let log = Log::keep();
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
    let ada = local::people::Person::of_word("admin").unwrap();
    assert_eq!((&events[0]["type"], &events[0]["actor"]), (&json!("automat-added"), &json!(ada.subject)));

    assert_eq!(browser.sign_out(&tokens.refresh).await, format!("{}/", stack.url()));
    assert_eq!(browser.refresh(&tokens.refresh).await.unwrap_err(), "invalid_grant");

    let text = String::from_utf8_lossy(&log.bytes()).into_owned();
    assert!(text.contains("\"request\""), "there is something to find");
    let identity = tokens.identity.unwrap();
    for (what, secret) in [
        ("the code", &tokens.code),
        ("an access token", &tokens.access),
        ("the ID token", &identity),
        ("the refresh token", &tokens.refresh),
        ("the next access token", &next),
    ] {
        assert!(!text.contains(secret.as_str()), "{what} stands in the log");
    }
}
