//! The page of a locker, and the button on it.

use api::Role;

use super::{LOCKER, OPEN, gone, open, openings, stage};

#[tokio::test]
async fn a_lockers_page_says_what_is_known_of_it_and_has_the_button_that_opens_it() {
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
async fn a_locker_that_is_not_there_is_not_opened() {
    let stage = stage().await;
    for uri in ["/automats/lobby/lockers/3", "/automats/lobby/lockers/x", "/automats/attic/lockers/0"] {
        assert_eq!(stage.get_as(Role::Admin, uri).await.status, 404, "{uri}");
        assert_eq!(stage.post_as(Role::Admin, &format!("{uri}/open"), &[("once", "a")]).await.status, 404, "{uri}");
    }
    assert!(stage.get_as(Role::Admin, "/automats/lobby/lockers/3").await.main().contains("It has 3 lockers."));
}

#[tokio::test]
async fn the_same_form_sent_twice_opens_once() {
    let stage = stage().await;
    let opening = open(&stage, "a").await;
    assert_eq!(open(&stage, "a").await, opening);
    assert_eq!(openings(&stage).await, 1);
}

#[tokio::test]
async fn who_opens_a_locker_that_is_being_opened_is_led_to_that_opening() {
    let stage = stage().await;
    let opening = open(&stage, "a").await;
    let there = open(&stage, "b").await;
    assert_eq!(there, format!("{opening}?already=true"));
    assert!(stage.get(&there).await.main().contains("This locker was being opened already"));
    stage.later(20);
    assert_ne!(open(&stage, "c").await, there);
    assert_eq!(openings(&stage).await, 2);
}

#[tokio::test]
async fn an_automat_that_is_away_is_asked_only_by_who_says_so() {
    let stage = stage().await;
    gone(&stage).await;
    let form = [("once", "a"), ("reason", "Lost PIN")];
    let refused = stage.post(OPEN, &form).await;
    assert_eq!(refused.status, 409);
    let page = refused.main();
    assert!(page.contains("The automat is not connected"), "{page}");
    assert!(page.contains("Try all the same, for 20 seconds") && page.contains("Lost PIN"), "{page}");
    // The language is chosen on a page that can be gone back to.
    assert!(refused.html.contains(&format!("name=\"to\" value=\"{LOCKER}\"")));
    assert_eq!(openings(&stage).await, 0);
    // The refusal stands for two minutes under the form's name, so the page has another one.
    assert_ne!(refused.value("once").unwrap(), "a");
    assert_eq!(stage.send(&refused, &[("force", "on")]).await.status, 303);
    assert_eq!(openings(&stage).await, 1);
}

#[tokio::test]
async fn a_reason_that_is_too_long_is_said_beside_its_field() {
    let stage = stage().await;
    let reason = "x".repeat(501);
    let refused = stage.post(OPEN, &[("once", "a"), ("reason", &reason)]).await;
    assert_eq!(refused.status, 422);
    let page = refused.main();
    assert!(page.contains("At most 500 characters.") && page.contains(&reason), "{page}");
}

#[tokio::test]
async fn a_viewer_opens_nothing() {
    let stage = stage().await;
    let refused = stage.post_as(Role::Viewer, OPEN, &[("once", "a")]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.main().contains("This is for operators and admins"), "{}", refused.html);
    assert_eq!(openings(&stage).await, 0);
}
