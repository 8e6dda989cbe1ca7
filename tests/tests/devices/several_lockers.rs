//! A contract over several keys at the keypad: one code, and one locker after the other.

use automat::device::Display;
use automat::simulated::SimulatedAutomat;
use e2e::{Stack, Stage, fresh, hours};
use protocol::Purpose;
use serde_json::{Value, json};

use crate::scene::is;

const PIN: &str = "739164";

/// A contract with the keys of lockers 0, 1 and 2.
struct Scene {
    stage: Stage,
    device: SimulatedAutomat,
    contract: String,
    keys: Vec<String>,
}

impl Scene {
    async fn new() -> Self {
        let stage = Stage::new(&Stack::shared(), 3).await;
        let mut keys = Vec::new();
        for locker in 0..3 {
            keys.push(stage.key_with(json!({ "lockerIndex": locker, "shared": true })).await);
        }
        let contract = fresh("booking");
        let body = json!({
            "contractId": contract, "keyIds": keys, "person": "Bo", "pin": PIN, "start": hours(0), "end": hours(2),
        });
        stage.stack.operator().post("/v1/contracts", body).await.is(201);
        let device = stage.device(&[0, 1, 2]).await;
        stage.view_where(|view| (0..3).all(|locker| is(&view["lockers"][locker], true, "closed"))).await;
        Self { stage, device, contract, keys }
    }

    /// The keys that are out with the contract, once they are those of these lockers.
    async fn out(&self, lockers: &[usize]) {
        let mut wanted: Vec<_> = lockers.iter().map(|&locker| self.keys[locker].clone()).collect();
        wanted.sort();
        let path = format!("/v1/contracts/{}", self.contract);
        e2e::device::eventually(
            || self.stage.stack.viewer().get(&path),
            |contract: &Value| {
                let out = contract["out"].as_array().cloned().unwrap_or_default();
                out == wanted.iter().map(|key| json!(key)).collect::<Vec<_>>()
            },
        )
        .await;
    }

    /// The next display that a person has to act on.
    async fn display(&self) -> Display {
        *self.device.display().wait_for(|display| display.is_final()).await.unwrap()
    }

    async fn opens(&self, locker: u16) {
        self.device.display().wait_for(|display| of_locker(*display) == Some(locker)).await.unwrap();
    }
}

/// The locker that the display asks a person to use.
fn of_locker(display: Display) -> Option<u16> {
    match display {
        Display::Open { locker, .. } | Display::OpenOfSeveral { locker, .. } => Some(locker),
        _ => None,
    }
}

#[tokio::test]
async fn one_code_fetches_all_keys_and_returns_them_one_locker_after_the_other() {
    let scene = Scene::new().await;
    let first = scene.device.type_code(PIN).await;
    assert_eq!(first, Display::OpenOfSeveral { locker: 0, purpose: Purpose::Fetch, more: 2 });
    for locker in 0..3 {
        scene.opens(locker).await;
        assert!(scene.device.take_key(locker));
        scene.device.close_door(locker);
    }
    scene.out(&[0, 1, 2]).await;

    let back = scene.device.type_code(PIN).await;
    assert_eq!(back, Display::OpenOfSeveral { locker: 0, purpose: Purpose::Return, more: 2 });
    for locker in 0..3 {
        scene.opens(locker).await;
        assert!(scene.device.put_key(locker));
        scene.device.close_door(locker);
    }
    scene.out(&[]).await;
    for key in &scene.keys {
        let events = scene.stage.stack.viewer().get(format!("/v1/keys/{key}/events")).await.data();
        for kind in ["key-fetched", "key-returned"] {
            let of_kind: Vec<_> = events.iter().filter(|event| event["type"] == kind).collect();
            assert_eq!(of_kind.len(), 1, "{kind} {key}");
            assert_eq!(of_kind[0]["contractId"], json!(scene.contract));
        }
    }
}

#[tokio::test]
async fn keys_inside_and_keys_out_ask_what_is_wanted_and_a_jam_is_passed_over() {
    let scene = Scene::new().await;
    scene.device.faults().jam(1, true);
    scene.device.type_code(PIN).await;
    assert!(scene.device.take_key(0));
    scene.device.close_door(0);
    scene.opens(2).await;
    scene.device.close_door(2);
    scene.out(&[0]).await;

    scene.device.faults().jam(1, false);
    assert_eq!(scene.device.type_code(PIN).await, Display::FetchOrReturn);
    scene.device.press("2");
    scene.opens(0).await;
    assert!(scene.device.put_key(0));
    scene.device.close_door(0);
    scene.out(&[]).await;
    assert_eq!(scene.display().await, Display::Open { locker: 0, purpose: Purpose::Return });
    let runs = [0, 1, 2].map(|locker| scene.device.motor_runs(locker));
    assert_eq!(runs, [2, 1, 1], "each motor ran as often as it was asked to");
}
