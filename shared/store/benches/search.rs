//! The search index: what a booking adds to it, how large it is, and how long a search takes, by the number of contracts in
//! the stack.
//!
//! `cargo bench -p store --bench search`, or with numbers of contracts as arguments. A million take an hour.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at what it did not expect"
)]

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant as Stopwatch};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{AutomatId, Contact, Contract, ContractDraft, ContractId, ContractSearch, Email, KeyDraft, KeyId, Name};
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use store::{ContractFilter, PageRequest};
use testkit::{SeededRng, TABLE, Tally, TestTable, at, automat, by_sms, contract, key, locker, metadata};

const CONTRACTS: [u32; 3] = [1_000, 10_000, 100_000];
/// More contracts than this are stored in a file: the engine holds at most 1 GB in memory.
const IN_MEMORY: u32 = 200_000;
const CONTRACTS_OF_A_KEY: u32 = 100;
const LOCKERS: u32 = 40;
const SAMPLES: u32 = 41;
const DAY: i64 = 86_400;
/// The contracts start within two years.
const DAYS: u64 = 730;
const PAGE: PageRequest = PageRequest { limit: 20, after: None };

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let sizes: Vec<u32> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    for contracts in if sizes.is_empty() { CONTRACTS.to_vec() } else { sizes } {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("search.sqlite");
        let _ = std::fs::remove_file(&file);
        let table = if contracts > IN_MEMORY { TestTable::in_file(&file).await } else { TestTable::new().await };
        let began = Stopwatch::now();
        fill(&table, contracts).await;
        let filled = began.elapsed();
        let began = Stopwatch::now();
        let report = table.store.rebuild_projection().await.unwrap();
        assert_eq!((report.contracts, report.failed), (u64::from(contracts), 0));
        println!("\n{contracts} contracts, booked in {filled:.0?}, rebuilt in {:.0?}", began.elapsed());
        print_size(&table).await;
        println!("\n| | contracts | found on the first page | requests | read units | write units | median | p99 |");
        println!("|---|---|---|---|---|---|---|---|");
        Box::pin(measure(&table, contracts)).await;
    }
}

/// A name of three syllables; some are much more frequent than others, as names are.
fn name(random: &mut SeededRng, kinds: u64) -> String {
    const SYLLABLES: [&str; 16] =
        ["ma", "ri", "ta", "ko", "vi", "ne", "la", "su", "pe", "jo", "ka", "ho", "el", "ti", "mu", "sa"];
    let mut number = (random.below(kinds) * random.below(kinds) / kinds) * 7;
    let mut text = String::new();
    for _ in 0..3 {
        text.push_str(SYLLABLES[usize::try_from(number % 16).unwrap()]);
        number /= 16;
    }
    text[..1].to_uppercase() + &text[1..]
}

/// A contract of a person who is its contact, with email address and phone number.
fn draft(key: &KeyId, number: u32, random: &mut SeededRng) -> ContractDraft {
    let person = format!("{} {}", name(random, 300), name(random, 580));
    let email = format!("{}.{number}@example.com", person.to_lowercase().replace(' ', "."));
    let contact = Contact {
        name: Name::parse(&person).unwrap(),
        email: Some(Email::parse(&email).unwrap()),
        ..by_sms(&format!("+35840{:07}", random.below(10_000_000)))
    };
    let start = i64::try_from(random.below(DAYS * 24)).unwrap() * 3_600;
    ContractDraft {
        id: ContractId::parse(&format!("BK-{number:07}")).ok(),
        person: Name::parse(&person).unwrap(),
        contacts: vec![contact],
        ..contract(key, start, start + DAY)
    }
}

async fn fill(table: &TestTable, contracts: u32) {
    let (mut random, mut drafts, metadata) = (SeededRng::new(4_711), Vec::new(), metadata());
    for number in 0..contracts {
        let key_number = number / CONTRACTS_OF_A_KEY;
        let (automat_number, index) = (key_number / LOCKERS, key_number % LOCKERS);
        let automat_id = format!("automat-{automat_number}");
        let id = format!("K-{key_number}");
        if number % CONTRACTS_OF_A_KEY == 0 {
            if index == 0 {
                table.store.create_automat(automat(&automat_id, LOCKERS), &metadata).await.unwrap();
            }
            let draft = KeyDraft {
                automat: AutomatId::parse(&automat_id).unwrap(),
                locker: Some(locker(index)),
                sharing: domain::Sharing::Shared,
                ..key(&id)
            };
            table.store.create_key(draft, &metadata).await.unwrap();
        }
        drafts.push(draft(&KeyId::parse(&id).unwrap(), number, &mut random));
        if drafts.len() == 10_000 || number == contracts - 1 {
            let bookings = drafts.drain(..).map(|draft| table.store.create_contract(draft, &metadata));
            let booked = futures_util::stream::iter(bookings).buffer_unordered(8);
            booked.for_each(|booked| async move { drop(booked.unwrap()) }).await;
            table.delete_stream_records().await;
        }
    }
}

