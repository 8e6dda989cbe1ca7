//! Entries of devices with one key or two.

use domain::{CodeKind, KeypadAnswer, Purpose};
use store::KeypadEntry;

use super::scene::{NEW, OLD, RETURN_CODE, Scene, lobby, now, two};

#[tokio::test]
async fn a_code_is_found_by_its_first_name_and_by_its_second_in_two_reads() {
    let scene = Scene::new().await;
    let (store, wire) = scene.wired(&two(OLD, NEW));
    for (kind, digits, inside, purpose) in
        [(CodeKind::Pin, "482915", true, Purpose::Fetch), (CodeKind::ReturnCode, RETURN_CODE, false, Purpose::Return)]
    {
        for device in [&[OLD][..], &[OLD, NEW], &[NEW, OLD]] {
            let _ = wire.tally();
            assert_eq!(scene.answer(&store, device, kind, digits, inside).await, Some(purpose));
            assert_eq!(wire.tally().round_trips, 3, "two reads and a transaction");
        }
        assert_eq!(scene.answer(&store, &[NEW], kind, digits, inside).await, None, "a device that lacks its key");
    }
}

#[tokio::test]
async fn a_code_under_neither_name_counts_as_one_wrong_entry() {
    let scene = Scene::new().await;
    let store = scene.function(&two(OLD, NEW));
    let wrong = async || {
        let typed = scene.typed(&[OLD, NEW], CodeKind::Pin, "999999", true);
        store.keypad_entry(&lobby(), typed, now()).await.unwrap()
    };
    for _ in 0..4 {
        assert_eq!(wrong().await, KeypadAnswer::No { wait_until: None });
    }
    assert!(matches!(wrong().await, KeypadAnswer::No { wait_until: Some(_) }));
    assert_eq!(scene.answer(&store, &[OLD, NEW], CodeKind::Pin, "482915", true).await, None, "a right one waits too");
}

/// A batch read is not a snapshot: the code's former name may be read after the code has left it, and its new name
/// before the code has arrived.
#[tokio::test]
async fn a_code_that_moves_during_the_lookup_is_found() {
    let scene = Scene::new().await;
    let (store, wire) = scene.wired(&two(NEW, OLD));
    wire.miss_codes_once();
    assert_eq!(scene.answer(&store, &[OLD, NEW], CodeKind::Pin, "482915", true).await, Some(Purpose::Fetch));
}

#[tokio::test]
async fn malformed_second_names_are_ignored() {
    let scene = Scene::new().await;
    let store = scene.function(&two(OLD, NEW));
    let right = scene.typed(&[OLD], CodeKind::Pin, "482915", true);
    for (n, other) in [&right.code, "", "482915", &"A".repeat(5_000)].into_iter().enumerate() {
        let odd = KeypadEntry { id: format!("odd{n}"), other: Some(other.to_owned()), ..right.clone() };
        assert!(matches!(store.keypad_entry(&lobby(), odd, now()).await.unwrap(), KeypadAnswer::Open { .. }));
        let odd = KeypadEntry {
            id: format!("o{n}"),
            code: other.to_owned(),
            other: Some(right.code.clone()),
            ..right.clone()
        };
        assert!(matches!(store.keypad_entry(&lobby(), odd, now()).await.unwrap(), KeypadAnswer::Open { .. }));
    }
}
