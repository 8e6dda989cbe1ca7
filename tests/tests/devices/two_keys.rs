//! While the PIN secret is being replaced a device has two keys: what it reports about them, and what it sends about a
//! code, through the rules of the template.

use std::fs;

use automat::credentials::{AUTOMAT, Credentials};
use automat::device::Display;
use automat::simulated::SimulatedAutomat;
use clock::Clock;
use domain::AutomatId;
use e2e::{Stack, Stage};
use protocol::Purpose;
use store::{DeviceKeysKnown, PageRequest};

use crate::scene::{LOCKER, Scene, noon, open_to};

const PIN: &str = "739164";

/// Restarts the device with other keys.
async fn give(stage: &Stage, device: SimulatedAutomat, change: impl Fn(&mut Credentials)) -> SimulatedAutomat {
    device.stop().await;
    let folder = stage.credentials();
    let mut credentials = Credentials::read(&folder).unwrap();
    change(&mut credentials);
    credentials.write(&folder).unwrap();
    stage.device(&[LOCKER]).await
}

/// Waits until the cloud knows which keys the device has.
async fn wait_for_key_use(stage: &Stage, current: bool, other: bool) {
    let automat = AutomatId::parse(&stage.automat).unwrap();
    let expected = DeviceKeysKnown { automat, current, other };
    for _ in 0..500 {
        let page = PageRequest { limit: 10, after: None };
        if stage.stack.cloud().store().device_keys_known(&page).await.unwrap().data.contains(&expected) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("never reported: {expected:?}");
}

#[tokio::test]
async fn a_code_is_accepted_with_either_key_of_a_rotation() {
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join("secret"), format!("{}\n{}", "a".repeat(40), "b".repeat(40))).unwrap();
    let stack = Stack::alone_in(data.path(), Clock::fixed(noon())).await;
    let scene = Scene::on(&stack, noon()).await;
    scene.book("b-1", PIN, 0, 60).await;
    let Scene { stage, device, .. } = scene;
    let written = fs::read_to_string(stage.credentials().join(AUTOMAT)).unwrap();
    assert!(written.contains("otherDeviceKey"), "the cloud gives it both");
    wait_for_key_use(&stage, true, true).await;
    assert_eq!(device.type_code(PIN).await, open_to(Purpose::Fetch));

    let device = give(&stage, device, |credentials| {
        let other = credentials.other_device_key.replace(credentials.device_key.clone());
        credentials.device_key = other.unwrap();
    })
    .await;
    assert_eq!(device.type_code(PIN).await, open_to(Purpose::Fetch), "it stands under the second name");

    let device = give(&stage, device, |credentials| credentials.other_device_key = None).await;
    wait_for_key_use(&stage, false, true).await;
    assert_eq!(device.type_code(PIN).await, Display::NotValid, "a device that lacks the key of the name");
    device.stop().await;
}
