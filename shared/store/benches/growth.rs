//! What does not depend on how large a stack is: time, requests and units of what automats, booking systems and people
//! do most, by the number of keys in the stack and of live contracts on the key.
//!
//! `cargo bench -p store --bench growth`; the last size takes minutes to fill.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at what it did not expect"
)]

use std::collections::HashMap;
use std::time::{Duration, Instant as Stopwatch};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{AutomatId, CodeKind, Contract, ContractDraft, KeyDraft, KeyId, KeypadAnswer, SearchTerms};
use serde_json::json;
use store::{ContractFilter, Expected, KeyFilter, PageRequest, Record};
use testkit::{TABLE, Tally, TestTable, at, automat, by_email, contract, entry, key, locker, metadata, pin};

const KEYS: [u32; 3] = [10, 1_000, 100_000];
const CONTRACTS: [i64; 2] = [1, 2_000 - 1];
/// Of each automat.
const LOCKERS: u32 = 40;
const SAMPLES: usize = 41;
const HOUR: i64 = 3_600;
const PAGE: PageRequest = PageRequest { limit: 20, after: None };
/// Of the contract that is active.
const PIN: &str = "471147";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    println!("| | keys | contracts on the key | requests | read units | write units | median | p99 |");
    println!("|---|---|---|---|---|---|---|---|");
    for keys in KEYS {
        let table = TestTable::new().await;
        fill(&table, keys).await;
        let mut live = 0;
        for contracts in CONTRACTS {
            while live < contracts {
                let pin = (live == 0).then(|| pin(PIN));
                let draft = ContractDraft { pin, ..contract(&first(), live * HOUR, (live + 1) * HOUR) };
                table.store.create_contract(draft, &metadata()).await.unwrap();
                live += 1;
            }
            Box::pin(Scene { table: &table, keys, contracts }.measure_all()).await;
        }
    }
}

/// Automats full of keys. The key that is measured is in the first locker of the first one, `lobby`.
async fn fill(table: &TestTable, keys: u32) {
    for number in 0..keys {
        let (automat_number, index) = (number / LOCKERS, number % LOCKERS);
        let id = if automat_number == 0 { "lobby".to_owned() } else { format!("automat-{automat_number}") };
        if index == 0 {
            table.store.create_automat(automat(&id, LOCKERS), &metadata()).await.unwrap();
        }
        let draft = KeyDraft {
            automat: AutomatId::parse(&id).unwrap(),
            locker: Some(locker(index)),
            ..key(&format!("K-{number}"))
        };
        table.store.create_key(draft, &metadata()).await.unwrap();
    }
}

fn first() -> KeyId {
    KeyId::parse("K-0").unwrap()
}

struct Scene<'a> {
    table: &'a TestTable,
    keys: u32,
    contracts: i64,
}

impl Scene<'_> {
    async fn measure_all(&self) {
        let store = &self.table.store;
        let lobby = AutomatId::parse("lobby").unwrap();

        let mut meter = self.meter("booking");
        let mut stream_record = self.meter("stream record of a booking");
        for _ in 0..SAMPLES {
            let made = meter.time(Box::pin(self.book())).await;
            let Record::Contract(record) = store.read_record(&self.record_of(&made).await).unwrap() else { panic!() };
            let claims = stream_record.time(store.notify_of_contract(&record, at(0))).await.unwrap();
            assert_eq!(claims.len(), 1);
            store.remove_contract(&made.id, false, Expected::Any, &metadata()).await.unwrap();
        }
        meter.print();
        stream_record.print();

        let mut meter = self.meter("keypad entry");
        for n in 0..SAMPLES {
            let id = format!("{}-{n}", self.contracts);
            let entry = entry(store, &id, CodeKind::Pin, PIN, at(1), &[0]);
            let answer = meter.time(store.keypad_entry(&lobby, entry, at(1))).await.unwrap();
            assert!(matches!(answer, KeypadAnswer::Open { .. }), "{answer:?}");
        }
        meter.print();

        let mut meter = self.meter("list of keys");
        for _ in 0..SAMPLES {
            let filter = KeyFilter::default();
            meter.time(store.keys(&filter, &PAGE)).await.unwrap();
        }
        meter.print();

        let mut meter = self.meter("search for a key");
        for _ in 0..SAMPLES {
            let filter = KeyFilter { search: SearchTerms::parse("k 7"), automat: None };
            let found = meter.time(store.keys(&filter, &PAGE)).await.unwrap();
            assert!(!found.data.is_empty());
        }
        meter.print();

        let mut meter = self.meter("list of the key's contracts");
        for _ in 0..SAMPLES {
            let filter = ContractFilter::of_key(first());
            meter.time(store.contracts(&filter, &PAGE, at(1))).await.unwrap();
        }
        meter.print();

        let mut meter = self.meter("Key Automat View");
        for _ in 0..SAMPLES {
            meter.time(store.automat_view(&lobby, at(1))).await.unwrap();
        }
        meter.print();
    }

    /// Creates a contract after all others.
    async fn book(&self) -> Contract {
        let start = self.contracts * HOUR;
        let draft =
            ContractDraft { contacts: vec![by_email("aino@example.com")], ..contract(&first(), start, start + HOUR) };
        self.table.store.create_contract(draft, &metadata()).await.unwrap().into_inner()
    }

    /// What the stream passes on about a contract that was created.
    async fn record_of(&self, made: &Contract) -> serde_json::Value {
        let request = self.table.client.get_item().table_name(TABLE);
        let key = [("PK", format!("CONTRACT#{}", made.id)), ("SK", "CONTRACT".to_owned())];
        let key = HashMap::from(key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value))));
        let item = request.set_key(Some(key.clone())).send().await.unwrap().item.unwrap();
        let json =
            |item: HashMap<String, AttributeValue>| serde_json::to_value(serde_dynamo::Item::from(item)).unwrap();
        let written = at(0).seconds();
        let stream = json!({ "ApproximateCreationDateTime": written, "Keys": json(key), "NewImage": json(item) });
        json!({ "eventName": "INSERT", "dynamodb": stream })
    }

    fn meter(&self, name: &'static str) -> Meter<'_> {
        Meter { scene: self, name, times: Vec::new(), tally: Tally::default() }
    }
}

/// Collects the samples of one operation.
struct Meter<'a> {
    scene: &'a Scene<'a>,
    name: &'static str,
    times: Vec<Duration>,
    /// Of the last sample.
    tally: Tally,
}

impl Meter<'_> {
    async fn time<T>(&mut self, operation: impl Future<Output = T>) -> T {
        let _ = self.scene.table.wire.tally();
        let stopwatch = Stopwatch::now();
        let result = operation.await;
        self.times.push(stopwatch.elapsed());
        self.tally = self.scene.table.wire.tally();
        result
    }

    fn print(mut self) {
        self.times.sort();
        let (median, p99) = (self.times[self.times.len() / 2], self.times[self.times.len() * 99 / 100]);
        let Tally { round_trips, read_units, write_units } = self.tally;
        let Scene { keys, contracts, .. } = self.scene;
        println!(
            "| {} | {keys} | {contracts} | {round_trips} | {read_units} | {write_units} | {median:.2?} | {p99:.2?} |",
            self.name
        );
    }
}
