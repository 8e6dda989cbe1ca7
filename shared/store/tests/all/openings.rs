//! Openings: one at a time per locker, with increasing numbers, ended by the device's first report.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's own values are well formed")]

use domain::{
    AutomatId, AutomatRefusal, Event, EventKind, FreeText, Instant, KeyId, LockerIndex, Opening, OpeningDraft,
    OpeningId, OpeningOutcome, OpeningRefusal, OpeningStatus, Presence,
};
use store::{
    Created, Delivery, DeliveryLease, Error, Expected, PageRequest, ReportOutcome, RequestMetadata, ResourceKind, Store,
};
use testkit::{TestTable, at, automat, key, locker, metadata, metadata_with_receipt};

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

fn draft(index: u32) -> OpeningDraft {
    OpeningDraft { automat: lobby(), locker: locker(index), reason: None, force: false }
}

fn later(seconds: i64) -> RequestMetadata {
    RequestMetadata { now: at(seconds), ..metadata() }
}

async fn with_automat() -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 20), &metadata()).await.unwrap();
    table
}

async fn requested(store: &Store, index: u32, seconds: i64) -> Opening {
    store.request_opening(draft(index), &later(seconds)).await.unwrap().into_inner()
}

async fn report(store: &Store, opening: &Opening, outcome: OpeningOutcome, seconds: i64) -> ReportOutcome {
    let Opening { id, automat, locker, .. } = opening;
    store.finish_opening(automat, *locker, id, outcome, at(seconds), at(seconds)).await.unwrap()
}

async fn events(table: &TestTable) -> Vec<Event> {
    let page = PageRequest { limit: 100, after: None };
    table.store.automat_events(&lobby(), &page).await.unwrap().data
}

fn finished(events: &[Event]) -> Vec<(OpeningId, OpeningOutcome, bool)> {
    let finished = |event: &Event| match &event.kind {
        EventKind::OpeningFinished { opening, outcome, confirmed_by_device } => {
            Some((opening.clone(), *outcome, *confirmed_by_device))
        }
        _ => None,
    };
    events.iter().filter_map(finished).collect()
}

fn busy_with<T>(result: Result<T, Error>) -> Option<OpeningId> {
    match result {
        Err(Error::Opening(OpeningRefusal::LockerBusy { opening, .. })) => Some(opening),
        _ => None,
    }
}

/// The lease under which the opening is to be delivered.
async fn leased(store: &Store, opening: &Opening, now: Instant) -> DeliveryLease {
    let delivery = store.queue_delivery(opening, now).await.unwrap();
    let Delivery::Leased(lease) = delivery else { panic!("{delivery:?}") };
    lease
}

/// Withdraws an opening that could not be delivered.
async fn withdraw(store: &Store, opening: &Opening, metadata: &RequestMetadata) -> bool {
    let lease = leased(store, opening, metadata.now).await;
    let is_withdrawn = store.withdraw_opening(&opening.id, &lease, metadata).await.unwrap();
    if !is_withdrawn {
        store.release_delivery(&lease, &[], metadata.now).await.unwrap();
    }
    is_withdrawn
}

