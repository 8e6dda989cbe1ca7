//! What does not depend on how large a stack is: time, requests and units of what automats, booking systems and people
//! do most, by the number of keys in the stack and of live contracts on the key.
//!
//! `cargo bench -p store --bench growth`; prints the table for `docs/measurements.md`, and draws `docs/growth.svg`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at what it did not expect"
)]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant as Stopwatch};

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::{AutomatId, CodeKind, Contract, ContractDraft, KeyDraft, KeyId, KeypadAnswer, SearchTerms};
use serde_json::json;
use store::{ContractFilter, Expected, KeyFilter, KeypadEntry, PageRequest, Record};
use testkit::{TABLE, Tally, TestTable, at, automat, by_email, contract, entry, key, locker, metadata, name, pin};

const KEYS: [u32; 3] = [10, 1_000, MAX_KEYS];
const MAX_KEYS: u32 = 100_000;
/// More keys than this are copied, because creating 100,000 takes more than eight minutes.
const MAX_CREATED: u32 = 1_000;
const CONTRACTS: [i64; 2] = [1, 2_000 - 1];
/// Of each automat.
const LOCKERS: u32 = 40;
/// Puts in one `BatchWriteItem`, by DynamoDB's limit.
const BATCH: usize = 25;
const SAMPLES: usize = 41;
const HOUR: i64 = 3_600;
const PAGE: PageRequest = PageRequest { limit: 20, after: None };
/// Of the contract that is active.
const PIN: &str = "471147";
/// The automat of the key that is measured.
const AUTOMAT: &str = "A-00000";
const PICTURE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/growth.svg");

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    println!("| | keys | contracts on the key | requests | read units | write units | median | p99 |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut rows = Vec::new();
    for keys in KEYS {
        let table = TestTable::new().await;
        let stopwatch = Stopwatch::now();
        fill(&table, keys).await;
        println!("| ({keys} keys created in {:.0?}) | | | | | | | |", stopwatch.elapsed());
        let mut live = 0;
        for contracts in CONTRACTS {
            while live < contracts {
                let pin = (live == 0).then(|| pin(PIN));
                let draft = ContractDraft { pin, ..contract(&first(), live * HOUR, (live + 1) * HOUR) };
                table.store.create_contract(draft, &metadata()).await.unwrap();
                live += 1;
            }
            rows.extend(Box::pin(Scene { table: &table, keys, contracts }.measure_all()).await);
        }
    }
    std::fs::write(PICTURE, picture(&rows)).unwrap();
}

/// Fills automats with keys. They have numbers of five digits, evenly spread, so that the same share of them is found by
/// each search.
async fn fill(table: &TestTable, keys: u32) {
    let spacing = MAX_KEYS / keys;
    if keys <= MAX_CREATED {
        create(table, &(0..keys).map(|key| key * spacing).collect::<Vec<_>>()).await;
        return;
    }
    // One automat of each leading digit is created, and the others are copies of it. The digit stays, because it is the
    // partition of the keys' search terms.
    let tenth = keys / 10;
    for digit in 0..10 {
        create(table, &(0..LOCKERS).map(|key| (digit * tenth + key) * spacing).collect::<Vec<_>>()).await;
    }
    let mut originals = HashMap::<_, Vec<_>>::new();
    let mut pages = table.client.scan().table_name(TABLE).into_paginator().items().send();
    while let Some(item) = pages.next().await {
        let item = item.unwrap();
        let digit = item["PK"].as_s().unwrap().split_once('-').unwrap().1.as_bytes()[0];
        originals.entry(digit).or_default().push(item);
    }
    assert_eq!(originals.len(), 10);
    let client = &table.client;
    let copies = originals.values().map(|originals| async move {
        for copy in 1..tenth / LOCKERS {
            let items: Vec<_> = originals.iter().map(|item| shifted(item, copy * LOCKERS * spacing)).collect();
            for batch in items.chunks(BATCH) {
                let put = |item: &Item| PutRequest::builder().set_item(Some(item.clone())).build().unwrap();
                let puts = batch.iter().map(|item| WriteRequest::builder().put_request(put(item)).build()).collect();
                let answer = client.batch_write_item().request_items(TABLE, puts).send().await.unwrap();
                assert!(answer.unprocessed_items().is_none_or(HashMap::is_empty));
            }
        }
    });
    futures_util::future::join_all(copies).await;
    table.delete_stream_records().await;
    let last = AutomatId::parse(&format!("A-{}", MAX_KEYS - LOCKERS * spacing)).unwrap();
    let lockers = table.store.automat_view(&last, at(1)).await.unwrap().lockers;
    assert_eq!(lockers.iter().filter(|locker| locker.key.is_some()).count(), LOCKERS as usize);
}

