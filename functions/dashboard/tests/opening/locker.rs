//! The page of a locker, and the button on it.

use api::Role;

use crate::scene::{LOCKER, Scene};

#[tokio::test]
async fn a_lockers_page_says_what_is_known_of_it_and_has_the_button_that_opens_it() {
    let scene = Scene::new().await;
    let page = scene.get(Role::Operator, LOCKER).await;
    assert_eq!(page.status, 200);
    insta::assert_snapshot!("locker", page.main());
    for (role, offered) in [(Role::Viewer, false), (Role::Admin, true)] {
        assert_eq!(scene.get(role, LOCKER).await.main().contains("<button"), offered, "{role:?}");
    }
    let empty = scene.get(Role::Admin, "/automats/lobby/lockers/0").await;
    assert!(empty.main().contains("/automats/lobby/keys/new?locker=0"), "{}", empty.html);
}

#[tokio::test]
async fn a_locker_that_is_not_there_is_not_opened() {
    let scene = Scene::new().await;
    for uri in ["/automats/lobby/lockers/3", "/automats/lobby/lockers/x", "/automats/attic/lockers/0"] {
        assert_eq!(scene.get(Role::Admin, uri).await.status, 404, "{uri}");
        assert_eq!(scene.post(Role::Admin, &format!("{uri}/open"), "once=a").await.status, 404, "{uri}");
    }
    assert!(scene.get(Role::Admin, "/automats/lobby/lockers/3").await.main().contains("It has 3 lockers."));
}

#[tokio::test]
async fn the_same_form_sent_twice_opens_once() {
    let scene = Scene::new().await;
    let opening = scene.open("a").await;
    assert_eq!(scene.open("a").await, opening);
    assert_eq!(scene.openings().await, 1);
}

#[tokio::test]
async fn who_opens_a_locker_that_is_being_opened_is_led_to_that_opening() {
    let scene = Scene::new().await;
    let opening = scene.open("a").await;
    let there = scene.open("b").await;
    assert_eq!(there, format!("{opening}?already=true"));
    assert!(scene.get(Role::Operator, &there).await.main().contains("This locker was being opened already"));
    scene.later(20);
    assert_ne!(scene.open("b").await, there);
    assert_eq!(scene.openings().await, 2);
}

#[tokio::test]
async fn an_automat_that_is_away_is_asked_only_by_who_says_so() {
    let scene = Scene::new().await;
    scene.presence(false).await;
    let open = format!("{LOCKER}/open");
    let refused = scene.post(Role::Operator, &open, "once=a&reason=Lost+PIN").await;
    assert_eq!(refused.status, 409);
    let page = refused.main();
    assert!(page.contains("The automat is not connected"), "{page}");
    assert!(page.contains("Try all the same, for 20 seconds") && page.contains("Lost PIN"), "{page}");
    // The language is chosen on a page that can be gone back to.
    assert!(refused.html.contains(&format!("name=\"to\" value=\"{LOCKER}\"")));
    assert_eq!(scene.openings().await, 0);
    assert_eq!(scene.post(Role::Operator, &open, "once=a&reason=Lost+PIN&force=on").await.status, 303);
    assert_eq!(scene.openings().await, 1);
}

#[tokio::test]
async fn a_reason_that_is_too_long_is_said_beside_its_field() {
    let scene = Scene::new().await;
    let body = format!("once=a&reason={}", "x".repeat(501));
    let refused = scene.post(Role::Operator, &format!("{LOCKER}/open"), &body).await;
    assert_eq!(refused.status, 422);
    let page = refused.main();
    assert!(page.contains("At most 500 characters.") && page.contains(&"x".repeat(501)), "{page}");
}

#[tokio::test]
async fn a_viewer_opens_nothing() {
    let scene = Scene::new().await;
    let refused = scene.post(Role::Viewer, &format!("{LOCKER}/open"), "once=a").await;
    assert_eq!(refused.status, 403);
    assert!(refused.main().contains("This is for operators and admins"), "{}", refused.html);
    assert_eq!(scene.openings().await, 0);
}
