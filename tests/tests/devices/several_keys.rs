//! A contract of keys in two automats: its PIN opens a locker in each.

use automat::device::Display;
use automat::simulated::SimulatedAutomat;
use e2e::device::eventually;
use e2e::{Stack, Stage, fresh, person};
use protocol::Purpose;
use serde_json::{Value, json};

use crate::scene::is;

const PIN: &str = "739164";

/// An automat with a key in each of its lockers.
struct Cabinet {
    stage: Stage,
    device: SimulatedAutomat,
    /// In order of their lockers, which is the order of their ids.
    keys: Vec<String>,
}

impl Cabinet {
    async fn new(stack: &Stack, lockers: u16) -> Self {
        let stage = Stage::new(stack, lockers).await;
        let (beginning, mut keys) = (fresh("key"), Vec::new());
        for locker in 0..lockers {
            let fields = json!({ "keyId": format!("{beginning}-{locker}"), "lockerIndex": locker });
            keys.push(stage.key_with(fields).await);
        }
        let device = stage.device(&(0..lockers).collect::<Vec<_>>()).await;
        stage
            .view_where(|view| (0..lockers).all(|locker| view["lockers"][usize::from(locker)]["keyInside"] == true))
            .await;
        Self { stage, device, keys }
    }

    /// Fetches the key that the PIN opens a locker for, and closes the door. Returns the locker.
    async fn fetch(&self) -> u16 {
        let Display::Open { locker, purpose: Purpose::Fetch } = self.device.type_code(PIN).await else {
            panic!("nothing to fetch")
        };
        assert!(self.device.take_key(locker));
        self.close(locker, false).await;
        locker
    }

    /// Returns the key that the PIN opens a locker for, and closes the door. Returns the locker.
    async fn put_back(&self) -> u16 {
        let Display::Open { locker, purpose: Purpose::Return } = self.device.type_code(PIN).await else {
            panic!("nothing to return")
        };
        assert!(self.device.put_key(locker));
        self.close(locker, true).await;
        locker
    }

    async fn close(&self, locker: u16, key_inside: bool) {
        self.device.close_door(locker);
        self.stage.view_where(|view| is(&view["lockers"][usize::from(locker)], key_inside, "closed")).await;
    }
}

/// Books keys from an hour ago until in two hours. Returns the path of the contract.
async fn book(stack: &Stack, keys: &[&str]) -> String {
    let mut body = person(-1, 2);
    (body["keyIds"], body["pin"]) = (json!(keys), json!(PIN));
    let made = stack.operator().post("/v1/contracts", body).await;
    made.is(201);
    made.header("location").to_owned()
}

#[tokio::test]
async fn one_pin_opens_a_locker_in_each_automat() {
    let stack = Stack::shared();
    let (here, there) = (Cabinet::new(&stack, 1).await, Cabinet::new(&stack, 1).await);
    let (one, other) = (here.keys[0].as_str(), there.keys[0].as_str());
    let contract = book(&stack, &[one, other]).await;
    let operator = stack.operator();
    let out = |keys: Value| {
        let contract = contract.clone();
        let stack = &stack;
        async move {
            let is_so = |view: &Value| view.get("out").unwrap_or(&json!([])) == &keys;
            eventually(|| stack.viewer().get(&contract), is_so).await
        }
    };
    out(json!([])).await;
    here.fetch().await;
    out(json!([one])).await;
    there.fetch().await;
    let mut both = vec![one, other];
    both.sort_unstable();
    let fetched = out(json!(both)).await;
    assert_eq!((&fetched["state"], fetched.get("overdue")), (&json!("active"), None));
    let id = contract.rsplit('/').next().unwrap();
    for cabinet in [&here, &there] {
        assert_eq!(cabinet.stage.view().await["lockers"][0]["outWith"]["contractId"], id);
        let event = cabinet.stage.event("key-fetched").await;
        assert_eq!((&event["keyId"], &event["contractId"]), (&json!(cabinet.keys[0]), &json!(id)));
    }

    let only = json!({ "keyIds": [one] });
    assert_eq!(operator.patch(&contract, only.clone()).await.problem("key_out")["keyId"], other);
    assert_eq!(operator.post(format!("{contract}/preview"), only.clone()).await.problem("key_out")["keyId"], other);
    assert_eq!(operator.delete(&contract).await.problem("key_out")["keyId"], both[0]);
    let taken_off = operator.patch(format!("{contract}?force=true"), only).await.body(200);
    assert_eq!((&taken_off["keyIds"], &taken_off["out"]), (&json!([one]), &json!([one])));
    assert_eq!(there.device.type_code(PIN).await, Display::NotValid, "the PIN is not of this automat any more");

    let ended = operator.post_nothing(format!("{contract}/end")).await.body(200);
    assert_eq!((&ended["state"], &ended["overdue"], &ended["out"]), (&json!("ended"), &json!(true), &json!([one])));
    here.put_back().await;
    let back = out(json!([])).await;
    assert_eq!((&back["state"], back.get("overdue")), (&json!("ended"), None));
}