/// Creates keys with these numbers, and automats for them. An automat has the number of its first key.
async fn create(table: &TestTable, numbers: &[u32]) {
    for numbers in numbers.chunks(LOCKERS as usize) {
        let id = format!("A-{:05}", numbers[0]);
        table.store.create_automat(automat(&id, LOCKERS), &metadata()).await.unwrap();
        for (index, number) in (0..).zip(numbers) {
            let draft = KeyDraft {
                automat: AutomatId::parse(&id).unwrap(),
                locker: Some(locker(index)),
                ..key(&format!("K-{number:05}"))
            };
            table.store.create_key(draft, &metadata()).await.unwrap();
        }
    }
}

type Item = HashMap<String, AttributeValue>;

/// A copy of an item in which the numbers of automats and keys are larger by the offset: all runs of five digits.
fn shifted(item: &Item, offset: u32) -> Item {
    let shift = |text: &str| {
        let parts = text.split_inclusive(['#', '-']).map(|part| {
            let end = part.trim_end_matches(['#', '-']);
            match end.parse::<u32>() {
                Ok(number) if end.len() == 5 => format!("{:05}{}", number + offset, &part[5..]),
                _ => part.to_owned(),
            }
        });
        AttributeValue::S(parts.collect())
    };
    let value = |value: &AttributeValue| value.as_s().map_or_else(|_| value.clone(), |text| shift(text));
    item.iter().map(|(name, old)| (name.clone(), value(old))).collect()
}

fn first() -> KeyId {
    KeyId::parse("K-00000").unwrap()
}

struct Scene<'a> {
    table: &'a TestTable,
    keys: u32,
    contracts: i64,
}

