//! Whether a key is overdue is not known while its automat has no connection.

use domain::{
    AutomatId, ContractDraft, ContractKeys, EventKind, KeyDraft, KeyId, MessageKind, Occasion, OfflineTimes, Presence,
};
use store::{JournalFact, JournalLine, PageRequest};
use testkit::{at, automat, contract, key, locker_reports, metadata, pin};

use super::stage::{HOUR, Stage, bk1};

/// When the return of the key is checked.
const LOOK: i64 = 25 * HOUR + 900;

fn lobby() -> AutomatId {
    AutomatId::parse("lobby").unwrap()
}

async fn presence(stage: &Stage, automat: &AutomatId, connected: bool, seconds: i64) {
    let presence = Presence { connected, at: at(seconds), number: seconds.unsigned_abs() };
    stage.store().record_presence(automat, presence, at(seconds)).await.unwrap();
}

/// The automats at which a key is recorded as not returned.
async fn not_returned(stage: &Stage) -> Vec<String> {
    let mut found = Vec::new();
    for automat in stage.store().automats(&PageRequest { limit: 10, after: None }).await.unwrap().data {
        let events = stage.store().automat_events(&automat.id, &PageRequest { limit: 100, after: None }).await.unwrap();
        let missing = events.data.into_iter().filter(|event| event.kind == EventKind::KeyNotReturned);
        found.extend(missing.map(|_| automat.id.to_string()));
    }
    found
}

async fn looked_for_at(stage: &Stage) -> Option<i64> {
    stage.reminders().await.into_iter().find(|(which, _)| which == "return").map(|(_, due)| due)
}

/// The key is out with a contract that has ended, and its automat has lost its connection.
async fn away() -> Stage {
    let stage = Stage::booked().await;
    stage.fetch(2 * HOUR).await;
    presence(&stage, &lobby(), true, HOUR).await;
    presence(&stage, &lobby(), false, 24 * HOUR).await;
    stage.tick(at(LOOK)).await;
    stage
}

#[tokio::test]
async fn a_key_of_an_automat_without_a_connection_is_looked_for_every_five_minutes() {
    let stage = away().await;
    assert_eq!(not_returned(&stage).await, Vec::<String>::new());
    assert_eq!(looked_for_at(&stage).await, Some(LOOK + 300));
    stage.tick(at(LOOK + 299)).await;
    assert_eq!(looked_for_at(&stage).await, Some(LOOK + 300), "nothing is due before");
    stage.tick(at(LOOK + 310)).await;
    assert_eq!(looked_for_at(&stage).await, Some(LOOK + 610));
}

#[tokio::test]
async fn after_a_connect_the_key_is_looked_for_once_the_automat_has_reported_or_a_minute_has_passed() {
    let all = |n: i64, inside| {
        locker_reports(at(n).millis().unsigned_abs(), &[(0, inside, None), (1, false, None), (2, false, None)])
    };
    // It reports that the key is still out.
    let stage = away().await;
    presence(&stage, &lobby(), true, LOOK + 290).await;
    stage.tick(at(LOOK + 305)).await;
    assert_eq!((not_returned(&stage).await.len(), looked_for_at(&stage).await), (0, Some(LOOK + 350)));
    stage.store().record_locker_reports(&lobby(), all(LOOK + 320, false), at(LOOK + 320)).await.unwrap();
    stage.tick(at(LOOK + 351)).await;
    assert_eq!((not_returned(&stage).await, looked_for_at(&stage).await), (vec!["lobby".to_owned()], None));
    assert_eq!(stage.notify_and_send(at(LOOK + 352)).await.last(), Some(&MessageKind::KeyNotReturned));
    // It has reported before the next look.
    let stage = away().await;
    presence(&stage, &lobby(), true, LOOK + 290).await;
    stage.store().record_locker_reports(&lobby(), all(LOOK + 295, false), at(LOOK + 295)).await.unwrap();
    stage.tick(at(LOOK + 305)).await;
    assert_eq!((not_returned(&stage).await.len(), looked_for_at(&stage).await), (1, None));
    // It reports nothing.
    let stage = away().await;
    presence(&stage, &lobby(), true, LOOK + 290).await;
    stage.tick(at(LOOK + 305)).await;
    stage.tick(at(LOOK + 350)).await;
    assert_eq!((not_returned(&stage).await.len(), looked_for_at(&stage).await), (1, None));
}

