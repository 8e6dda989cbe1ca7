//! A device that returned a key without a connection: what it asks for before, and what the cloud records afterwards. The test plays
//! the device, message by message.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Clock;
use domain::{CodeKind, Instant};
use e2e::mqtt::Mqtt;
use e2e::{Stack, Stage, fresh};
use serde_json::{Value, json};

const LOCKER: u16 = 1;
const PIN: &str = "739164";
const RETURN_CODE: &str = "4827";

/// The device of an automat with three lockers, and a key with a contract that has begun.
struct Device {
    stage: Stage,
    client: Mqtt,
    thing: String,
    key: String,
    contract: String,
}

impl Device {
    async fn new() -> Self {
        let stage = Stage::new(&Stack::shared(), 3).await;
        let key = stage.key_with(json!({ "lockerIndex": LOCKER, "returnCode": RETURN_CODE })).await;
        let (thing, contract, now) = (stage.thing(), fresh("booking"), now());
        let (start, end) = (now.plus_millis(-60_000).to_string(), now.plus_millis(3_600_000).to_string());
        let body = json!({ "contractId": contract, "person": "Bo", "pin": PIN, "start": start, "end": end });
        stage.book(&key, body).await.is(201);
        let client = Self::connect(&stage, &thing).await;
        Self { stage, client, thing, key, contract }
    }

    async fn connect(stage: &Stage, thing: &str) -> Mqtt {
        let mut client = Mqtt::connect(stage.over_tls(thing)).await.unwrap();
        for topic in ["keypad/reply", "access/answer", "journal/receipt"] {
            assert!(client.subscribe(&format!("automats/{thing}/{topic}")).await, "{topic}");
        }
        client
    }

    async fn publish(&self, rule: &str, message: &Value) {
        let topic = format!("$aws/rules/automat_{rule}/automats/{}/{rule}", self.thing);
        self.client.publish(&topic, message.to_string()).await;
    }

    /// The next message on this topic.
    async fn receive(&mut self, topic: &str) -> Value {
        loop {
            let (from, message) = self.client.message().await.unwrap();
            if from == format!("automats/{}/{topic}", self.thing) {
                return message;
            }
        }
    }

    /// The name of a code, computed with the key from the credentials.
    fn name(&self, kind: CodeKind, digits: &str) -> String {
        let credentials = fs::read_to_string(self.stage.credentials().join("automat.json")).unwrap();
        let credentials: Value = serde_json::from_str(&credentials).unwrap();
        let key = URL_SAFE_NO_PAD.decode(credentials["deviceKey"].as_str().unwrap()).unwrap();
        testkit::name_under(&key, kind, digits)
    }

    /// Reports all lockers.
    async fn report(&self, inside: bool, by: Option<&str>) {
        self.publish("lockers", &report(now(), inside, by)).await;
        self.stage.view_where(|view| view["lockers"][usize::from(LOCKER)]["keyInside"] == inside).await;
    }

    /// The key is fetched with the PIN.
    async fn fetch(&mut self) {
        self.report(true, None).await;
        let (id, code) = (fresh("entry"), self.name(CodeKind::Pin, PIN));
        let entry = json!({ "id": id, "kind": "pin", "code": code, "at": now().seconds(), "inside": "02" });
        self.publish("keypad", &entry).await;
        let reply = self.receive("keypad/reply").await;
        assert_eq!((&reply["answer"], &reply["fetch"]), (&json!("open"), &json!([LOCKER])));
        self.report(false, Some(&id)).await;
    }

    /// The answer to a question for some lockers.
    async fn ask(&mut self, lockers: Option<&[u16]>) -> Value {
        let mut question = json!({ "id": fresh("question") });
        if let Some(lockers) = lockers {
            question["lockers"] = json!(lockers);
        }
        self.publish("access", &question).await;
        loop {
            let message = self.receive("access/answer").await;
            if message["answer"]["id"] == question["id"] {
                return message["answer"].clone();
            }
        }
    }

    async fn send(&mut self, journal: &Value) -> Value {
        self.publish("journal", journal).await;
        self.receive("journal/receipt").await
    }
}

fn now() -> Instant {
    Clock::system().now()
}

fn report(now: Instant, inside: bool, by: Option<&str>) -> Value {
    let lockers = (0..3).map(|index| {
        let mut locker = json!({ "key": inside && index == LOCKER, "door": "closed" });
        if let Some(by) = by.filter(|_| index == LOCKER) {
            locker["by"] = json!(by);
        }
        (index.to_string(), locker)
    });
    json!({ "n": now.millis(), "lockers": lockers.collect::<serde_json::Map<_, _>>() })
}

