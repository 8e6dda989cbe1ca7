//! What devices report about themselves: the newest report counts, and what begins or ends with it is recorded once.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{AutomatChange, AutomatId, Concern, EventKind, Firmware, Health, Name, Percent, Readings};
use store::{Error, Expected, HealthReport, PageRequest, ReportOutcome, ResourceKind, Store};
use testkit::{TestTable, at, automat, metadata};

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

async fn with_automat() -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
    table
}

fn mains(mains: bool) -> Readings {
    Readings { mains: Some(mains), ..Readings::default() }
}

/// A report with this number, that arrives as many seconds after the beginning.
async fn record(store: &Store, n: u64, readings: Readings) -> ReportOutcome {
    let now = at(i64::try_from(n).unwrap());
    store.record_health(&lobby(), &HealthReport { n, readings }, now).await.unwrap()
}

async fn health(table: &TestTable) -> Option<Health> {
    table.store.automat(&lobby()).await.unwrap().health
}

/// The events, oldest first.
async fn events(table: &TestTable) -> Vec<EventKind> {
    let page = PageRequest { limit: 100, after: None };
    let events = table.store.automat_events(&lobby(), &page).await.unwrap().data.into_iter().rev();
    events.map(|event| event.kind).filter(|kind| *kind != EventKind::AutomatAdded).collect()
}

#[tokio::test]
async fn a_report_is_shown_with_its_time_and_what_begins_is_recorded_once() {
    let table = with_automat().await;
    assert_eq!(health(&table).await, None);
    let low = Readings { battery: Percent::new(12).ok(), firmware: Firmware::parse("1.4.2").ok(), ..mains(false) };
    assert_eq!(record(&table.store, 5, low.clone()).await, ReportOutcome::Stored);
    let known = health(&table).await.unwrap();
    assert_eq!((&known.readings, known.as_of), (&low, at(5)));
    assert_eq!(known.concerns().collect::<Vec<_>>(), [Concern::OnBattery, Concern::BatteryLow]);
    assert_eq!(record(&table.store, 6, low).await, ReportOutcome::Stored);
    assert_eq!(record(&table.store, 7, mains(true)).await, ReportOutcome::Stored);
    let battery = Percent::new(12).unwrap();
    let expected =
        [EventKind::AutomatMainsLost, EventKind::AutomatBatteryLow { battery }, EventKind::AutomatMainsRestored];
    assert_eq!(events(&table).await, expected);
    let known = health(&table).await.unwrap();
    assert_eq!((known.readings, known.as_of), (mains(true), at(7)), "what is left out is unknown");
}

#[tokio::test]
async fn older_and_repeated_reports_are_ignored() {
    let table = with_automat().await;
    record(&table.store, 5, mains(true)).await;
    for n in [5, 4, 0] {
        assert_eq!(record(&table.store, n, mains(false)).await, ReportOutcome::Outdated, "{n}");
    }
    assert_eq!((health(&table).await.unwrap().readings, events(&table).await), (mains(true), vec![]));
}

#[tokio::test]
async fn a_number_from_the_future_is_refused_and_recorded() {
    let table = with_automat().await;
    let report = HealthReport { n: at(301).millis().unsigned_abs(), readings: mains(false) };
    let outcome = table.store.record_health(&lobby(), &report, at(0)).await.unwrap();
    assert_eq!((outcome, health(&table).await), (ReportOutcome::Outdated, None));
    assert_eq!(events(&table).await, [EventKind::AutomatClockWrong]);
}

#[tokio::test]
async fn an_edit_keeps_the_condition_and_a_report_conflicts_with_no_edit() {
    let table = with_automat().await;
    let before = table.store.automat(&lobby()).await.unwrap();
    record(&table.store, 5, mains(false)).await;
    let change = AutomatChange { name: Name::parse("Hall").ok(), ..AutomatChange::default() };
    let expected = Expected::Version(before.version);
    let edited = table.store.edit_automat(&lobby(), change, false, expected, &metadata()).await.unwrap();
    assert_eq!(edited.health, health(&table).await);
    assert_eq!(health(&table).await.unwrap().readings, mains(false));
}

#[tokio::test]
async fn after_a_reset_nothing_is_known_and_any_number_counts() {
    let table = with_automat().await;
    record(&table.store, 5, mains(false)).await;
    let reset = table.store.reset_automat(&lobby(), Expected::Any, &metadata()).await.unwrap();
    assert_eq!((reset.health, health(&table).await), (None, None));
    assert_eq!(record(&table.store, 1, mains(false)).await, ReportOutcome::Stored);
}

/// Holds back a report after it was decided on, does something else meanwhile, and lets it go on.
async fn with_held_report(
    table: &TestTable,
    n: u64,
    meanwhile: impl AsyncFnOnce(&Store),
) -> Result<ReportOutcome, Error> {
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let report = HealthReport { n, readings: mains(false) };
    let reporting = tokio::spawn(async move { store.record_health(&lobby(), &report, at(9)).await });
    held.arrived().await;
    meanwhile(&table.store).await;
    held.release();
    reporting.await.unwrap()
}

#[tokio::test]
async fn a_report_decided_before_a_newer_one_was_stored_is_ignored() {
    let table = with_automat().await;
    record(&table.store, 1, mains(true)).await;
    let outcome = with_held_report(&table, 2, async |store: &Store| {
        record(store, 3, mains(true)).await;
    });
    assert_eq!(outcome.await.unwrap(), ReportOutcome::Outdated);
    assert_eq!((health(&table).await.unwrap().as_of, events(&table).await), (at(3), vec![]));
}

#[tokio::test]
async fn a_first_report_decided_before_another_was_stored_is_decided_again() {
    let table = with_automat().await;
    let outcome = with_held_report(&table, 2, async |store: &Store| {
        record(store, 1, mains(false)).await;
    });
    assert_eq!(outcome.await.unwrap(), ReportOutcome::Stored);
    assert_eq!(events(&table).await, [EventKind::AutomatMainsLost], "once");
}

#[tokio::test]
async fn a_report_decided_before_a_reset_is_decided_again() {
    let table = with_automat().await;
    let outcome = with_held_report(&table, 2, async |store: &Store| {
        store.reset_automat(&lobby(), Expected::Any, &metadata()).await.unwrap();
    });
    assert_eq!(outcome.await.unwrap(), ReportOutcome::Stored);
    assert_eq!(events(&table).await, [EventKind::AutomatReset, EventKind::AutomatMainsLost]);
}

#[tokio::test]
async fn a_report_decided_before_the_automat_was_removed_is_of_nothing() {
    let table = with_automat().await;
    let outcome = with_held_report(&table, 2, async |store: &Store| {
        store.remove_automat(&lobby(), Expected::Any, &metadata()).await.unwrap();
    });
    assert!(matches!(outcome.await, Err(Error::NotFound(ResourceKind::Automat))));
}