impl Scene<'_> {
    async fn measure_all(&self) -> Vec<Row> {
        let store = &self.table.store;
        let automat = AutomatId::parse(AUTOMAT).unwrap();
        let mut rows = Vec::new();

        let mut meter = self.meter("booking");
        let mut stream_record = self.meter("stream record of a booking");
        for _ in 0..SAMPLES {
            let made = meter.time(Box::pin(self.book())).await;
            let Record::Contract(record) = store.read_record(&self.record_of(&made).await).unwrap() else { panic!() };
            let claims = stream_record.time(store.notify_of_contract(&record, at(0))).await.unwrap();
            assert_eq!(claims.len(), 1);
            store.remove_contract(&made.id, false, Expected::Any, &metadata()).await.unwrap();
        }
        rows.push(meter.row());
        rows.push(stream_record.row());

        let mut meter = self.meter("keypad entry");
        for n in 0..SAMPLES {
            let id = format!("{}-{n}", self.contracts);
            let code = name(&store.device_key(&automat), CodeKind::Pin, PIN);
            let entry = KeypadEntry { code, ..entry(store, &id, CodeKind::Pin, PIN, at(1), &[0]) };
            let answer = meter.time(store.keypad_entry(&automat, entry, at(1))).await.unwrap();
            assert!(matches!(answer, KeypadAnswer::Open { .. }), "{answer:?}");
        }
        rows.push(meter.row());

        let mut meter = self.meter("list of keys");
        for _ in 0..SAMPLES {
            let filter = KeyFilter::default();
            meter.time(store.keys(&filter, &PAGE)).await.unwrap();
        }
        rows.push(meter.row());

        let mut meter = self.meter("search for a key");
        for _ in 0..SAMPLES {
            let filter = KeyFilter { search: SearchTerms::parse("k 7"), automat: None };
            let found = meter.time(store.keys(&filter, &PAGE)).await.unwrap();
            assert!(!found.data.is_empty());
        }
        rows.push(meter.row());

        let mut meter = self.meter("list of the key's contracts");
        for _ in 0..SAMPLES {
            let filter = ContractFilter::of_key(first());
            meter.time(store.contracts(&filter, &PAGE, at(1))).await.unwrap();
        }
        rows.push(meter.row());

        let mut meter = self.meter("Key Automat View");
        for _ in 0..SAMPLES {
            meter.time(store.automat_view(&automat, at(1))).await.unwrap();
        }
        rows.push(meter.row());
        rows
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

    /// Prints it, too.
    fn row(mut self) -> Row {
        self.times.sort();
        let (median, p99) = (self.times[self.times.len() / 2], self.times[self.times.len() * 99 / 100]);
        let Tally { round_trips, read_units, write_units } = self.tally;
        let Scene { keys, contracts, .. } = *self.scene;
        println!(
            "| {} | {keys} | {contracts} | {round_trips} | {read_units} | {write_units} | {median:.2?} | {p99:.2?} |",
            self.name
        );
        Row { name: self.name, keys, contracts, units: read_units + write_units, median }
    }
}

struct Row {
    name: &'static str,
    keys: u32,
    contracts: i64,
    /// Read and write units together.
    units: f64,
    median: Duration,
}

/// Bars of the units and of the median time. A bar that does not fit is cut.
fn picture(rows: &[Row]) -> String {
    let [height, units_at, times_at, longest, width] = [18.0, 210.0, 510.0, 200.0, 800.0];
    let first = (rows[0].keys, rows[0].contracts);
    let names = rows.iter().filter(|row| (row.keys, row.contracts) == first).map(|row| row.name);
    let mut body = format!(
        "<text x=\"{units_at}\" y=\"24\">read and write units</text>\n<text x=\"{times_at}\" y=\"24\">median time</text>\n"
    );
    let mut y = 24.0;
    for name in names {
        y += height * 1.5;
        writeln!(body, r#"<text x="10" y="{y}" font-weight="bold">{name}</text>"#).unwrap();
        let mut of_name: Vec<_> = rows.iter().filter(|row| row.name == name).collect();
        of_name.sort_by_key(|row| row.contracts);
        for row in of_name {
            y += height;
            let colour = if row.contracts == CONTRACTS[0] { "#1f6f5c" } else { "#9aa5b1" };
            let contracts = if row.contracts == 1 { "1 contract" } else { "1,999 contracts" };
            writeln!(body, r#"<text x="10" y="{y}">{} keys, {contracts}</text>"#, row.keys).unwrap();
            let millis = row.median.as_secs_f64() * 1_000.0;
            for (x, figure, scale, shown) in
                [(units_at, row.units, 2.0, row.units.to_string()), (times_at, millis, 10.0, format!("{millis:.1} ms"))]
            {
                let (length, top) = ((figure * scale).min(longest), y - 11.0);
                writeln!(body, r#"<rect x="{x}" y="{top}" width="{length:.1}" height="13" fill="{colour}"/>"#).unwrap();
                writeln!(body, r#"<text x="{:.1}" y="{y}">{shown}</text>"#, x + length + 6.0).unwrap();
            }
        }
    }
    let total = y + height;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{total}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n<title>Units and time by the number of keys and contracts</title>\n<rect width=\"100%\" \
         height=\"100%\" fill=\"white\"/>\n{body}</svg>\n"
    )
}