#[tokio::test]
async fn a_device_gets_the_codes_that_return_a_key_that_is_out() {
    let mut device = Device::new().await;
    device.fetch().await;
    // The projector makes the verifier, and signals it.
    let answer = loop {
        let answer = device.ask(None).await;
        if answer["lockers"]["1"]["pins"].as_object().is_some_and(|pins| !pins.is_empty()) {
            break answer;
        }
        assert_eq!(device.receive("access/answer").await, json!({ "changed": [LOCKER] }));
    };
    assert_eq!((&answer["cost"], answer["lockers"].as_object().unwrap().len()), (&json!(14), 1));
    let access = &answer["lockers"]["1"];
    let code = device.name(CodeKind::ReturnCode, RETURN_CODE);
    assert!(code.starts_with(&access["returnCode"].as_str().unwrap()[..10]), "{access}");
    let pins = access["pins"].as_object().unwrap();
    assert_eq!(pins.values().collect::<Vec<_>>(), [&json!(device.contract)]);
    assert!(!pins.contains_key(&device.name(CodeKind::Pin, PIN)[..11]), "not the name itself");
    let one = device.ask(Some(&[0, LOCKER])).await;
    assert_eq!(one["lockers"], json!({ "0": {}, "1": access }));

    let body = json!({ "returnCode": "5938" });
    device.stage.stack.admin().patch(format!("/v1/keys/{}", device.key), body).await.is(200);
    while device.receive("access/answer").await != json!({ "changed": [LOCKER] }) {}
    let changed = device.ask(Some(&[LOCKER])).await["lockers"]["1"].clone();
    assert_eq!((&changed["pins"], changed["returnCode"] != access["returnCode"]), (&access["pins"], true));
    let events = device.stage.events().await;
    let faults = events.iter().filter(|event| event["type"] == "automat-message-not-understood");
    assert_eq!(faults.count(), 0, "an answer is no question");
}

#[tokio::test]
async fn a_return_without_a_connection_is_recorded_once_with_its_times() {
    let mut device = Device::new().await;
    device.fetch().await;
    let Device { stage, client, thing, .. } = device;
    drop(client);
    let (entry, then) = (fresh("entry"), now().whole_second());
    let client = Device::connect(&stage, &thing).await;
    let mut device = Device { stage, client, thing, key: device.key, contract: device.contract };

    let at = json!({ "from": then.seconds(), "to": then.seconds() + 3 });
    let what = json!({ "id": entry, "kind": "pin", "contract": device.contract, "lockers": [LOCKER] });
    let lockers = json!({ "1": { "key": true, "door": "closed", "by": entry } });
    let journal = json!({ "journal": fresh("journal"), "lines": [
        { "j": 1, "at": at, "what": { "entry": what } },
        { "j": 2, "at": at, "what": { "lockers": { "n": now().millis(), "lockers": lockers } } },
        { "j": 3, "at": { "from": then.seconds() }, "what": { "wrongEntry": "returnCode" } },
        { "j": 4, "at": at, "what": { "smoke": true } },
    ]});
    let receipt = json!({ "journal": journal["journal"], "upTo": 4 });
    assert_eq!(device.send(&journal).await, receipt);
    assert_eq!(device.send(&journal).await, receipt, "the same again");
    device.report(true, Some(&entry)).await;

    let events = device.stage.events().await;
    let offline: Vec<_> = events.iter().filter(|event| !event["offline"].is_null()).collect();
    let kinds = ["key-returned", "pin-accepted", "entry-refused"];
    assert_eq!(offline.len(), kinds.len(), "{offline:?}");
    let (from, to) = (then.to_string(), then.plus_millis(3_000).to_string());
    for kind in kinds {
        let event = offline.iter().find(|event| event["type"] == kind).unwrap();
        let known = if kind == "entry-refused" { json!({ "from": from }) } else { json!({ "from": from, "to": to }) };
        assert_eq!(event["offline"], known, "{kind}");
    }
    let returned = offline.iter().find(|event| event["type"] == "pin-accepted").unwrap();
    assert_eq!((&returned["purpose"], &returned["contractId"]), (&json!("return"), &json!(device.contract)));
    assert_eq!((&returned["keyId"], &returned["lockerIndex"]), (&json!(device.key), &json!(LOCKER)));
    let forced = events.iter().filter(|event| event["type"] == "locker-forced");
    assert_eq!(forced.count(), 0);
}
