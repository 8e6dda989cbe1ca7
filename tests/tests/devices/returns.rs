//! The automat's own code without a network: it takes keys back, after a restart too, and the cloud records that when the
//! network is back.

use automat::device::Display;
use e2e::device::{lose_network, regain_network};
use protocol::Purpose;
use serde_json::json;
use tokio::time::{Duration, sleep};

use crate::scene::{LOCKER, Scene, is};

const PIN: &str = "739164";
const OPEN: Display = Display::OpenOffline { locker: LOCKER, purpose: Purpose::Return, more: 0 };

/// A key that was fetched, at an automat that has lost its network and then its power.
async fn without_network() -> Scene {
    let mut scene = Scene::new().await;
    scene.book("b-1", PIN, -1, 600).await;
    scene.fetch(PIN).await;
    scene.holds_page().await;
    lose_network(&scene.stage, &scene.device).await;
    scene.device.restart().await;
    scene
}

#[tokio::test]
async fn a_key_is_returned_without_a_network_by_pin_or_return_code_and_recorded_afterwards() {
    for code in [PIN, "*4827"] {
        let scene = without_network().await;
        assert_eq!(scene.device.type_code("111111").await, Display::ReturnsOnly);
        assert_eq!(scene.device.type_code(code).await, OPEN);
        assert!(scene.device.put_key(LOCKER));
        scene.device.close_door(LOCKER);
        let again = scene.device.type_code(code).await;
        assert_eq!(again, Display::ReturnsOnly, "its key is inside, and after a restart it does not know the time");
        // The sensors settle.
        sleep(Duration::from_millis(2_200)).await;

        regain_network(&scene.stage, &scene.device).await;
        scene.stage.view_where(|view| is(&view["lockers"][1], true, "closed")).await;
        let returned = scene.stage.event("key-returned").await;
        assert_eq!(returned["lockerIndex"], json!(LOCKER), "{returned}");
        assert!(returned["offline"]["from"].is_string(), "{returned}");
        let events = scene.stage.events().await;
        let count = |kind: &str| events.iter().filter(|event| event["type"] == kind).count();
        let accepted = if code == PIN { count("pin-accepted") - 1 } else { count("return-code-accepted") };
        assert_eq!((accepted, count("entry-refused"), count("locker-forced")), (1, 1, 0), "{events:?}");
        scene.device.stop().await;
    }
}
