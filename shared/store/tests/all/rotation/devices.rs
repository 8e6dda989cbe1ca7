//! Which keys the devices report to have.

use store::{DeviceKeysKnown, LockerReports, PageRequest};
use testkit::{at, automat, locker_reports, metadata};

use super::scene::{NEW, OLD, Scene, lobby, two};

#[tokio::test]
async fn reported_device_keys_are_known_until_others_are_reported() {
    let scene = Scene::new().await;
    scene.table.store.create_automat(automat("garage", 9), &metadata()).await.unwrap();
    let function = scene.function(&two(OLD, NEW));
    let all = |n, secrets: &[[u8; 32]]| {
        let device_keys = secrets.iter().map(|&secret| scene.device_key(secret).id()).collect();
        LockerReports {
            device_keys,
            ..locker_reports(n, &[(0, true, None), (1, false, None), (2, false, None), (3, false, None)])
        }
    };
    for (n, secrets, current, other) in [
        (10, &[][..], false, false),
        (11, &[OLD], true, false),
        (12, &[OLD, NEW], true, true),
        (13, &[NEW], false, true),
    ] {
        function.record_locker_reports(&lobby(), all(n, secrets), at(0)).await.unwrap();
        function.record_locker_reports(&lobby(), all(n - 1, &[OLD]), at(0)).await.unwrap();
        function.record_locker_reports(&lobby(), locker_reports(n + 100, &[(0, true, None)]), at(0)).await.unwrap();
        let known = function.device_keys_known(&PageRequest { limit: 10, after: None }).await.unwrap().data;
        let [garage, seen] = &known[..] else { panic!("two automats: {known:?}") };
        assert_eq!(*seen, DeviceKeysKnown { automat: lobby(), current, other });
        assert!(!garage.current && !garage.other, "it has reported nothing");
    }
}
