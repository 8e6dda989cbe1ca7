//! The embedded database on its own.

use std::time::Instant as Stopwatch;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, TransactWriteItem};
use aws_sdk_dynamodbstreams::types::{Record, ShardIteratorType};

use super::stream::RETENTION_MILLIS;
use super::*;

fn now() -> Instant {
    clock::Clock::system().now()
}

async fn put(client: &Client, sk: &str, ttl: Option<i64>) {
    let put = client.put_item().table_name("table").item("PK", AttributeValue::S("KEY#1".to_owned()));
    let put = put.item("SK", AttributeValue::S(sk.to_owned()));
    let put = ttl.iter().fold(put, |put, ttl| put.item("ttl", AttributeValue::N(ttl.to_string())));
    put.send().await.unwrap();
}

async fn count(client: &Client) -> i32 {
    client.scan().table_name("table").send().await.unwrap().count()
}

fn records(file: &Path) -> i64 {
    let connection = rusqlite::Connection::open(file).unwrap();
    connection.query_row("SELECT COUNT(*) FROM _stream_records", [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn keeps_its_data_from_one_run_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.sqlite");
    let database = Database::start(Some(&file), now).await.unwrap();
    store::create_table(&database.client(), "table").await.unwrap();
    put(&database.client(), "a", None).await;
    database.stop().await;

    let database = Database::start(Some(&file), now).await.unwrap();
    store::create_table(&database.client(), "table").await.unwrap();
    assert_eq!(count(&database.client()).await, 1);
    database.stop().await;
}

#[tokio::test]
async fn databases_in_memory_are_separate() {
    let one = Database::start(None, now).await.unwrap();
    let other = Database::start(None, now).await.unwrap();
    for database in [&one, &other] {
        store::create_table(&database.client(), "table").await.unwrap();
    }
    put(&one.client(), "a", None).await;
    assert_eq!((count(&one.client()).await, count(&other.client()).await), (1, 0));
}

#[tokio::test]
async fn stops_with_a_client_still_connected() {
    let database = Database::start(None, now).await.unwrap();
    let client = database.client();
    store::create_table(&client, "table").await.unwrap();
    let began = Stopwatch::now();
    database.stop().await;
    assert!(began.elapsed() < STOP_WITHIN, "an idle connection does not delay it");
    assert!(client.list_tables().send().await.is_err());
}

#[tokio::test]
async fn finds_the_next_stream_record_by_index() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.sqlite");
    let database = Database::start(Some(&file), now).await.unwrap();
    // exactly dynoxide's query at each write
    let plan: String = rusqlite::Connection::open(&file)
        .unwrap()
        .query_row(
            "EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 \
             FROM _stream_records WHERE table_name = 'table'",
            [],
            |row| row.get(3),
        )
        .unwrap();
    assert!(plan.contains("stream_records_by_sequence"), "{plan}");
    database.stop().await;
}

#[tokio::test]
async fn deletes_stream_records_after_a_day_and_never_reuses_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.sqlite");
    let database = Database::start(Some(&file), now).await.unwrap();
    store::create_table(&database.client(), "table").await.unwrap();
    put(&database.client(), "a", None).await;
    put(&database.client(), "b", None).await;
    let last = || {
        let connection = rusqlite::Connection::open(&file).unwrap();
        let sql = "SELECT MAX(CAST(sequence_number AS INTEGER)) FROM _stream_records";
        connection.query_row(sql, [], |row| row.get::<_, Option<i64>>(0)).unwrap()
    };
    let before = last().unwrap();
    let written = now();
    let stream = database.stream_records();
    assert_eq!(stream.delete_old(written.plus_millis(RETENTION_MILLIS - 60_000)).unwrap(), 0);
    assert_eq!(records(&file), 2);
    assert_eq!(stream.delete_old(written.plus_millis(RETENTION_MILLIS + 60_000)).unwrap(), 2);
    assert_eq!(last(), None);
    put(&database.client(), "c", None).await;
    assert!(last().unwrap() > before);
    database.stop().await;
}

/// The sequence numbers of a table's stream records, as its readers see them.
async fn sequences(database: &Database) -> Vec<String> {
    let client = database.streams_client();
    let arn = client.list_streams().send().await.unwrap().streams()[0].stream_arn().unwrap().to_owned();
    let stream = client.describe_stream().stream_arn(&arn).send().await.unwrap().stream_description.unwrap();
    let iterator = client.get_shard_iterator().stream_arn(&arn).shard_id(stream.shards()[0].shard_id().unwrap());
    let iterator = iterator.shard_iterator_type(ShardIteratorType::TrimHorizon).send().await.unwrap();
    let records = client.get_records().shard_iterator(iterator.shard_iterator.unwrap()).send().await.unwrap();
    let sequence = |record: &Record| record.dynamodb()?.sequence_number().map(str::to_owned);
    records.records().iter().map(|record| sequence(record).unwrap()).collect()
}

