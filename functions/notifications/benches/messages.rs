//! How many messages per second one function sends: `cargo bench -p notifications`.
//!
//! The embedded table and the endpoints of SNS and SES run on loopback in this process. Batches of 100 records are
//! processed one after the other, as for one shard of the stream. Once with providers that respond at once, and once
//! with providers that take 50 ms, as over a network.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints its results, and stops on an error")]

use std::time::{Duration, Instant};

use clock::Clock;
use domain::{Contact, ContractDraft, KeyDraft, KeyId, Sharing};
use notifications::{Messenger, Notifications, Topic};
use outbox::{Behaviour, Endpoint, Options, Outbox};
use serde_json::{Value, json};
use testkit::{TestTable, at, automat, by_email, by_sms, contract, key, metadata};

const TOPIC: &str = "arn:aws:sns:local:000000000000:key-events";
const KEYS: usize = 40;
const CONTRACTS_ON_EACH: usize = 25;
const BATCH: usize = 100;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    println!("| providers answer | messages | records | time | messages a second |");
    println!("|---|---|---|---|---|");
    for delay in [Duration::ZERO, Duration::from_millis(50)] {
        let table = TestTable::new().await;
        let records = booked(&table).await;
        let topics = vec![TOPIC.to_owned()];
        let outbox =
            Outbox::start(Options { topics, keep: 10, ..Options::new("bench".to_owned(), || at(0)) }).await.unwrap();
        for &end in Endpoint::ALL {
            outbox.behave(end, if delay.is_zero() { Behaviour::Accept } else { Behaviour::Late(delay) });
        }
        let notifications = Notifications {
            store: table.store.clone(),
            messenger: Messenger::new(outbox.sns(), outbox.ses()).mail_from(Some("keys@example.com".to_owned()), None),
            topic: Topic::new(outbox.sns(), TOPIC),
            clock: Clock::fixed(at(0)),
        };
        let begun = Instant::now();
        for batch in records.chunks(BATCH) {
            let answer = notifications.handle(&json!({ "Records": batch })).await.unwrap();
            assert_eq!(answer, json!({ "batchItemFailures": [] }));
        }
        let (time, messages) = (begun.elapsed(), outbox.calls(Endpoint::Email) + outbox.calls(Endpoint::Sms));
        assert_eq!(messages, 2 * (KEYS * CONTRACTS_ON_EACH) as u64);
        let a_second = f64::from(u32::try_from(messages).unwrap()) / time.as_secs_f64();
        println!("| after {delay:?} | {messages} | {} | {time:.1?} | {a_second:.0} |", records.len());
    }
}

/// Creates contracts with a contact by email and SMS each, spread over many keys, and returns the stream's records of
/// them.
async fn booked(table: &TestTable) -> Vec<Value> {
    table.store.create_automat(automat("lobby", 500), &metadata()).await.unwrap();
    for n in 0..KEYS {
        let key = KeyDraft { sharing: Sharing::Shared, ..key(&format!("key-{n}")) };
        table.store.create_key(key, &metadata()).await.unwrap();
    }
    let before = table.records(at(0)).await.len();
    for n in 0..KEYS * CONTRACTS_ON_EACH {
        let key = KeyId::parse(&format!("key-{}", n % KEYS)).unwrap();
        let draft = ContractDraft { contacts: vec![contact(n)], ..contract(&key, 3_600, 90_000) };
        table.store.create_contract(draft, &metadata()).await.unwrap();
    }
    let is_notified = |record: &Value| {
        let sk = record["dynamodb"]["Keys"]["SK"]["S"].as_str().unwrap();
        sk == "CONTRACT" || sk.starts_with("EVENT#")
    };
    table.records(at(0)).await.into_iter().skip(before).filter(is_notified).collect()
}

fn contact(n: usize) -> Contact {
    let phone_number = by_sms("+358401234567").phone_number;
    Contact { phone_number, send_sms: true, ..by_email(&format!("aino-{n}@example.com")) }
}
