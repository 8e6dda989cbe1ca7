//! Every AWS call in `infra/rules/calls.yaml` is needed: the test makes each at least once. A call that is not in the
//! list fails here and in every other test.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on must stop at once")]

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use clock::Clock;
use domain::MessageKind;
use e2e::mqtt::Mqtt;
use e2e::{Stack, Stage, Visitor, contracts_of, fresh};
use serde_json::{Value, json};
use store::DELIVERY_INTERVAL_MILLIS;

/// A stack with a clock of its own, an automat, a key in its second locker, and a contact's address.
struct Day {
    stage: Stage,
    clock: Clock,
    key: String,
    email: String,
}

/// The locker of the key.
const LOCKER: u16 = 1;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_permitted_call_is_made() {
    let day = Day::new().await;
    day.set_up_and_take_down().await;
    day.import_twice().await;
    day.pick_up_late().await;
    day.open_more_than_a_shadow_holds().await;
    day.work_in_a_browser().await;
    day.be_interrupted().await;
    day.be_forgotten().await;
    assert_eq!(day.stage.stack.cloud().permissions().unused(), BTreeSet::new(), "permitted, but never made");
}

impl Day {
    async fn new() -> Self {
        let clock = Clock::fixed(Clock::system().now().whole_second());
        let stage = Stage::new(&Stack::alone(clock.clone()).await, 200).await;
        let key = stage.key_with(json!({ "lockerIndex": LOCKER, "shared": true, "returnCode": "4827" })).await;
        Self { stage, clock, key, email: format!("{}@example.com", fresh("aino")) }
    }

    fn minute(&self, minutes: i64) -> String {
        self.clock.now().plus_millis(minutes * 60_000).to_string()
    }

    /// Books the key between two minutes for a contact who gets all messages. Returns the path of the contract.
    async fn book(&self, from: i64, to: i64) -> String {
        let everything: Vec<_> = MessageKind::additional().map(MessageKind::name).collect();
        let contacts = json!([
            { "name": "Aino", "email": self.email, "sendEmail": true, "additionalMessages": everything },
            { "name": "Eino", "phoneNumber": "+358401234567", "sendSms": true, "additionalMessages": everything },
        ]);
        let id = fresh("booking");
        let booking = json!({
            "contractId": id, "person": "Ada Virtanen", "start": self.minute(from),
            "end": self.minute(to), "contacts": contacts,
        });
        let made = self.stage.book(&self.key, booking).await;
        made.is(201);
        self.stage.stack.cloud().drain().await;
        made.header("location").to_owned()
    }

    /// Moves the clock, and runs the schedule.
    async fn wait(&self, minutes: i64) {
        self.clock.set(self.clock.now().plus_millis(minutes * 60_000));
        self.stage.stack.forget_tokens().await;
        self.stage.stack.cloud().tick().await.unwrap();
        self.stage.stack.cloud().drain().await;
    }

    /// Creates, lists, changes and removes one of everything.
    async fn set_up_and_take_down(&self) {
        let stack = &self.stage.stack;
        let other = self.stage.key_with(json!({ "lockerIndex": 2 })).await;
        let key = format!("/v1/keys/{other}");
        stack.admin().patch(&key, json!({ "property": "Hämeentie 12" })).await.is(200);
        stack.viewer().get("/v1/keys?search=H%C3%A4meentie").await.is(200);
        stack.viewer().get("/v1/automats").await.is(200);
        let contract = self.stage.book(&other, json!({ "person": "Bo", "permanent": true })).await;
        let contract = contract.header("location").to_owned();
        stack.operator().patch(&contract, json!({ "person": "Bo Ek" })).await.is(200);
        stack.operator().patch(&contract, json!({ "keyIds": [other, self.key] })).await.is(200);
        stack.operator().post_nothing(format!("{contract}/pin")).await.is(200);
        stack.viewer().get(contracts_of(&other)).await.is(200);
        stack.viewer().get(format!("{contract}/messages")).await.is(200);
        stack.operator().delete(&contract).await.is(204);
        stack.admin().delete(&key).await.is(200);
        stack.viewer().get(format!("/v1/automats/{}/events", self.stage.automat)).await.is(200);
    }

    /// Imports keys and a contract, which then gets another key and another PIN.
    async fn import_twice(&self) {
        let (one, other, contract) = (fresh("key"), fresh("key"), fresh("booking"));
        let import = async |body: Value| {
            let done = self.stage.stack.admin().post("/v1/imports", body).await.body(200);
            assert_eq!(done["counts"]["refused"], 0, "{done}");
        };
        let key =
            |id: &str, locker: u16| json!({ "keyId": id, "automatId": self.stage.automat, "lockerIndex": locker });
        import(json!({ "keys": [key(&one, 150), key(&other, 151)] })).await;
        for (keys, pin) in [(json!([one]), "482915"), (json!([one, other]), "482915"), (json!([one]), "482916")] {
            let row = json!({
                "contractId": contract, "keyIds": keys, "person": "Bo", "start": self.minute(1), "permanent": true, "pin": pin,
            });
            import(json!({ "contracts": [row] })).await;
        }
    }

    /// The key is fetched, and returned after the contract's end.
    async fn pick_up_late(&self) {
        let device = self.stage.device(&[LOCKER]).await;
        self.stage.view_where(|view| view["lockers"][1]["keyInside"] == true).await;
        let contract = self.book(0, 60).await;
        let pin = self.stage.stack.operator().get(format!("{contract}/pin")).await.body(200);
        _ = device.type_code(pin["pin"].as_str().unwrap()).await;
        assert!(device.take_key(LOCKER));
        device.close_door(LOCKER);
        self.stage.view_where(|view| view["lockers"][1]["keyInside"] == false).await;
        self.stage.ended(&self.stage.request_opening(0).await).await;
        device.close_door(0);
        self.wait(61).await;
        self.wait(24 * 60).await;
        let end = json!({ "end": self.minute(60) });
        self.stage.stack.operator().patch(&contract, end).await;
        device.stop().await;
        self.report_afterwards().await;
    }