#[tokio::test]
async fn deletes_processed_stream_records_but_the_last() {
    let folder = tempfile::tempdir().unwrap();
    for file in [None, Some(folder.path().join("table.sqlite"))] {
        let database = Database::start(file.as_deref(), now).await.unwrap();
        let client = database.client();
        store::create_table(&client, "table").await.unwrap();
        for sk in ["a", "b", "c", "d"] {
            put(&client, sk, None).await;
        }
        let all = sequences(&database).await;
        let stream = database.stream_records();
        assert_eq!(stream.delete_before("other", &all[3]).await.unwrap(), 0, "another table");
        assert_eq!(stream.delete_before("table", "no number").await.unwrap(), 0);
        assert_eq!(stream.delete_before("table", &all[2]).await.unwrap(), 2, "{file:?}");
        assert_eq!(sequences(&database).await, all[2..]);
        assert_eq!(stream.delete_before("table", &all[2]).await.unwrap(), 0, "again");
        put(&client, "e", None).await;
        assert_eq!(stream.delete_before("table", &all[3]).await.unwrap(), 1, "while the engine writes");
        database.stop().await;
    }
}

/// Readers ask for the records after the last one that they have processed.
#[tokio::test]
async fn a_clock_that_is_set_back_hides_no_record_from_its_readers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.sqlite");
    let database = Database::start(Some(&file), now).await.unwrap();
    let client = database.client();
    store::create_table(&client, "table").await.unwrap();
    put(&client, "a", None).await;
    // as if it had been written when the clock was a day ahead
    let sql = "UPDATE _stream_records SET sequence_number = CAST(sequence_number AS INTEGER) + 86400000000";
    rusqlite::Connection::open(&file).unwrap().execute(sql, []).unwrap();
    let processed = sequences(&database).await.pop().unwrap();
    database.stream_records().delete_before("table", &processed).await.unwrap();
    put(&client, "b", None).await;
    assert!(sequences(&database).await.pop().unwrap() > processed);
    database.stop().await;
}

#[tokio::test]
async fn writes_wait_while_records_are_deleted() {
    let folder = tempfile::tempdir().unwrap();
    for file in [None, Some(folder.path().join("table.sqlite"))] {
        let database = Database::start(file.as_deref(), now).await.unwrap();
        let client = database.client();
        store::create_table(&client, "table").await.unwrap();
        let stream = database.stream_records();
        let deleting = tokio::spawn(async move {
            let mut deleted = 0;
            // more than will be written, so everything but the last
            while deleted < 499 {
                deleted += stream.delete_before("table", &format!("1{:020}", i64::MAX)).await.unwrap();
            }
        });
        for number in 0..500 {
            put(&client, &number.to_string(), None).await;
        }
        deleting.await.unwrap();
        assert_eq!(count(&client).await, 500);
        database.stop().await;
    }
}

#[tokio::test]
async fn the_file_reuses_the_space_of_deleted_records_and_returns_it_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.sqlite");
    let size = || std::fs::metadata(&file).unwrap().len();
    let database = Database::start(Some(&file), now).await.unwrap();
    let client = database.client();
    store::create_table(&client, "table").await.unwrap();
    let mut sizes = Vec::new();
    for _ in 0..3 {
        for _ in 0..20 {
            let put = client.put_item().table_name("table").item("PK", s("a")).item("SK", s("a"));
            put.item("x", s(&"x".repeat(200_000))).send().await.unwrap();
        }
        let last = sequences(&database).await.pop().unwrap();
        database.stream_records().delete_before("table", &last).await.unwrap();
        let connection = rusqlite::Connection::open(&file).unwrap();
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        sizes.push(size());
    }
    assert!(sizes[2] < sizes[0] * 6 / 5, "{sizes:?}");
    database.stop().await;
    let database = Database::start(Some(&file), now).await.unwrap();
    assert!(size() < sizes[2] / 4, "{} of {sizes:?}", size());
    assert_eq!((count(&database.client()).await, sequences(&database).await.len()), (1, 1));
    database.stop().await;
}

#[tokio::test]
async fn deletes_expired_items_when_it_starts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.sqlite");
    let database = Database::start(Some(&file), now).await.unwrap();
    store::create_table(&database.client(), "table").await.unwrap();
    put(&database.client(), "expired", Some(now().seconds() - 10)).await;
    put(&database.client(), "good", Some(now().seconds() + 1_000)).await;
    put(&database.client(), "forever", None).await;
    database.stop().await;
    let database = Database::start(Some(&file), now).await.unwrap();
    let swept = async {
        while count(&database.client()).await > 2 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), swept).await.unwrap();
    database.stop().await;
}