#[tokio::test]
async fn an_opening_is_stored_as_requested_and_recorded_with_its_key() {
    let table = with_automat().await;
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    let reason = Some(FreeText::parse("forgot the PIN").unwrap());
    let made = table.store.request_opening(OpeningDraft { reason, ..draft(0) }, &later(1)).await.unwrap();
    let Created::New(opening) = made else { panic!("{made:?}") };
    assert_eq!(table.store.opening(&opening.id).await.unwrap(), opening);
    assert_eq!((opening.key.clone(), opening.requested_by.as_str()), (Some(KeyId::parse("A").unwrap()), "tester"));
    assert_eq!((opening.issued_at, opening.expires_at), (at(1), at(21)));
    report(&table.store, &opening, OpeningOutcome::Opened, 2).await;
    let ended = table.store.opening(&opening.id).await.unwrap();
    assert_eq!((ended.status(at(2)), ended.finished_at(at(9))), (OpeningStatus::Opened, Some(at(2))));
    let page = PageRequest { limit: 2, after: None };
    let of_key = table.store.key_events(&KeyId::parse("A").unwrap(), &page).await.unwrap().data;
    let summary = |event: &Event| (event.actor.as_str().to_owned(), event.kind.clone(), event.subject.locker);
    let id = || opening.id.clone();
    let outcome = OpeningOutcome::Opened;
    let expected = [
        ("automat:lobby", EventKind::OpeningFinished { opening: id(), outcome, confirmed_by_device: true }),
        ("tester", EventKind::OpeningRequested { opening: id() }),
    ];
    let expected = expected.map(|(actor, kind)| (actor.to_owned(), kind, Some(locker(0))));
    assert_eq!(of_key.iter().map(summary).collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn an_impossible_opening_is_refused_with_the_reason() {
    let table = with_automat().await;
    let beyond = table.store.request_opening(draft(20), &metadata()).await;
    assert!(matches!(beyond, Err(Error::Automat(AutomatRefusal::LockerIndexTooBig { .. }))));
    let nowhere = OpeningDraft { automat: AutomatId::parse("garage").unwrap(), ..draft(0) };
    let nowhere = table.store.request_opening(nowhere, &metadata()).await;
    assert!(matches!(nowhere, Err(Error::NotFound(ResourceKind::Automat))));
    let unknown = table.store.opening(&OpeningId::parse("01KB0000000000000000000000").unwrap()).await;
    assert!(matches!(unknown, Err(Error::NotFound(ResourceKind::Opening))));
}

#[tokio::test]
async fn a_disconnected_automat_is_opened_only_by_force() {
    let table = with_automat().await;
    let gone = Presence { connected: false, at: at(-60), number: 1 };
    table.store.record_presence(&lobby(), gone, at(-60)).await.unwrap();
    let refused = table.store.request_opening(draft(0), &metadata()).await;
    let since = at(-60);
    assert!(matches!(refused, Err(Error::Opening(OpeningRefusal::AutomatOffline { since: given })) if given == since));
    table.store.request_opening(OpeningDraft { force: true, ..draft(0) }, &metadata()).await.unwrap();
}

#[tokio::test]
async fn a_locker_has_one_pending_opening_until_it_expires() {
    let table = with_automat().await;
    let first = requested(&table.store, 0, 0).await;
    assert_eq!(busy_with(table.store.request_opening(draft(0), &later(19)).await), Some(first.id.clone()));
    requested(&table.store, 1, 19).await;
    let second = requested(&table.store, 0, 20).await;
    assert!(second.seq > first.seq);
    assert_eq!(report(&table.store, &second, OpeningOutcome::Opened, 21).await, ReportOutcome::Stored);
    let third = requested(&table.store, 0, 22).await;
    assert!(third.seq > second.seq, "free as soon as the device has spoken");
}

/// The first request has read a locker without a pending opening when the second one is written.
#[tokio::test]
async fn of_two_openings_at_once_one_is_refused() {
    let table = with_automat().await;
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let late = tokio::spawn(async move { store.request_opening(draft(0), &metadata()).await });
    held.arrived().await;
    let existing = requested(&table.store, 0, 0).await;
    held.release();
    assert_eq!(busy_with(late.await.unwrap()), Some(existing.id));
}

#[tokio::test]
async fn an_opening_with_an_outdated_number_is_decided_again() {
    let table = with_automat().await;
    let mut held = table.wire.hold("TransactWriteItems");
    let store = table.store.clone();
    let late = tokio::spawn(async move { store.request_opening(draft(0), &later(1)).await });
    held.arrived().await;
    let between = requested(&table.store, 0, 0).await;
    report(&table.store, &between, OpeningOutcome::Opened, 1).await;
    held.release();
    assert!(late.await.unwrap().unwrap().into_inner().seq > between.seq);
}

#[tokio::test]
async fn openings_of_different_lockers_do_not_conflict() {
    let table = with_automat().await;
    let opening = (0..20).map(|index| {
        let store = table.store.clone();
        tokio::spawn(async move { store.request_opening(draft(index), &metadata()).await })
    });
    for opened in opening.collect::<Vec<_>>() {
        opened.await.unwrap().unwrap();
    }
    let again = (0..20).map(|_| {
        let store = table.store.clone();
        tokio::spawn(async move { store.request_opening(draft(3), &later(30)).await })
    });
    let mut won = 0;
    for opened in again.collect::<Vec<_>>() {
        match opened.await.unwrap() {
            Ok(_) => won += 1,
            refused => assert!(busy_with(refused).is_some()),
        }
    }
    assert_eq!(won, 1);
}

/// The device stores the last number that it has acted on, and never acts on a lower one.
#[tokio::test]
async fn opening_numbers_outlive_the_key_and_the_automat() {
    let table = with_automat().await;
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    let mut last = 0;
    for round in 0..3 {
        for _ in 0..3 {
            let opening = requested(&table.store, 0, 0).await;
            assert!(opening.seq > last, "round {round}");
            last = opening.seq;
            report(&table.store, &opening, OpeningOutcome::Opened, 0).await;
        }
        if round == 0 {
            table.store.remove_key(&KeyId::parse("A").unwrap(), false, Expected::Any, &metadata()).await.unwrap();
        } else {
            table.store.remove_automat(&lobby(), Expected::Any, &metadata()).await.unwrap();
            table.store.create_automat(automat("lobby", 20), &metadata()).await.unwrap();
        }
    }
    assert_eq!(last, at(0).seconds().unsigned_abs() + 8);
}

#[tokio::test]
async fn the_first_report_counts_and_is_recorded_once() {
    let table = with_automat().await;
    let opening = requested(&table.store, 0, 0).await;
    assert_eq!(
        report(&table.store, &opening, OpeningOutcome::Opened, 40).await,
        ReportOutcome::Stored,
        "after its life, too"
    );
    assert_eq!(report(&table.store, &opening, OpeningOutcome::Opened, 40).await, ReportOutcome::Outdated);
    assert_eq!(report(&table.store, &opening, OpeningOutcome::Failed, 50).await, ReportOutcome::Outdated);
    let ended = table.store.opening(&opening.id).await.unwrap();
    assert_eq!((ended.status(at(60)), ended.is_confirmed_by_device()), (OpeningStatus::Opened, true));
    assert_eq!(finished(&events(&table).await), [(opening.id, OpeningOutcome::Opened, true)]);
}

#[tokio::test]
async fn of_two_reports_at_once_one_counts() {
    let table = with_automat().await;
    let opening = requested(&table.store, 0, 0).await;
    let mut held = table.wire.hold("TransactWriteItems");
    let (store, late) = (table.store.clone(), opening.clone());
    let late = tokio::spawn(async move { report(&store, &late, OpeningOutcome::Failed, 3).await });
    held.arrived().await;
    assert_eq!(report(&table.store, &opening, OpeningOutcome::Opened, 2).await, ReportOutcome::Stored);
    held.release();
    assert_eq!(late.await.unwrap(), ReportOutcome::Outdated);
    assert_eq!(finished(&events(&table).await), [(opening.id, OpeningOutcome::Opened, true)]);
}

/// The locker is already free, so only the opening's own item can prevent the second write.
#[tokio::test]
async fn of_two_reports_at_once_on_a_withdrawn_opening_one_counts() {
    let table = with_automat().await;
    let opening = requested(&table.store, 0, 0).await;
    assert!(withdraw(&table.store, &opening, &later(1)).await);
    let mut held = table.wire.hold("TransactWriteItems");
    let (store, late) = (table.store.clone(), opening.clone());
    let late = tokio::spawn(async move { report(&store, &late, OpeningOutcome::Failed, 3).await });
    held.arrived().await;
    assert_eq!(report(&table.store, &opening, OpeningOutcome::Opened, 2).await, ReportOutcome::Stored);
    held.release();
    assert_eq!(late.await.unwrap(), ReportOutcome::Outdated);
    assert_eq!(table.store.opening(&opening.id).await.unwrap().status(at(3)), OpeningStatus::Opened);
}

#[tokio::test]
async fn a_late_report_leaves_the_next_opening_alone() {
    let table = with_automat().await;
    let first = requested(&table.store, 0, 0).await;
    let second = requested(&table.store, 0, 30).await;
    assert_eq!(report(&table.store, &first, OpeningOutcome::Expired, 31).await, ReportOutcome::Stored);
    assert_eq!(busy_with(table.store.request_opening(draft(0), &later(32)).await), Some(second.id));
    let status = table.store.opening(&first.id).await.unwrap();
    assert_eq!((status.status(at(32)), status.is_confirmed_by_device()), (OpeningStatus::Expired, true));
}

/// Here the later opening begins between read and write.
#[tokio::test]
async fn a_report_decided_before_the_next_opening_does_not_end_it() {
    let table = with_automat().await;
    let first = requested(&table.store, 0, 0).await;
    let mut held = table.wire.hold("TransactWriteItems");
    let (store, late) = (table.store.clone(), first.clone());
    let late = tokio::spawn(async move { report(&store, &late, OpeningOutcome::Opened, 30).await });
    held.arrived().await;
    let second = requested(&table.store, 0, 30).await;
    held.release();
    assert_eq!(late.await.unwrap(), ReportOutcome::Stored);
    assert_eq!(busy_with(table.store.request_opening(draft(0), &later(31)).await), Some(second.id));
}

#[tokio::test]
async fn a_device_reports_only_its_own_openings() {
    let table = with_automat().await;
    let opening = requested(&table.store, 0, 0).await;
    let garage = AutomatId::parse("garage").unwrap();
    let lockers: [(&AutomatId, LockerIndex); 2] = [(&garage, locker(0)), (&lobby(), locker(1))];
    for (automat, index) in lockers {
        let spoken =
            table.store.finish_opening(automat, index, &opening.id, OpeningOutcome::Opened, at(1), at(1)).await;
        assert!(matches!(spoken, Err(Error::NotFound(ResourceKind::Opening))));
    }
    assert_eq!(table.store.opening(&opening.id).await.unwrap(), opening);
}

#[tokio::test]
async fn a_withdrawn_opening_frees_its_locker_and_yields_to_a_report() {
    let table = with_automat().await;
    let opening = requested(&table.store, 0, 0).await;
    assert!(withdraw(&table.store, &opening, &later(1)).await);
    let withdrawn = table.store.opening(&opening.id).await.unwrap();
    assert_eq!((withdrawn.status(at(1)), withdrawn.is_confirmed_by_device()), (OpeningStatus::Refused, false));
    assert!(!withdraw(&table.store, &opening, &later(2)).await, "once is enough");
    requested(&table.store, 0, 2).await;
    assert_eq!(report(&table.store, &opening, OpeningOutcome::Opened, 3).await, ReportOutcome::Stored);
    assert!(!withdraw(&table.store, &opening, &later(5)).await);
    let reported = table.store.opening(&opening.id).await.unwrap();
    assert_eq!((reported.status(at(4)), reported.is_confirmed_by_device()), (OpeningStatus::Opened, true));
    let (opened, refused) = (OpeningOutcome::Opened, OpeningOutcome::Refused);
    let expected = [(opening.id.clone(), opened, true), (opening.id, refused, false)];
    assert_eq!(finished(&events(&table).await), expected);
}

#[tokio::test]
async fn the_same_request_may_still_succeed_after_its_opening_was_withdrawn() {
    let table = with_automat().await;
    let asking = metadata_with_receipt("r1", "h1");
    let first = table.store.request_opening(draft(0), &asking).await.unwrap().into_inner();
    assert!(withdraw(&table.store, &first, &asking).await);
    let Ok(Created::New(second)) = table.store.request_opening(draft(0), &asking).await else {
        panic!("it was refused")
    };
    assert_ne!(second.id, first.id);
}

#[tokio::test]
async fn a_withdrawal_decided_before_a_report_leaves_the_report() {
    let table = with_automat().await;
    let opening = requested(&table.store, 0, 0).await;
    let mut held = table.wire.hold("TransactWriteItems");
    let (store, late) = (table.store.clone(), opening.clone());
    let withdrawing = tokio::spawn(async move { withdraw(&store, &late, &later(1)).await });
    held.arrived().await;
    report(&table.store, &opening, OpeningOutcome::Opened, 1).await;
    held.release();
    assert!(!withdrawing.await.unwrap());
    assert_eq!(finished(&events(&table).await), [(opening.id, OpeningOutcome::Opened, true)]);
}

#[tokio::test]
async fn conflicts_are_tried_again() {
    let table = with_automat().await;
    table.wire.conflict(2);
    let opening = requested(&table.store, 0, 0).await;
    let lease = leased(&table.store, &opening, later(1).now).await;
    table.wire.conflict(2);
    assert!(table.store.withdraw_opening(&opening.id, &lease, &later(1)).await.unwrap());
    table.wire.conflict(2);
    assert_eq!(report(&table.store, &opening, OpeningOutcome::Opened, 2).await, ReportOutcome::Stored);
}

#[tokio::test]
async fn a_repeated_request_opens_nothing_twice_even_if_its_answer_was_lost() {
    let table = with_automat().await;
    let asking = metadata_with_receipt("r1", "h1");
    table.wire.lose_answers(1_000);
    let lost = table.store.request_opening(draft(0), &asking).await;
    table.wire.repair();
    let again =
        table.store.request_opening(draft(0), &RequestMetadata { now: at(60), ..asking }).await.unwrap().into_inner();
    assert_eq!(again.issued_at, at(0));
    if let Ok(lost) = lost {
        assert_eq!(lost.into_inner(), again);
    }
    let requests = events(&table).await.into_iter().filter(|e| matches!(e.kind, EventKind::OpeningRequested { .. }));
    assert_eq!(requests.count(), 1);
}