/// As DynamoDB counts the size of an item: the names and values of its attributes, and 100 bytes of its own.
async fn print_size(table: &TestTable) {
    let mut pages =
        table.client.scan().table_name(TABLE).projection_expression("PK, SK").into_paginator().items().send();
    let (mut entries, mut months, mut bytes) = (0_u64, 0_u64, 0_usize);
    while let Some(item) = pages.next().await {
        let item = item.unwrap();
        let (pk, sk) = (item["PK"].as_s().unwrap(), item["SK"].as_s().unwrap());
        entries += u64::from(pk.starts_with("LISTED#"));
        months += u64::from(pk.starts_with("MONTHS#"));
        bytes += if pk.starts_with("LISTED#") || pk.starts_with("MONTHS#") { pk.len() + sk.len() + 4 + 100 } else { 0 };
    }
    println!("{entries} entries, {months} months, {bytes} bytes stored");
}

async fn measure(table: &TestTable, contracts: u32) {
    let last = |text: &str| text.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect::<String>();
    let mut random = SeededRng::new(4_711);
    let key = KeyId::parse("K-0").unwrap();
    let some: Vec<_> = (0..SAMPLES).map(|number| draft(&key, number, &mut random)).collect();
    let of_some = |text: &dyn Fn(&ContractDraft) -> String| some.iter().map(text).collect::<Vec<_>>();
    let contact = |draft: &ContractDraft| draft.contacts[0].clone();
    let searches: Vec<(&str, Vec<String>)> = vec![
        ("two letters", of_some(&|draft| draft.person.as_str()[..2].to_owned())),
        ("a surname", of_some(&|draft| draft.person.as_str().split(' ').nth(1).unwrap().to_owned())),
        ("a full name", of_some(&|draft| draft.person.as_str().to_owned())),
        ("a reference", of_some(&|draft| draft.id.as_ref().unwrap().as_str().to_owned())),
        ("an email address", of_some(&|draft| contact(draft).email.unwrap().reveal().to_owned())),
        ("the last four digits", of_some(&|draft| last(contact(draft).phone_number.unwrap().reveal()))),
        ("a whole phone number", of_some(&|draft| contact(draft).phone_number.unwrap().reveal().to_owned())),
        ("a name that nobody has", of_some(&|draft| format!("{}x", &draft.person.as_str()[..4]))),
    ];
    for (what, texts) in searches {
        let mut meter = Meter::new(what, contracts);
        for text in texts {
            let filter = ContractFilter::of_search(ContractSearch::parse(&text).unwrap());
            let found = meter.time(table, table.store.contracts(&filter, &PAGE, at(0))).await.unwrap();
            meter.found.push(found.data.len());
        }
        meter.print();
    }
    let mut meter = Meter::new("projecting a new contract", contracts);
    for number in 0..SAMPLES {
        let draft = draft(&key, contracts + number, &mut random);
        let made = table.store.create_contract(draft, &metadata()).await.unwrap().into_inner();
        let record = record_of(table, &made).await;
        meter.time(table, table.store.project(&record)).await.unwrap();
        meter.found.push(1);
    }
    meter.print();
}

/// What the stream passes on about a contract that was created.
async fn record_of(table: &TestTable, made: &Contract) -> Value {
    let key = [("PK", format!("CONTRACT#{}", made.id)), ("SK", "CONTRACT".to_owned())];
    let key = HashMap::from(key.map(|(name, value)| (name.to_owned(), AttributeValue::S(value))));
    let request = table.client.get_item().table_name(TABLE).set_key(Some(key.clone()));
    let item = request.send().await.unwrap().item.unwrap();
    let json = |item: HashMap<String, AttributeValue>| serde_json::to_value(serde_dynamo::Item::from(item)).unwrap();
    let stream = json!({ "ApproximateCreationDateTime": at(0).seconds(), "Keys": json(key), "NewImage": json(item) });
    json!({ "eventName": "INSERT", "dynamodb": stream })
}

/// Collects the samples of one operation.
struct Meter {
    name: &'static str,
    contracts: u32,
    times: Vec<Duration>,
    found: Vec<usize>,
    tallies: Vec<Tally>,
}

impl Meter {
    fn new(name: &'static str, contracts: u32) -> Self {
        Self { name, contracts, times: Vec::new(), found: Vec::new(), tallies: Vec::new() }
    }

    async fn time<T>(&mut self, table: &TestTable, operation: impl Future<Output = T>) -> T {
        let _ = table.wire.tally();
        let stopwatch = Stopwatch::now();
        let result = operation.await;
        self.times.push(stopwatch.elapsed());
        self.tallies.push(table.wire.tally());
        result
    }

    fn print(mut self) {
        self.times.sort();
        self.found.sort_unstable();
        let middle = self.times.len() / 2;
        let (median, p99) = (self.times[middle], self.times[self.times.len() * 99 / 100]);
        let median_of = |value: &dyn Fn(&Tally) -> f64| {
            let mut values: Vec<_> = self.tallies.iter().map(value).collect();
            values.sort_by(f64::total_cmp);
            values[middle]
        };
        let (requests, reads) =
            (median_of(&|tally| f64::from(tally.round_trips)), median_of(&|tally| tally.read_units));
        let writes = median_of(&|tally| tally.write_units);
        let found = self.found[middle];
        println!(
            "| {} | {} | {found} | {requests} | {reads} | {writes} | {median:.2?} | {p99:.2?} |",
            self.name, self.contracts
        );
    }
}
