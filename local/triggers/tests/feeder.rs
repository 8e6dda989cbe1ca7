//! The feeder on an embedded table, through the SDK.

#![expect(clippy::unwrap_used, reason = "a test whose setup fails stops at once")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use clock::Clock;
use dynamodb::Database;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use triggers::{Feeder, Filter, Function, InvokeError, Progress, Settings, Start, Stream, Trimmer};

const TABLE: &str = "table";

fn settings() -> Settings {
    Settings {
        batch_size: 100,
        window: Duration::ZERO,
        filters: vec![Filter::parse(r#"{"dynamodb": {"Keys": {"SK": {"S": [{"prefix": "CONTRACT#"}]}}}}"#).unwrap()],
        reports_failures: true,
        bisects: true,
        retries: 1,
        max_age: Duration::from_hours(1),
        timeout: Duration::from_mins(1),
        failure_queue: "Failed".to_owned(),
    }
}

async fn database(file: Option<&Path>) -> Database {
    let database = Database::start(file, || Clock::system().now()).await.unwrap();
    store::create_table(&database.client(), TABLE).await.unwrap();
    database
}

async fn put(database: &Database, sk: &str, version: u32) {
    let put = database.client().put_item().table_name(TABLE).item("PK", AttributeValue::S("KEY#k".to_owned()));
    let put = put.item("SK", AttributeValue::S(sk.to_owned()));
    put.item("version", AttributeValue::N(version.to_string())).send().await.unwrap();
}

async fn feed(database: &Database, function: Function, file: Option<PathBuf>) -> Feeder {
    let stream = Stream::of_table(database.streams_client(), TABLE).await.unwrap();
    let clock = Clock::system();
    Feeder::start(Start { stream, settings: settings(), function, file, now: move || clock.now() })
}

/// A function that records what it receives, and reports this item as failed.
fn recording(fails_at: &'static str) -> (Function, mpsc::UnboundedReceiver<Value>) {
    let (received, records) = mpsc::unbounded_channel();
    let function = Function::new(move |event: Value| {
        let mut failures = Vec::new();
        for record in event["Records"].as_array().unwrap() {
            if record["dynamodb"]["Keys"]["SK"]["S"] == fails_at {
                failures.push(json!({"itemIdentifier": record["dynamodb"]["SequenceNumber"]}));
            }
            _ = received.send(record.clone());
        }
        async move { Ok::<_, InvokeError>(json!({ "batchItemFailures": failures })) }
    });
    (function, records)
}

fn received(records: &mut mpsc::UnboundedReceiver<Value>) -> Vec<String> {
    let mut versions = Vec::new();
    while let Ok(record) = records.try_recv() {
        versions.push(record["dynamodb"]["NewImage"]["version"]["N"].as_str().unwrap().to_owned());
    }
    versions
}

#[tokio::test]
async fn a_write_arrives_in_lambdas_form() {
    let database = database(None).await;
    let (function, mut records) = recording("");
    let feeder = feed(&database, function, None).await;
    put(&database, "TERM#w", 1).await;
    put(&database, "CONTRACT#c", 1).await;
    put(&database, "CONTRACT#c", 2).await;
    let insert = records.recv().await.unwrap();
    let modify = records.recv().await.unwrap();
    let item = |version: &str| json!({"PK": {"S": "KEY#k"}, "SK": {"S": "CONTRACT#c"}, "version": {"N": version}});
    assert_eq!(insert["eventName"], "INSERT");
    assert_eq!(insert["dynamodb"]["NewImage"], item("1"));
    assert_eq!(insert["dynamodb"].get("OldImage"), None);
    assert_eq!(modify["eventName"], "MODIFY");
    assert_eq!(modify["dynamodb"]["OldImage"], item("1"));
    assert_eq!(modify["dynamodb"]["NewImage"], item("2"));
    assert_eq!(modify["dynamodb"]["Keys"], json!({"PK": {"S": "KEY#k"}, "SK": {"S": "CONTRACT#c"}}));
    assert_eq!(modify["eventSource"], "aws:dynamodb");
    assert!(modify["eventSourceARN"].as_str().unwrap().contains("/stream/"));
    assert!(modify["dynamodb"]["ApproximateCreationDateTime"].is_i64());
    feeder.stop().await;
}

#[tokio::test]
async fn continues_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stream.json");
    let database = database(Some(&folder.path().join("table.sqlite"))).await;
    let (function, mut records) = recording("");
    put(&database, "CONTRACT#c", 1).await;
    let feeder = feed(&database, function.clone(), Some(file.clone())).await;
    feeder.drain().await;
    assert_eq!(received(&mut records), ["1"], "what was written before it started");
    feeder.stop().await;
    put(&database, "CONTRACT#c", 2).await;
    let feeder = feed(&database, function, Some(file)).await;
    feeder.drain().await;
    assert_eq!(received(&mut records), ["2"], "what was written meanwhile, and nothing twice");
    feeder.stop().await;
}

#[tokio::test]
async fn a_record_that_always_fails_is_reported_by_its_key_and_blocks_nothing() {
    let database = database(None).await;
    let (function, mut records) = recording("CONTRACT#poison");
    let feeder = feed(&database, function, None).await;
    put(&database, "CONTRACT#poison", 1).await;
    feeder.drain().await;
    put(&database, "CONTRACT#c", 2).await;
    feeder.drain().await;
    assert_eq!(received(&mut records), ["1", "1", "2"], "once more, and then given up");
    let failures = feeder.failures();
    let items: Vec<_> = failures.iter().flat_map(|failure| failure.items.clone()).collect();
    assert_eq!(items, ["KEY#k CONTRACT#poison"]);
    feeder.stop().await;
}

/// The items of all records that are left in the stream, oldest first.
async fn left(database: &Database) -> Vec<String> {
    let mut stream = Stream::of_table(database.streams_client(), TABLE).await.unwrap();
    let records = stream.read(None).await.unwrap();
    records.iter().map(|record| record.item().strip_prefix("KEY#k CONTRACT#").unwrap().to_owned()).collect()
}

/// Starts to trim the stream. Returns a channel that receives a message after each deletion.
fn trim(database: &Database, readers: Vec<Progress>) -> (Trimmer, mpsc::UnboundedReceiver<()>) {
    let (deleted, deletions) = mpsc::unbounded_channel();
    let records = database.stream_records();
    let trimmer = Trimmer::start(readers, move |done| {
        let (records, deleted) = (records.clone(), deleted.clone());
        async move {
            records.delete_before(TABLE, done.as_str()).await?;
            _ = deleted.send(());
            Ok::<_, rusqlite::Error>(())
        }
    });
    (trimmer, deletions)
}

/// A function that reports this item as failed, and never answers when the batch begins with it.
fn hanging_at(item: &'static str) -> (Function, mpsc::UnboundedReceiver<()>) {
    let (hangs, hung) = mpsc::unbounded_channel();
    let function = Function::new(move |event: Value| {
        let hangs = hangs.clone();
        async move {
            let records = event["Records"].as_array().unwrap();
            let failed = records.iter().position(|record| record["dynamodb"]["Keys"]["SK"]["S"] == item);
            if failed == Some(0) {
                _ = hangs.send(());
                std::future::pending::<()>().await;
            }
            let failures =
                failed.map(|index| json!({ "itemIdentifier": records[index]["dynamodb"]["SequenceNumber"] }));
            Ok::<_, InvokeError>(json!({ "batchItemFailures": failures.into_iter().collect::<Vec<_>>() }))
        }
    });
    (function, hung)
}

#[tokio::test]
async fn only_what_every_reader_has_processed_is_trimmed_and_a_crash_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (table, quick, slow) =
        (folder.path().join("table.sqlite"), folder.path().join("quick.json"), folder.path().join("slow.json"));
    {
        let database = database(Some(&table)).await;
        for sk in ["CONTRACT#a", "CONTRACT#b", "CONTRACT#c", "CONTRACT#d"] {
            put(&database, sk, 1).await;
        }
        let (function, _records) = recording("");
        let quick = feed(&database, function, Some(quick.clone())).await;
        let (function, mut hung) = hanging_at("CONTRACT#c");
        let slow = feed(&database, function, Some(slow.clone())).await;
        quick.drain().await;
        hung.recv().await.unwrap();
        let (_trimmer, mut deletions) = trim(&database, vec![quick.progress(), slow.progress()]);
        deletions.recv().await.unwrap();
        assert_eq!(
            left(&database).await,
            ["b", "c", "d"],
            "the slow one has processed b, and b is kept as the last one"
        );
        // Everything is dropped where it is, as in a crash.
    }
    let database = database(Some(&table)).await;
    let (function, mut records) = recording("");
    let feeder = feed(&database, function, Some(slow)).await;
    feeder.drain().await;
    assert_eq!(received(&mut records).len(), 2, "c and d");
    let (trimmer, mut deletions) = trim(&database, vec![feeder.progress()]);
    deletions.recv().await.unwrap();
    assert_eq!(left(&database).await, ["d"]);
    trimmer.stop().await;
    feeder.stop().await;
}
