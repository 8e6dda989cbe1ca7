//! A device that opens lockers without a connection: what it asks for before, and what the cloud records afterwards. The test plays the
//! device, message by message.

use std::collections::BTreeMap;
use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Clock;
use domain::{CodeKind, Instant};
use e2e::mqtt::Mqtt;
use e2e::{Stack, Stage, fresh};
use protocol::{AccessMessage, AccessRequest, AnswerEnd, Page, PageVersions, SealedPage, ThingName};
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

    /// The device key from the credentials.
    fn device_key(&self) -> Vec<u8> {
        let credentials = fs::read_to_string(self.stage.credentials().join("automat.json")).unwrap();
        let credentials: Value = serde_json::from_str(&credentials).unwrap();
        URL_SAFE_NO_PAD.decode(credentials["deviceKey"].as_str().unwrap()).unwrap()
    }

    /// The name of a code, computed with the key from the credentials.
    fn name(&self, kind: CodeKind, digits: &str) -> String {
        testkit::name_under(&self.device_key(), kind, digits)
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

    /// Asks with the pages that the device holds, and takes what is newer. Returns the end of the answer, and whether a signal
    /// came before it.
    async fn ask(&mut self, held: &mut BTreeMap<u16, SealedPage>) -> (AnswerEnd, bool) {
        let (id, have) = (fresh("question"), held.iter().map(|(locker, page)| (*locker, page.version)).collect());
        let key = testkit::device_key_id(&self.device_key());
        self.publish("access", &serde_json::to_value(AccessRequest { id: id.clone(), key, have }).unwrap()).await;
        let mut is_signalled = false;
        loop {
            match serde_json::from_value(self.receive("access/answer").await).unwrap() {
                AccessMessage::Changed {} => is_signalled = true,
                AccessMessage::Answer(answer) if answer.id == id => {
                    held.extend(answer.pages);
                    if let Some(end) = answer.end {
                        return (end, is_signalled);
                    }
                }
                AccessMessage::Answer(_) => {}
            }
        }
    }

    /// Asks until the page of the key's locker is as expected.
    async fn ask_until(
        &mut self,
        held: &mut BTreeMap<u16, SealedPage>,
        is_so: impl Fn(&Page) -> bool,
    ) -> (Page, AnswerEnd) {
        loop {
            let (end, is_signalled) = self.ask(held).await;
            let thing = ThingName::new(&self.thing);
            let page =
                held.get(&LOCKER).map(|page| testkit::open_page(&self.device_key(), &thing, LOCKER, page).unwrap());
            if let Some(page) = page.filter(&is_so) {
                return (page, end);
            }
            // The projector signals each change; this one may have come too late for the answer.
            while !is_signalled && self.receive("access/answer").await != json!({ "changed": {} }) {}
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
async fn a_device_gets_a_page_that_says_who_may_open_the_locker_and_a_lease_over_it() {
    let (mut device, mut held) = (Device::new().await, BTreeMap::new());
    let (page, _) = device.ask_until(&mut held, |page| page.entries.len() == 1).await;
    let code = URL_SAFE_NO_PAD.decode(device.name(CodeKind::ReturnCode, RETURN_CODE)).unwrap();
    assert_eq!(page.return_code.unwrap().0, code[..8]);
    let name = URL_SAFE_NO_PAD.decode(device.name(CodeKind::Pin, PIN)).unwrap();
    assert_ne!(page.entries[0].verifier.0, name[..8], "not the name itself");
    let (start, end) = (page.entries[0].start, page.entries[0].end.unwrap());
    assert!((3_659..=3_660).contains(&(end - start)), "in whole seconds within the contract: {start} to {end}");

    device.fetch().await;
    let (page, end) = device.ask_until(&mut held, |page| page.holder.is_some()).await;
    assert_eq!((page.holder, end.cost), (Some(page.entries[0].handle), 14));
    let lease = end.lease.unwrap();
    let lease = testkit::open_lease(&device.device_key(), &ThingName::new(&device.thing), &lease).unwrap();
    let versions: PageVersions = held.iter().map(|(locker, page)| (*locker, page.version)).collect();
    assert_eq!(*lease.root, testkit::lease_root(&versions));
    assert_eq!(lease.until - lease.issued, 24 * 3_600);
    assert!(testkit::open_page(&device.device_key(), &ThingName::new(&device.thing), 0, &held[&LOCKER]).is_none());

    let body = json!({ "returnCode": "5938" });
    device.stage.stack.admin().patch(format!("/v1/keys/{}", device.key), body).await.is(200);
    device.ask_until(&mut held, |after| after.return_code != page.return_code).await;
    let contract = device.contract.clone();
    device
        .stage
        .stack
        .operator()
        .patch(format!("/v1/contracts/{contract}"), json!({ "permanent": true }))
        .await
        .is(200);
    device.ask_until(&mut held, |page| page.entries[0].end.is_none()).await;
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
    let mut held = BTreeMap::new();
    let (page, _) = device.ask_until(&mut held, |page| !page.entries.is_empty()).await;
    let what = json!({ "id": entry, "kind": "pin", "contract": page.entries[0].handle, "return": [LOCKER] });
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
