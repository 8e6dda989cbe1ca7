//! A key with the maximum of contracts, on a stack whose clock the test sets.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use clock::Clock;
use domain::{Actor, AutomatId, Calendar, ContractId, Entry, Instant as Time, KeyId, Pin, TimeRange};
use e2e::{Stack, Stage, contracts_of};
use serde_json::{Value, json};
use store::{Expected, RequestMetadata};
use tokio::task::JoinSet;

const TABLE: &str = "key-automat";
pub(crate) const HOUR: i64 = 3_600_000;

type Item = HashMap<String, AttributeValue>;

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) struct Scene {
    pub(crate) clock: Clock,
    pub(crate) began: Time,
    pub(crate) stage: Stage,
    pub(crate) key: String,
    pub(crate) pins: Vec<String>,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let began = Time::parse("2031-07-01T12:00:00Z").unwrap();
        let clock = Clock::fixed(began);
        let stage = Stage::new(&Stack::alone(clock.clone()).await, 2).await;
        let key = stage.key_with(json!({ "returnCode": "4711", "property": "Hämeentie 5 A 12" })).await;
        Self { clock, began, stage, key, pins: Vec::new() }
    }

    pub(crate) fn path(&self) -> String {
        format!("/v1/keys/{}", self.key)
    }

    pub(crate) fn client(&self) -> Client {
        self.stage.stack.cloud().dynamodb()
    }

    pub(crate) async fn forward(&self, millis: i64) {
        self.clock.set(self.clock.now().plus_millis(millis));
        self.stage.stack.forget_tokens().await;
    }

    /// Contracts one after another, one second each, the first this many hours after the start.
    pub(crate) async fn book(&mut self, count: usize, hour: i64) -> Vec<Item> {
        let mut items = Vec::new();
        for at in 0..count {
            let start = self.began.plus_millis(hour * HOUR + i64::try_from(at).unwrap() * 1_000);
            let body =
                json!({ "person": "Bo", "start": start.to_string(), "end": start.plus_millis(1_000).to_string() });
            let made = self.stage.book(&self.key, body).await.body(201);
            self.pins.push(made["pin"].as_str().unwrap().to_owned());
            let pk = format!("CONTRACT#{}", made["contractId"].as_str().unwrap());
            items.push(self.item(&pk, "CONTRACT").await);
        }
        items
    }

    async fn item(&self, pk: &str, sk: &str) -> Item {
        let request = self.client().get_item().table_name(TABLE).key("PK", text(pk)).key("SK", text(sk));
        request.send().await.unwrap().item.unwrap()
    }

    /// This many copies of a contract with generated ids, each with a PIN item of its own, one second after another.
    /// Their sealed PINs are those of the original, and can be opened only with its id. No test opens them.
    pub(crate) async fn copy(&self, original: &Item, count: usize, hour: i64, first: u64) -> Vec<Entry> {
        let first_start = self.began.plus_millis(hour * HOUR);
        let (mut items, mut entries) = (Vec::new(), Vec::new());
        for at in 0..count {
            let id = ContractId::generated(first + at as u64);
            let start = first_start.plus_millis(i64::try_from(at).unwrap() * 1_000);
            let end = start.plus_millis(1_000);
            let mac = format!("copy{id}");
            let mut contract = original.clone();
            contract.insert("PK".to_owned(), text(format!("CONTRACT#{id}")));
            contract.insert("contractId".to_owned(), text(id.as_str()));
            contract.insert("from".to_owned(), number(start.millis()));
            contract.insert("until".to_owned(), number(end.millis()));
            let pins = HashMap::from([(self.stage.automat.clone(), text(&mac))]);
            contract.insert("pins".to_owned(), AttributeValue::M(pins));
            items.push(contract);
            items.push(Item::from([
                ("PK".to_owned(), text(format!("AUTOMAT#{}", self.stage.automat))),
                ("SK".to_owned(), text(format!("PIN#{mac}"))),
                ("keys".to_owned(), AttributeValue::Ss(vec![self.key.clone()])),
                ("contractId".to_owned(), text(id.as_str())),
                ("incarnation".to_owned(), original["incarnation"].clone()),
                ("from".to_owned(), number(start.millis())),
                ("until".to_owned(), number(end.millis())),
            ]));
            entries.push(Entry { contract: id, range: TimeRange::new(start, Some(end)).unwrap() });
        }
        write(&self.client(), items).await;
        self.wait_for_list().await;
        entries
    }

    /// Waits until the projector has put every contract in the key's list.
    async fn wait_for_list(&self) {
        let key = self.item(&format!("KEY#{}", self.key), "KEY").await;
        let list = format!("LISTED#KEY#{}", key["incarnation"].as_s().unwrap());
        while self.remains(&list, "").await < self.contracts_left().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Adds the live copies to the calendar.
    pub(crate) async fn add_to_calendar(&self, entries: Vec<Entry>) {
        let key = self.stage.stack.cloud().store().key(&self.key_id()).await.unwrap();
        let all = key.calendar.entries().iter().cloned().chain(entries).collect();
        let calendar = AttributeValue::B(Calendar::new(all).pack().into());
        let request = self.client().update_item().table_name(TABLE).key("PK", text(format!("KEY#{}", self.key)));
        let request = request.key("SK", text("KEY")).update_expression("SET calendar = :it");
        request.expression_attribute_values(":it", calendar).send().await.unwrap();
    }

    pub(crate) fn key_id(&self) -> KeyId {
        KeyId::parse(&self.key).unwrap()
    }

    /// How many of the real PINs are in use.
    pub(crate) async fn valid_pins(&self) -> usize {
        let (store, automat) = (self.stage.stack.cloud().store(), AutomatId::parse(&self.stage.automat).unwrap());
        let mut valid = 0;
        for pin in &self.pins {
            let holder = testkit::pin_holder(&self.client(), TABLE, store, &automat, &Pin::parse(pin).unwrap()).await;
            valid += usize::from(holder.is_some());
        }
        valid
    }

    /// The sort keys with this prefix in a partition.
    pub(crate) async fn remains(&self, pk: &str, beginning: &str) -> usize {
        let request =
            self.client().query().table_name(TABLE).key_condition_expression("PK = :pk AND begins_with(SK, :sk)");
        let request =
            request.expression_attribute_values(":pk", text(pk)).expression_attribute_values(":sk", text(beginning));
        let mut pages = request.select("COUNT".into()).into_paginator().send();
        let mut count = 0;
        while let Some(page) = pages.next().await {
            count += usize::try_from(page.unwrap().count).unwrap();
        }
        count
    }

    /// How many contracts there are in the stack.
    pub(crate) async fn contracts_left(&self) -> usize {
        let request = self.client().scan().table_name(TABLE).filter_expression("SK = :sk").select("COUNT".into());
        let mut pages = request.expression_attribute_values(":sk", text("CONTRACT")).into_paginator().send();
        let mut count = 0;
        while let Some(page) = pages.next().await {
            count += usize::try_from(page.unwrap().count).unwrap();
        }
        count
    }

    /// Starts a removal, and aborts it as soon as it has marked the key.
    pub(crate) async fn interrupted_removal(&self) {
        let (store, key) = (self.stage.stack.cloud().store(), self.key_id());
        let metadata = RequestMetadata::new(Actor::new("interrupted"), self.clock.now());
        tokio::select! {
            removed = store.remove_key(&key, false, Expected::Any, &metadata) => panic!("not interrupted: {removed:?}"),
            () = async { while !self.removing().await {} } => {}
        }
    }

    pub(crate) async fn removing(&self) -> bool {
        let key = self.stage.stack.viewer().get(self.path()).await;
        key.status == 404 || key.json()["state"] == "removing"
    }

    /// The key's contracts, with these further parameters.
    pub(crate) async fn contracts(&self, parameters: &str) -> Vec<Value> {
        self.stage.stack.viewer().get(format!("{}{parameters}", contracts_of(&self.key))).await.data()
    }
}

async fn write(client: &Client, items: Vec<Item>) {
    let mut running = JoinSet::new();
    for together in items.chunks(25) {
        if running.len() == 4 {
            running.join_next().await.unwrap().unwrap();
        }
        let put = |item: &Item| PutRequest::builder().set_item(Some(item.clone())).build().unwrap();
        let requests = together.iter().map(|item| WriteRequest::builder().put_request(put(item)).build()).collect();
        let request = client.batch_write_item().request_items(TABLE, requests);
        running.spawn(async move {
            let left = request.send().await.unwrap().unprocessed_items;
            assert!(left.unwrap_or_default().is_empty());
        });
    }
    while let Some(written) = running.join_next().await {
        written.unwrap();
    }
}
