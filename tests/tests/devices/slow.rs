//! Wrong codes make the keypad slow, but lock nobody out.

use automat::device::Display;
use domain::Instant;
use protocol::Purpose;

use crate::scene::{Scene, Timed, noon, open_to};

const PIN: &str = "739164";

/// Types a wrong code that is checked.
async fn wrong(scene: &Scene, code: &str) {
    assert_eq!(scene.device.type_code(code).await, Display::NotValid);
}

/// Moves the clock to the moment at which the keypad checks the next entry, and not a second earlier.
async fn go_to_the_end_of_the_wait(scene: &mut Timed, end: Instant) {
    scene.go_to(end.plus_millis(-1_000)).await;
    assert_eq!(scene.device.type_code(PIN).await, Display::Wait(1));
    scene.go_to(end).await;
}

#[tokio::test]
async fn after_five_wrong_codes_a_guest_waits_half_a_minute() {
    let mut scene = Scene::at_noon().await;
    scene.book("b-1", PIN, 0, 600).await;
    for code in ["111111", "222222", "333333", "444444", "555555"] {
        wrong(&scene, code).await;
    }
    assert_eq!(scene.device.type_code(PIN).await, Display::Wait(30), "the device takes no more");

    // After a power cut the device has forgotten, but the cloud remembers.
    scene.go_to(noon().plus_millis(10_000)).await;
    assert_eq!(scene.device.type_code(PIN).await, Display::Wait(20));
    assert_eq!(scene.stage.event("entry-refused").await["reason"], "keypad-slow");
    assert_eq!(scene.device.motor_log(), []);

    go_to_the_end_of_the_wait(&mut scene, noon().plus_millis(30_000)).await;
    scene.fetch(PIN).await;
    wrong(&scene, "666666").await;
    go_to_the_end_of_the_wait(&mut scene, noon().plus_millis(90_000)).await;
    scene.put_back(PIN).await;
}

/// Right codes in between make no difference.
#[tokio::test]
async fn a_right_code_does_not_restore_the_budget_of_wrong_ones() {
    let scene = Scene::at_noon().await;
    scene.book("b-1", PIN, 0, 60).await;
    for code in ["111111", "222222", "333333", "444444"] {
        wrong(&scene, code).await;
    }
    scene.fetch(PIN).await;
    scene.put_back(PIN).await;
    wrong(&scene, "555555").await;
    assert_eq!(scene.device.type_code("666666").await, Display::Wait(30));
}

#[tokio::test]
async fn early_tries_of_one_guest_do_not_delay_another() {
    let scene = Scene::at_noon().await;
    scene.book("early", "112358", 60, 120).await;
    scene.book("now", PIN, 0, 60).await;
    for _ in 0..5 {
        wrong(&scene, "112358").await;
    }
    assert_eq!(scene.device.type_code(PIN).await, open_to(Purpose::Fetch));
}