/// The tests of the whole project have a present of their own, and last longer than a minute.
#[tokio::test]
async fn deletes_nothing_by_another_clock_than_the_callers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.sqlite");
    let yesterday = || now().plus_millis(-24 * 60 * 60 * 1_000);
    let database = Database::start(Some(&file), yesterday).await.unwrap();
    store::create_table(&database.client(), "table").await.unwrap();
    put(&database.client(), "expired today", Some(now().seconds() - 10)).await;
    let engine = dynoxide::Database::new(&file.to_string_lossy()).unwrap();
    assert_eq!(delete_expired(&engine, yesterday()).unwrap(), 0);
    assert_eq!(count(&database.client()).await, 1);
    assert_eq!(delete_expired(&engine, now()).unwrap(), 1);
    database.stop().await;
}

#[tokio::test]
async fn a_file_that_is_not_a_database_is_named_in_the_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.sqlite");
    std::fs::write(&file, "not a database, but long enough to be read as one".repeat(100)).unwrap();
    let refusal = Database::start(Some(&file), now).await.unwrap_err();
    assert!(refusal.to_string().contains("table.sqlite"), "{refusal}");
}

/// Limits by <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>.
#[tokio::test]
async fn refuses_requests_above_dynamodbs_limits() {
    let database = Database::start(None, now).await.unwrap();
    let client = database.client();
    store::create_table(&client, "table").await.unwrap();
    for (limit, is_taken) in [(300, true), (301, false)] {
        let sums: Vec<_> = (0..limit).map(|number| format!("a{number}=:n+:n")).collect();
        let update = client.update_item().table_name("table").key("PK", s("a")).key("SK", s("a"));
        let update =
            update.update_expression(format!("SET {}", sums.join(","))).expression_attribute_values(":n", n("1"));
        assert_eq!(update.send().await.is_ok(), is_taken, "{limit} operators");
    }
    for (bytes, is_taken) in [(4096, true), (4097, false)] {
        let condition = format!("attribute_not_exists({})", "x".repeat(bytes - 22));
        let put = client.put_item().table_name("table").item("PK", s("b")).item("SK", s("b"));
        let put = put.condition_expression(condition);
        assert_eq!(put.send().await.is_ok(), is_taken, "an expression of {bytes} bytes");
    }
    for (actions, is_taken) in [(100, true), (101, false)] {
        let deletes = (0..actions).map(|number| delete(&number.to_string()));
        let write = client.transact_write_items().set_transact_items(Some(deletes.collect()));
        assert_eq!(write.send().await.is_ok(), is_taken, "{actions} actions");
    }
    let twice = client.transact_write_items().transact_items(delete("a")).transact_items(delete("a"));
    assert!(twice.send().await.is_err(), "two actions on one item");
    let around = "PK".len() + "a".len() + "SK".len() + "a".len() + "x".len();
    for (bytes, is_taken) in [(400 * 1024, true), (400 * 1024 + 1, false)] {
        let put = client.put_item().table_name("table").item("PK", s("a")).item("SK", s("a"));
        let put = put.item("x", s(&"x".repeat(bytes - around)));
        assert_eq!(put.send().await.is_ok(), is_taken, "an item of {bytes} bytes");
    }
    for (partition, sort, is_taken) in [(2048, 1024, true), (2049, 1, false), (1, 1025, false)] {
        let put = client.put_item().table_name("table");
        let put = put.item("PK", s(&"x".repeat(partition))).item("SK", s(&"x".repeat(sort)));
        assert_eq!(put.send().await.is_ok(), is_taken, "keys of {partition} and {sort} bytes");
    }
}

#[tokio::test]
async fn counts_the_operators_of_every_action_in_a_transaction() {
    let database = Database::start(None, now).await.unwrap();
    let client = database.client();
    store::create_table(&client, "table").await.unwrap();
    let condition = |terms: usize| vec!["n=:n"; terms].join(" OR ");
    for (terms, is_taken) in [(150, true), (151, false)] {
        let check = Delete::builder().table_name("table").key("PK", s("a")).key("SK", s("a"));
        let check = check.condition_expression(format!("NOT ({})", condition(terms)));
        let check = check.expression_attribute_values(":n", n("1")).build().unwrap();
        let action = TransactWriteItem::builder().delete(check).build();
        let sent = client.transact_write_items().transact_items(delete("b")).transact_items(action).send().await;
        assert_eq!(sent.is_ok(), is_taken, "{terms} comparisons: {sent:?}");
    }
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: &str) -> AttributeValue {
    AttributeValue::N(number.to_owned())
}

fn delete(name: &str) -> TransactWriteItem {
    let delete = Delete::builder().table_name("table").key("PK", s(name)).key("SK", s(name));
    TransactWriteItem::builder().delete(delete.build().unwrap()).build()
}