#[tokio::test]
async fn a_key_that_was_returned_without_a_connection_is_not_missing() {
    let stage = away().await;
    presence(&stage, &lobby(), true, LOOK + 290).await;
    stage.tick(at(LOOK + 305)).await;
    stage.give_back(LOOK + 310).await;
    stage.tick(at(LOOK + 351)).await;
    assert_eq!((not_returned(&stage).await.len(), looked_for_at(&stage).await), (0, None));
}

/// Of a contract with keys in two automats, one of which has no connection, the other is not waited for.
#[tokio::test]
async fn only_automats_with_keys_that_are_out_are_waited_for_and_each_by_itself() {
    let stage = Stage::new().await;
    let yard = AutomatId::parse("yard").unwrap();
    stage.store().create_automat(automat("yard", 3), &metadata()).await.unwrap();
    stage.store().create_key(KeyDraft { automat: yard.clone(), ..key("B") }, &metadata()).await.unwrap();
    let keys = ["A", "B"].map(|name| KeyId::parse(name).unwrap());
    let draft = ContractDraft {
        id: Some(bk1()),
        keys: ContractKeys::new(keys.clone()).unwrap(),
        pin: Some(pin("482915")),
        ..contract(&keys[0], HOUR, 25 * HOUR)
    };
    stage.book(draft).await;
    stage.notify_and_send(at(0)).await;
    stage.fetch(2 * HOUR).await;
    presence(&stage, &yard, false, 24 * HOUR).await;
    stage.tick(at(LOOK)).await;
    assert_eq!(
        (not_returned(&stage).await, looked_for_at(&stage).await),
        (vec!["lobby".to_owned()], None),
        "B is in its locker"
    );

    let stage = Stage::new().await;
    stage.store().create_automat(automat("yard", 3), &metadata()).await.unwrap();
    stage.store().create_key(KeyDraft { automat: yard.clone(), ..key("B") }, &metadata()).await.unwrap();
    let draft = ContractDraft {
        id: Some(bk1()),
        keys: ContractKeys::new(keys.clone()).unwrap(),
        pin: Some(pin("482915")),
        ..contract(&keys[0], HOUR, 25 * HOUR)
    };
    stage.book(draft).await;
    stage.notify_and_send(at(0)).await;
    stage.fetch(2 * HOUR).await;
    fetch_b(&stage, &yard).await;
    presence(&stage, &yard, false, 24 * HOUR).await;
    stage.tick(at(LOOK)).await;
    assert_eq!((not_returned(&stage).await, looked_for_at(&stage).await), (vec!["lobby".to_owned()], Some(LOOK + 300)));
    presence(&stage, &yard, true, LOOK + 200).await;
    stage.tick(at(LOOK + 300)).await;
    assert_eq!(
        (not_returned(&stage).await, looked_for_at(&stage).await),
        (vec!["lobby".to_owned(), "yard".to_owned()], None)
    );
}

/// The key `B` is fetched with the PIN of `BK-1`.
async fn fetch_b(stage: &Stage, yard: &AutomatId) {
    let store = stage.store();
    store.record_locker_reports(yard, locker_reports(1, &[(0, true, None)]), at(2 * HOUR)).await.unwrap();
    let code = testkit::name(&store.device_key(yard), domain::CodeKind::Pin, "482915");
    let inside = [testkit::locker(0)].into();
    let typed = store::KeypadEntry {
        id: "y1".to_owned(),
        kind: domain::CodeKind::Pin,
        code,
        other: None,
        at: at(2 * HOUR),
        inside,
    };
    store.keypad_entry(yard, typed, at(2 * HOUR)).await.unwrap();
    store.record_locker_reports(yard, locker_reports(2, &[(0, false, Some("y1"))]), at(2 * HOUR)).await.unwrap();
}

/// The message says when the key was returned at the earliest, and not when the automat reported it.
#[tokio::test]
async fn contacts_get_the_time_of_a_return_without_a_connection() {
    let stage = Stage::booked().await;
    stage.fetch(2 * HOUR).await;
    stage.notify_and_send(at(2 * HOUR)).await;
    let offline = OfflineTimes { from: at(3 * HOUR), to: None };
    let reports = locker_reports((3 * HOUR).unsigned_abs(), &[(0, true, None)]);
    let what = Some(JournalFact::Lockers { reports, is_understood: true });
    let line = JournalLine { number: 1, at: Some(offline), what };
    stage.store().record_journal(&lobby(), "j", &[line], at(9 * HOUR)).await.unwrap();
    let claims = stage.notify(at(9 * HOUR)).await;
    let occasions: Vec<_> = claims.into_iter().map(|claim| claim.message.occasion).collect();
    assert_eq!(occasions, [Occasion::Returned(at(3 * HOUR))]);
}