    /// A device asks what it may open without the cloud, and reports what it did.
    async fn report_afterwards(&self) {
        let thing = self.stage.thing();
        let mut device = Mqtt::connect(self.stage.over_tls(&thing)).await.unwrap();
        let line = json!({ "j": 1, "at": { "from": self.clock.now().seconds() }, "what": { "wrongEntry": "pin" } });
        for (rule, answers, message) in [
            ("access", "access/answer", json!({ "id": "a-1" })),
            ("journal", "journal/receipt", json!({ "journal": "j-1", "lines": [line] })),
        ] {
            assert!(device.subscribe(&format!("automats/{thing}/{answers}")).await);
            let topic = format!("$aws/rules/automat_{rule}/automats/{thing}/{rule}");
            device.publish(&topic, message.to_string()).await;
            device.message().await.unwrap();
        }
    }

    /// The automat is disconnected, and openings are requested until its shadow is full.
    async fn open_more_than_a_shadow_holds(&self) {
        let stage = Stage::new(&self.stage.stack, 200).await;
        // What is delivered again is read first, since it may have ended; so are openings that are delivered together.
        for _ in 0..2 {
            stage.stack.operator().post(stage.openings(0), json!({})).once("again").await.is(202);
        }
        let at_once = (1..100).map(|locker| {
            let stage = stage.clone();
            tokio::spawn(async move { stage.open(locker).await.is(202) })
        });
        for asked in at_once.collect::<Vec<_>>() {
            asked.await.unwrap();
        }
        let mut locker = 100;
        while stage.open(locker).await.status == 202 {
            // The next one need not wait to be delivered.
            self.clock.set(self.clock.now().plus_millis(DELIVERY_INTERVAL_MILLIS));
            locker += 1;
        }
        let once = stage.stack.operator().post(stage.openings(locker), json!({})).once("busy");
        _ = once.await.problem("automat_busy");
        let visitor = Visitor::signed_in(&stage.stack, "operator").await;
        let page = format!("/automats/{}/lockers/{locker}", stage.automat);
        visitor.send(&visitor.get(&page).await, &format!("{page}/open"), &[("reason", "Lost PIN")]).await;
    }

    /// Users do on pages what machine clients do over the API.
    async fn work_in_a_browser(&self) {
        let contract = self.book(10_000, 10_060).await;
        let page = contract.trim_start_matches("/v1").to_owned();
        let visitor = Visitor::signed_in(&self.stage.stack, "operator").await;
        visitor.get(&format!("/keys/{}", self.key)).await;
        visitor.get(&format!("/keys/{}?show=ended", self.key)).await;
        let edit = format!("{page}/edit");
        let keys = format!("{}, {}", self.key, self.stage.key_with(json!({ "lockerIndex": 2 })).await);
        let fields = [("person", "Ada Ek"), ("keyIds", keys.as_str())];
        let previewed = visitor.send(&visitor.get(&edit).await, &edit, &fields).await;
        visitor.send(&previewed, &edit, &[("step", "confirm")]).await;
        let edited = self.stage.stack.viewer().get(&contract).await.body(200);
        assert_eq!(edited["keyIds"].as_array().unwrap().len(), 2, "{edited}");
        visitor.send(&visitor.get(&page).await, &format!("{page}/pin/new"), &[]).await;
        let remove = format!("{page}/remove");
        visitor.send(&visitor.get(&remove).await, &remove, &[]).await;
        _ = self.stage.stack.viewer().get(&contract).await.problem("contract_not_found");
    }

    /// A removal is interrupted after the key is marked, and the schedule finishes it.
    async fn be_interrupted(&self) {
        let key = self.stage.key().await;
        let (client, partition) = (self.stage.stack.cloud().dynamodb(), AttributeValue::S(format!("KEY#{key}")));
        let request = client.update_item().table_name("key-automat").key("PK", partition);
        let request = request.key("SK", AttributeValue::S("KEY".to_owned()));
        let request = request.update_expression("SET removing = :true, listPK = :removing");
        let request = request.expression_attribute_values(":true", AttributeValue::Bool(true));
        let removing = AttributeValue::S("REMOVING".to_owned());
        request.expression_attribute_values(":removing", removing).send().await.unwrap();
        self.wait(2).await;
        _ = self.stage.stack.viewer().get(format!("/v1/keys/{key}")).await.problem("key_not_found");
    }

    /// A person's data is exported and erased: from an ended contract, and from messages about a contract whose key is
    /// gone.
    async fn be_forgotten(&self) {
        let stack = &self.stage.stack;
        self.book(20_000, 20_060).await;
        self.wait(21_000).await;
        // The next booking removes ended contracts from the key's calendar.
        self.stage
            .book(&self.key, json!({ "person": "Bo", "start": self.minute(30), "end": self.minute(40) }))
            .await
            .is(201);
        let person = json!({ "email": self.email, "person": "Ada Virtanen" });
        let known: Value = stack.admin().post("/v1/people/export", person.clone()).await.body(200);
        assert!(!known["data"].as_array().unwrap().is_empty(), "{known}");
        let contact = json!({ "phoneNumber": "+358401234567" });
        stack.admin().post("/v1/people/erase", contact).await.is(200);
        stack.admin().post("/v1/people/erase", person.clone()).await.is(200);
        self.book(10, 20).await;
        stack.admin().delete(format!("/v1/keys/{}", self.key)).await;
        stack.admin().post("/v1/people/erase", person).await.is(200);
    }
}
