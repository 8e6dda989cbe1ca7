//! The page of a locker, and the button on it.

use api::Role;

use super::{LOCKER, OPEN, disconnect, open, openings, stage};

#[tokio::test]
async fn the_page_of_a_locker_shows_its_state_and_the_open_button() {
    let stage = stage().await;
    let page = stage.get(LOCKER).await;
    assert_eq!(page.status, 200);
    insta::assert_snapshot!("locker", page.main());
    for (role, offered) in [(Role::Viewer, false), (Role::Admin, true)] {
        assert_eq!(stage.get_as(role, LOCKER).await.main().contains("<button"), offered, "{role:?}");
    }
    let empty = stage.get_as(Role::Admin, "/automats/lobby/lockers/0").await;
    assert!(empty.main().contains("/automats/lobby/keys/new?locker=0"), "{}", empty.html);
}

#[tokio::test]
async fn an_unknown_locker_cannot_be_opened() {
    let stage = stage().await;
    for uri in ["/automats/lobby/lockers/3", "/automats/lobby/lockers/x", "/automats/attic/lockers/0"] {
        assert_eq!(stage.get_as(Role::Admin, uri).await.status, 404, "{uri}");
        assert_eq!(stage.post_as(Role::Admin, &format!("{uri}/open"), &[("once", "a")]).await.status, 404, "{uri}");
    }
    assert!(stage.get_as(Role::Admin, "/automats/lobby/lockers/3").await.main().contains("It has 3 lockers."));
}

#[tokio::test]
async fn a_form_sent_twice_opens_once() {
    let stage = stage().await;
    let opening = open(&stage, "a").await;
    assert_eq!(open(&stage, "a").await, opening);
    assert_eq!(openings(&stage).await, 1);
}

#[tokio::test]
async fn opening_a_busy_locker_leads_to_the_current_opening() {
    let stage = stage().await;
    let opening = open(&stage, "a").await;
    let there = open(&stage, "b").await;
    assert_eq!(there, format!("{opening}?already=true"));
    assert!(stage.get(&there).await.main().contains("This locker was already being opened"));
    stage.later(20);
    assert_ne!(open(&stage, "c").await, there);
    assert_eq!(openings(&stage).await, 2);
}

#[tokio::test]
async fn opening_at_a_disconnected_automat_needs_confirmation() {
    let stage = stage().await;
    disconnect(&stage).await;
    let form = [("once", "a"), ("reason", "Lost PIN")];
    let refused = stage.post(OPEN, &form).await;
    assert_eq!(refused.status, 409);
    let page = refused.main();
    assert!(page.contains("The automat is not connected"), "{page}");
    assert!(page.contains("Send the request anyway (valid for 20 seconds)") && page.contains("Lost PIN"), "{page}");
    // The language form leads back to a page that answers GET.
    assert!(refused.html.contains(&format!("formaction=\"/language?to={}\"", LOCKER.replace('/', "%2F"))));
    assert_eq!(openings(&stage).await, 0);
    // The refusal is stored for two minutes under the form's idempotency key, so the page has a new one.
    assert_ne!(refused.value("once").unwrap(), "a");
    assert_eq!(stage.send(&refused, &[("force", "on")]).await.status, 303);
    assert_eq!(openings(&stage).await, 1);
}

#[tokio::test]
async fn a_reason_that_is_too_long_is_refused_at_its_field() {
    let stage = stage().await;
    let reason = "x".repeat(501);
    let refused = stage.post(OPEN, &[("once", "a"), ("reason", &reason)]).await;
    assert_eq!(refused.status, 422);
    let page = refused.main();
    assert!(page.contains("At most 500 characters.") && page.contains(&reason), "{page}");
}

#[tokio::test]
async fn a_viewer_cannot_open_lockers() {
    let stage = stage().await;
    let refused = stage.post_as(Role::Viewer, OPEN, &[("once", "a")]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.main().contains("This is for operators and admins"), "{}", refused.html);
    assert_eq!(openings(&stage).await, 0);
}
