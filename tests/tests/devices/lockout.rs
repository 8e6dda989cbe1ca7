//! Wrong codes in a row lock the keypad, longer each time.

use automat::device::Display;

use crate::scene::{Scene, noon};

const PIN: &str = "739164";

/// Types four wrong codes, and a fifth that locks; for how many seconds.
async fn five_wrong(scene: &Scene) -> u32 {
    for wrong in ["111111", "222222", "333333", "444444"] {
        assert_eq!(scene.device.type_code(wrong).await, Display::NotValid);
    }
    match scene.device.type_code("555555").await {
        Display::Locked(seconds) => seconds,
        other => panic!("the fifth shows {other:?}"),
    }
}

#[tokio::test]
async fn the_fifth_wrong_code_locks_for_a_minute_and_the_next_five_for_two() {
    let mut scene = Scene::at_noon().await;
    scene.book("b-1", PIN, 0, 600).await;
    assert_eq!(five_wrong(&scene).await, 60);
    let over = noon().plus_millis(60_000);
    assert_eq!(scene.stage.event("keypad-locked").await["until"], over.to_string());
    assert!(matches!(scene.device.type_code(PIN).await, Display::Locked(_)), "the keypad takes no more");

    // a power cut makes the keypad forget, and the cloud remembers
    scene.go_to(noon().plus_millis(30_000)).await;
    assert_eq!(scene.device.type_code(PIN).await, Display::Locked(30));
    assert_eq!(scene.stage.event("entry-refused").await["reason"], "locked-out");

    scene.go_to(over).await;
    assert_eq!(five_wrong(&scene).await, 120);
    let over = over.plus_millis(120_000);
    let locked = |event: &&serde_json::Value| event["type"] == "keypad-locked";
    let events = scene.stage.events_where(|events| events.iter().filter(locked).count() == 2).await;
    assert_eq!(events.iter().find(locked).unwrap()["until"], over.to_string());
    assert_eq!(scene.device.motor_log(), []);

    scene.go_to(over).await;
    scene.fetch(PIN).await;
    assert_eq!(five_wrong(&scene).await, 60, "a right code is a new beginning");
}

#[tokio::test]
async fn a_right_code_between_wrong_ones_keeps_the_keypad_open() {
    let scene = Scene::new().await;
    scene.book("b-1", PIN, 0, 60).await;
    for _ in 0..2 {
        for wrong in ["111111", "222222", "333333", "444444"] {
            assert_eq!(scene.device.type_code(wrong).await, Display::NotValid);
        }
        scene.fetch(PIN).await;
        scene.put_back(PIN).await;
    }
}
