//! Connections of automats: reported late, twice and out of order; the latest event counts.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{AutomatChange, AutomatId, Connection, ConnectionState, DoorState, EventKind, Name, Presence};
use store::{Error, Expected, LockerReport, LockerReports, PageRequest, ReportOutcome, ResourceKind, Store};
use testkit::{TestTable, at, automat, locker, metadata};

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

fn connected(number: u64, seconds: i64) -> Presence {
    Presence { connected: true, at: at(seconds), number }
}

fn disconnected(number: u64, seconds: i64) -> Presence {
    Presence { connected: false, at: at(seconds), number }
}

async fn with_automat() -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    table
}

async fn record(store: &Store, presence: Presence) -> ReportOutcome {
    store.record_presence(&lobby(), presence, presence.at).await.unwrap()
}

async fn connection(table: &TestTable) -> Connection {
    table.store.automat_view(&lobby(), at(0)).await.unwrap().automat.connection
}

/// The recorded connection events, oldest first.
async fn recorded(table: &TestTable) -> Vec<EventKind> {
    let page = PageRequest { limit: 100, after: None };
    let events = table.store.automat_events(&lobby(), &page).await.unwrap().data.into_iter().rev();
    let kinds = events.map(|event| event.kind);
    kinds.filter(|kind| matches!(kind, EventKind::AutomatConnected | EventKind::AutomatDisconnected)).collect()
}

#[tokio::test]
async fn an_automats_connection_is_unknown_until_reported() {
    let table = with_automat().await;
    assert_eq!(connection(&table).await, Connection::default());
    assert_eq!(record(&table.store, connected(1, 10)).await, ReportOutcome::Stored);
    assert_eq!(connection(&table).await, Connection { state: ConnectionState::Connected, since: Some(at(10)) });
    assert_eq!(record(&table.store, disconnected(1, 20)).await, ReportOutcome::Stored);
    assert_eq!(connection(&table).await, Connection { state: ConnectionState::Disconnected, since: Some(at(20)) });
    assert_eq!(recorded(&table).await, [EventKind::AutomatConnected, EventKind::AutomatDisconnected]);
}

#[tokio::test]
async fn older_and_repeated_events_are_ignored() {
    let table = with_automat().await;
    record(&table.store, connected(2, 30)).await;
    for old in [connected(2, 30), disconnected(1, 29), connected(1, 10)] {
        assert_eq!(record(&table.store, old).await, ReportOutcome::Outdated);
    }
    assert_eq!(connection(&table).await.since, Some(at(30)));
    assert_eq!(recorded(&table).await, [EventKind::AutomatConnected]);
}

#[tokio::test]
async fn a_connection_that_replaces_another_is_no_event() {
    let table = with_automat().await;
    record(&table.store, connected(1, 10)).await;
    assert_eq!(record(&table.store, connected(2, 20)).await, ReportOutcome::Stored);
    assert_eq!(record(&table.store, disconnected(1, 21)).await, ReportOutcome::Outdated);
    assert_eq!(connection(&table).await, Connection { state: ConnectionState::Connected, since: Some(at(20)) });
    assert_eq!(recorded(&table).await, [EventKind::AutomatConnected]);
}

#[tokio::test]
async fn an_automat_that_comes_back_after_an_outage_is_connected() {
    let table = with_automat().await;
    record(&table.store, connected(90, 0)).await;
    record(&table.store, disconnected(90, 10)).await;
    assert_eq!(
        record(&table.store, connected(0, 10 + 3_600)).await,
        ReportOutcome::Stored,
        "its number is reset by then"
    );
    assert_eq!(connection(&table).await.state, ConnectionState::Connected);
    assert_eq!(record(&table.store, disconnected(90, 10)).await, ReportOutcome::Outdated);
}

#[tokio::test]
async fn a_report_shows_a_connection_whose_event_was_lost() {
    let table = with_automat().await;
    record(&table.store, connected(1, 0)).await;
    record(&table.store, disconnected(1, 10)).await;
    let report_at = async |sent, received| {
        let report = LockerReport { key_inside: Some(true), door: DoorState::Closed, by: None };
        let lockers = vec![(locker(0), report)];
        let reports = LockerReports { n: at(sent).millis().unsigned_abs(), lockers, device_keys: Vec::new() };
        table.store.record_locker_reports(&lobby(), reports, at(received)).await.unwrap();
        connection(&table).await.state
    };
    assert_eq!(report_at(9, 60).await, ConnectionState::Disconnected, "it was sent before the connection ended");
    assert_eq!(report_at(300, 400).await, ConnectionState::Disconnected, "it is late");
    assert_eq!(report_at(401, 410).await, ConnectionState::Connected);
    assert_eq!(connection(&table).await.since, Some(at(401)));
}

#[tokio::test]
async fn of_two_events_at_once_the_later_counts_whichever_is_written_first() {
    let (earlier, later) = (disconnected(1, 20), connected(2, 19));
    for (first, second) in [(earlier, later), (later, earlier)] {
        let table = with_automat().await;
        record(&table.store, connected(1, 10)).await;
        let mut held = table.wire.hold("TransactWriteItems");
        let store = table.store.clone();
        let held_back = tokio::spawn(async move { record(&store, first).await });
        held.arrived().await;
        record(&table.store, second).await;
        held.release();
        held_back.await.unwrap();
        assert_eq!(connection(&table).await, later.into());
    }
}

#[tokio::test]
async fn a_flapping_connection_does_not_disturb_an_edit_nor_the_edit_the_connection() {
    let table = with_automat().await;
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let editing = tokio::spawn(async move {
        let change = AutomatChange { name: Some(Name::parse("Front").unwrap()), ..AutomatChange::default() };
        store.edit_automat(&lobby(), change, true, Expected::Version(1), &metadata()).await
    });
    held.arrived().await;
    record(&table.store, connected(1, 10)).await;
    let _ = table.wire.tally();
    held.release();
    assert_eq!(editing.await.unwrap().unwrap().version, 2);
    assert_eq!(table.wire.tally().round_trips, 1, "the edit was written at its first try");
    assert_eq!(connection(&table).await.state, ConnectionState::Connected);
}

#[tokio::test]
async fn a_connection_of_an_unknown_automat_creates_nothing() {
    let table = TestTable::new().await;
    let received = table.store.record_presence(&lobby(), connected(1, 10), at(10)).await;
    assert!(matches!(received, Err(Error::NotFound(ResourceKind::Automat))));
    assert_eq!(table.items().await, [""; 0]);
}

#[tokio::test]
async fn an_automat_that_is_deleted_meanwhile_stays_deleted() {
    let table = with_automat().await;
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let recording = tokio::spawn(async move { store.record_presence(&lobby(), connected(1, 10), at(10)).await });
    held.arrived().await;
    table.store.remove_automat(&lobby(), Expected::Any, &metadata()).await.unwrap();
    held.release();
    assert!(matches!(recording.await.unwrap(), Err(Error::NotFound(ResourceKind::Automat))));
}

#[tokio::test]
async fn conflicts_are_tried_again() {
    let table = with_automat().await;
    table.wire.conflict(3);
    assert_eq!(record(&table.store, connected(1, 10)).await, ReportOutcome::Stored);
}
