//! The test's scene: the automat `lobby` with the shared key `A-12`, the function, and the outbox that receives its
//! messages.

use std::sync::atomic::{AtomicUsize, Ordering};

use clock::Clock;
use domain::{
    AutomatId, CodeKind, Contact, Contract, ContractChange, ContractDraft, ContractId, Instant, KeyDraft, KeyId,
    KeypadAnswer, MessageRecord, Property, Sharing,
};
use notifications::{Error, Messenger, Notifications, Topic};
use outbox::{Options, Outbox, Sent, What};
use serde_json::{Value, json};
use store::{Expected, PageRequest, Store};
use testkit::{TestTable, at, automat, contract, entry, key, locker_reports, metadata, pin};
pub(crate) use testkit::{by_email, by_sms, follower, of_everything};

pub(crate) const TOPIC: &str = "arn:aws:sns:local:000000000000:key-events";

pub(crate) struct Scene {
    pub(crate) table: TestTable,
    pub(crate) outbox: Outbox,
    pub(crate) clock: Clock,
    given: AtomicUsize,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let (table, clock) = (TestTable::new().await, Clock::fixed(at(0)));
        table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
        let property = Property::parse("Hämeentie 12 B 7").unwrap();
        let key = KeyDraft { sharing: Sharing::Shared, property, ..key("A-12") };
        table.store.create_key(key, &metadata()).await.unwrap();
        let now = clock.clone();
        let options = Options { topics: vec![TOPIC.to_owned()], ..Options::new("test".to_owned(), move || now.now()) };
        let scene = Self { table, outbox: Outbox::start(options).await.unwrap(), clock, given: AtomicUsize::new(0) };
        // Skips the records of the setup.
        scene.records().await;
        scene
    }

    /// A new instance of the function.
    pub(crate) fn function(&self) -> Notifications {
        self.function_over(self.table.store_of("notifications"))
    }

    pub(crate) fn function_over(&self, store: Store) -> Notifications {
        let messenger = Messenger::new(self.outbox.sns(), self.outbox.ses())
            .mail_from(Some("Keys <keys@example.com>".to_owned()), None)
            .sms_sender_id(Some("Keys".to_owned()));
        Notifications { store, messenger, topic: Topic::new(self.outbox.sns(), TOPIC), clock: self.clock.clone() }
    }

    /// The records of the stream since the last call.
    pub(crate) async fn records(&self) -> Vec<Value> {
        let records = self.table.records(self.clock.now()).await;
        let given = self.given.swap(records.len(), Ordering::Relaxed);
        records.into_iter().skip(given).collect()
    }

    /// Delivers new records of the stream to the function until there are none.
    pub(crate) async fn deliver(&self) {
        let mut records = self.records().await;
        while !records.is_empty() {
            assert_eq!(failures(&give(&self.function(), &records).await), Vec::<String>::new());
            records = self.records().await;
        }
    }

    /// Runs the tick at this time, and delivers the records that it causes.
    pub(crate) async fn tick_at(&self, now: Instant) {
        self.clock.set(now);
        self.function().handle(&tick()).await.unwrap();
        self.deliver().await;
    }

    /// Creates a contract; `start` and `end` are in seconds from the tests' time.
    pub(crate) async fn book(&self, id: &str, start: i64, end: i64, contacts: Vec<Contact>) -> Contract {
        let draft = ContractDraft {
            id: Some(ContractId::parse(id).unwrap()),
            pin: Some(pin(&format!("{:06}", 100_000 + digest(id)))),
            contacts,
            ..contract(&key_id(), start, end)
        };
        self.table.store.create_contract(draft, &metadata()).await.unwrap().into_inner()
    }

    pub(crate) async fn edit(&self, id: &str, change: ContractChange) {
        let metadata = store::RequestMetadata { now: self.clock.now(), ..metadata() };
        let id = ContractId::parse(id).unwrap();
        self.table.store.edit_contract(&id, change, false, Expected::Any, &metadata).await.unwrap();
    }

    pub(crate) async fn end(&self, id: &str) {
        let metadata = store::RequestMetadata { now: self.clock.now(), ..metadata() };
        let id = ContractId::parse(id).unwrap();
        self.table.store.end_contract(&id, Expected::Any, &metadata).await.unwrap();
    }

    pub(crate) async fn cancel(&self, id: &str) {
        let metadata = store::RequestMetadata { now: self.clock.now(), ..metadata() };
        let id = ContractId::parse(id).unwrap();
        self.table.store.remove_contract(&id, false, Expected::Any, &metadata).await.unwrap();
    }

    /// Types a contract's PIN with the key inside, and takes the key.
    pub(crate) async fn fetch(&self, id: &str, now: Instant) {
        let store = &self.table.store;
        let pin = store.contract(&ContractId::parse(id).unwrap()).await.unwrap().pin;
        self.sense(1, true, None, now).await;
        let typed = entry(store, "entry-1", CodeKind::Pin, pin.reveal(), now, &[0]);
        let answer = store.keypad_entry(&lobby(), typed, now).await.unwrap();
        assert!(matches!(answer, KeypadAnswer::Open { .. }), "{answer:?}");
        self.sense(2, false, Some("entry-1"), now).await;
    }

    /// Reports the sensors of the key's locker.
    pub(crate) async fn sense(&self, n: u64, inside: bool, by: Option<&str>, now: Instant) {
        self.table.store.record_locker_reports(&lobby(), locker_reports(n, &[(0, inside, by)]), now).await.unwrap();
    }

    /// The messages about a contract, oldest first.
    pub(crate) async fn messages(&self, id: &str) -> Vec<MessageRecord> {
        let page = PageRequest { limit: 100, after: None };
        let id = ContractId::parse(id).unwrap();
        let mut data = self.table.store.messages(&id, &page).await.unwrap().data;
        data.reverse();
        data
    }

    /// The messages sent to contacts, in order.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.outbox.sent().into_iter().filter(|sent| !matches!(sent.what, What::Event(_))).collect()
    }

    /// The addresses of those messages, in order.
    pub(crate) fn addresses(&self) -> Vec<String> {
        self.sent().iter().map(address).collect()
    }

    /// The same, sorted: concurrent messages have no fixed order.
    pub(crate) fn addresses_sorted(&self) -> Vec<String> {
        let mut addresses = self.addresses();
        addresses.sort();
        addresses
    }

    /// Those messages in one line each: the SMS, or the subject of the email.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |sent: &Sent| match &sent.what {
            What::Email(email) => email.subject.clone(),
            What::Sms(sms) => sms.text.lines().next().unwrap_or_default().to_owned(),
            What::Event(_) => unreachable!("filtered"),
        };
        self.sent().iter().map(line).collect()
    }
}

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

pub(crate) fn key_id() -> KeyId {
    KeyId::parse("A-12").unwrap()
}

/// The event that `EventBridge` sends every minute.
pub(crate) fn tick() -> Value {
    json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} })
}

/// Calls the function with a batch.
pub(crate) async fn give(function: &Notifications, records: &[Value]) -> Result<Value, Error> {
    function.handle(&json!({ "Records": records })).await
}

/// The records that the response lists as failed.
pub(crate) fn failures(answer: &Result<Value, Error>) -> Vec<String> {
    let failures = answer.as_ref().unwrap()["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

/// The identifier of a record in a response.
pub(crate) fn sequence_number(record: &Value) -> String {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned()
}

pub(crate) fn address(sent: &Sent) -> String {
    match &sent.what {
        What::Email(email) => email.to[0].clone(),
        What::Sms(sms) => sms.number.clone(),
        What::Event(event) => event.topic.clone(),
    }
}

fn digest(id: &str) -> u32 {
    id.bytes().fold(7, |sum, byte| (sum * 31 + u32::from(byte)) % 900_000)
}
