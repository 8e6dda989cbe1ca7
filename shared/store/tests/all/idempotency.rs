//! `Idempotency-Key`: the same request gets the same answer, however often it is sent and whatever fails.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{ContractChange, Ending, KeyChange, KeyDraft, KeyId, Name, ReturnCode};
use store::{Created, Error, Expected, RequestMetadata};
use testkit::{TestTable, at, automat, contract, key, metadata, metadata_with_receipt};

async fn with_key() -> (TestTable, KeyId) {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    (table, KeyId::parse("A").unwrap())
}

#[tokio::test]
async fn a_repeated_request_creates_once_and_is_answered_with_what_it_created() {
    let (table, a) = with_key().await;
    let asking = metadata_with_receipt("r1", "h1");
    let first = table.store.create_contract(contract(&a, 0, 60), &asking).await.unwrap();
    let Created::New(created) = first else { panic!("{first:?}") };
    let again = RequestMetadata { now: at(30), ..asking.clone() };
    assert_eq!(
        table.store.create_contract(contract(&a, 0, 60), &again).await.unwrap(),
        Created::Replayed(created.clone())
    );
    let change = ContractChange { person: Some(Name::parse("Bo Ek").unwrap()), ..ContractChange::default() };
    table.store.edit_contract(&created.id, change, false, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(
        table.store.create_contract(contract(&a, 0, 60), &again).await.unwrap(),
        Created::Replayed(created),
        "as it was answered first, since its PIN and times are still these"
    );
}

#[tokio::test]
async fn every_creation_can_be_repeated() {
    let table = TestTable::new().await;
    let (automat_metadata, key_metadata, pin_metadata) =
        (metadata_with_receipt("1", "h"), metadata_with_receipt("2", "h"), metadata_with_receipt("3", "h"));
    let automat_made = table.store.create_automat(automat("lobby", 9), &automat_metadata).await.unwrap().into_inner();
    assert_eq!(
        table.store.create_automat(automat("lobby", 9), &automat_metadata).await.unwrap(),
        Created::Replayed(automat_made)
    );
    let key_made = table.store.create_key(key("A"), &key_metadata).await.unwrap().into_inner();
    assert_eq!(table.store.create_key(key("A"), &key_metadata).await.unwrap(), Created::Replayed(key_made));
    let a = KeyId::parse("A").unwrap();
    let contract = table.store.create_contract(contract(&a, 0, 60), &metadata()).await.unwrap().into_inner();
    let replaced = table.store.replace_pin(&contract.id, &pin_metadata).await.unwrap().into_inner();
    assert_eq!(table.store.replace_pin(&contract.id, &pin_metadata).await.unwrap(), Created::Replayed(replaced));
}

#[tokio::test]
async fn another_body_under_the_same_key_is_refused() {
    let (table, a) = with_key().await;
    table.store.create_contract(contract(&a, 0, 60), &metadata_with_receipt("r1", "h1")).await.unwrap();
    let other = table.store.create_contract(contract(&a, 60, 90), &metadata_with_receipt("r1", "h2")).await;
    assert!(matches!(other, Err(Error::IdempotencyKeyReused)));
}

#[tokio::test]
async fn a_receipt_counts_for_a_day_even_if_it_is_not_deleted() {
    let (table, a) = with_key().await;
    let asking = metadata_with_receipt("r1", "h1");
    table.store.create_contract(contract(&a, 0, 60), &asking).await.unwrap();
    let next_day = RequestMetadata { now: at(86_401), ..asking };
    let created = table.store.create_contract(contract(&a, 90_000, 90_060), &next_day).await.unwrap();
    assert!(matches!(created, Created::New(_)));
}

#[tokio::test]
async fn the_same_request_sent_many_times_at_once_creates_once() {
    let (table, a) = with_key().await;
    let sending = (0..16).map(|_| {
        let (store, a) = (table.store.clone(), a.clone());
        tokio::spawn(
            async move { store.create_contract(contract(&a, 0, 60), &metadata_with_receipt("r1", "h1")).await },
        )
    });
    let mut ids = Vec::new();
    let mut new = 0;
    for sent in sending.collect::<Vec<_>>() {
        let created = sent.await.unwrap().unwrap();
        new += usize::from(matches!(created, Created::New(_)));
        ids.push(created.into_inner().id);
    }
    ids.dedup();
    assert_eq!((new, ids.len()), (1, 1));
}

#[tokio::test]
async fn an_answer_lost_after_the_commit_is_found_again() {
    let (table, a) = with_key().await;
    table.wire.lose_answers(1);
    let asking = metadata_with_receipt("r1", "h1");
    let created = table.store.create_contract(contract(&a, 0, 60), &asking).await.unwrap().into_inner();
    assert_eq!(table.store.key(&a).await.unwrap().calendar.entries().len(), 1);
    table.wire.lose_answers(100);
    let found = table.store.create_contract(contract(&a, 60, 90), &metadata_with_receipt("r2", "h2")).await.unwrap();
    assert!(matches!(&found, Created::Replayed(contract) if contract.id != created.id), "its receipt shows it");
    let lost = table.store.create_contract(contract(&a, 120, 150), &metadata()).await;
    assert!(matches!(lost, Err(Error::Internal { .. })), "without a receipt the outcome is unknown");
    table.wire.repair();
    assert_eq!(table.store.key(&a).await.unwrap().calendar.entries().len(), 3);
}

#[tokio::test]
async fn an_outdated_answer_is_not_replayed() {
    let (table, a) = with_key().await;
    let store = &table.store;
    let ask = async |name: &str| store.create_contract(contract(&a, 0, 60), &metadata_with_receipt(name, "h")).await;

    let moved = ask("moved").await.unwrap().into_inner().id;
    let later = ContractChange { ending: Some(Ending::At(at(90))), ..ContractChange::default() };
    store.edit_contract(&moved, later, false, Expected::Any, &metadata()).await.unwrap();
    assert_outdated(&ask("moved").await);
    let earlier = ContractChange { ending: Some(Ending::At(at(60))), ..ContractChange::default() };
    store.edit_contract(&moved, earlier, false, Expected::Any, &metadata()).await.unwrap();
    assert!(matches!(ask("moved").await, Ok(Created::Replayed(_))), "it is as it was");

    let drawn = metadata_with_receipt("drawn", "h");
    store.replace_pin(&moved, &drawn).await.unwrap();
    assert_outdated(&ask("moved").await);
    store.replace_pin(&moved, &metadata()).await.unwrap();
    assert_outdated(&store.replace_pin(&moved, &drawn).await);

    store.remove_contract(&moved, false, Expected::Any, &metadata()).await.unwrap();
    assert_outdated(&ask("moved").await);
    assert_outdated(&store.replace_pin(&moved, &drawn).await);

    assert!(matches!(ask("of the key").await, Ok(Created::New(_))));
    store.remove_key(&a, true, Expected::Any, &metadata()).await.unwrap();
    assert_outdated(&ask("of the key").await);
}

#[tokio::test]
async fn an_outdated_key_or_automat_is_not_replayed() {
    let (table, _) = with_key().await;
    let store = &table.store;
    let coded = KeyDraft { return_code: Some(ReturnCode::parse("4711").unwrap()), ..key("B") };
    let asking = metadata_with_receipt("key", "h");
    let made = store.create_key(coded.clone(), &asking).await.unwrap().into_inner();
    let shared = KeyChange { sharing: Some(domain::Sharing::Shared), ..KeyChange::default() };
    store.edit_key(&made.id, shared, Expected::Any, &metadata()).await.unwrap();
    assert!(matches!(store.create_key(coded.clone(), &asking).await, Ok(Created::Replayed(_))));
    let other = KeyChange { return_code: Some(ReturnCode::parse("4712").ok()), ..KeyChange::default() };
    store.edit_key(&made.id, other, Expected::Any, &metadata()).await.unwrap();
    assert_outdated(&store.create_key(coded, &asking).await);

    let asking = metadata_with_receipt("automat", "h");
    let cellar = store.create_automat(automat("cellar", 3), &asking).await.unwrap().into_inner();
    store.remove_automat(&cellar.id, Expected::Any, &metadata()).await.unwrap();
    assert_outdated(&store.create_automat(automat("cellar", 3), &asking).await);
}

#[tokio::test]
async fn a_refusal_lasts_two_minutes_from_its_last_answer() {
    let (table, a) = with_key().await;
    let store = &table.store;
    let in_the_way = store.create_contract(contract(&a, 0, 600), &metadata()).await.unwrap().into_inner();
    let asking = |seconds| RequestMetadata { now: at(seconds), ..metadata_with_receipt("r1", "h1") };
    let ask = async |seconds| store.create_contract(contract(&a, 300, 400), &asking(seconds)).await;
    for seconds in [0, 60] {
        assert!(matches!(ask(seconds).await, Err(Error::Contract(_))), "decided anew, with the current conflicts");
    }
    store.remove_contract(&in_the_way.id, false, Expected::Any, &metadata()).await.unwrap();
    assert_outdated(&ask(179).await);
    let other_body = store.create_contract(contract(&a, 300, 401), &metadata_with_receipt("r1", "h2")).await;
    assert!(matches!(other_body, Err(Error::IdempotencyKeyReused)));
    assert_outdated(&ask(298).await);
    let made = ask(299 + 120).await;
    assert!(matches!(made, Err(Error::Contract(domain::ContractRefusal::EndNotAhead))), "decided by the request alone");
    let ahead = RequestMetadata { now: at(299 + 120), ..metadata_with_receipt("r1", "h3") };
    assert!(matches!(store.create_contract(contract(&a, 430, 440), &ahead).await, Ok(Created::New(_))));
}

#[tokio::test]
async fn every_refused_creation_leaves_its_receipt() {
    let (table, a) = with_key().await;
    let store = &table.store;
    let asking = metadata_with_receipt("r1", "h1");
    let hall = || automat("hall", 1);
    let in_hall = |id| KeyDraft { automat: hall().id, ..key(id) };
    let opening = domain::OpeningDraft { automat: hall().id, locker: testkit::locker(0), reason: None, force: false };

    assert!(matches!(store.create_key(in_hall("B"), &asking).await, Err(Error::NotFound(_))));
    let asked = metadata_with_receipt("r2", "h");
    assert!(matches!(store.request_opening(opening.clone(), &asked).await, Err(Error::NotFound(_))));
    let named = metadata_with_receipt("r3", "h");
    store.create_automat(automat("hall", 2), &metadata()).await.unwrap();
    assert!(matches!(store.create_automat(hall(), &named).await, Err(Error::Exists(_))));
    let missing = domain::ContractId::parse("missing").unwrap();
    let drawn = metadata_with_receipt("r4", "h");
    assert!(matches!(store.replace_pin(&missing, &drawn).await, Err(Error::NotFound(_))));

    let late = domain::ContractDraft { id: Some(missing.clone()), ..contract(&a, 0, 60) };
    store.create_contract(late, &metadata()).await.unwrap();
    assert_outdated(&store.create_key(in_hall("B"), &asking).await);
    assert_outdated(&store.request_opening(opening, &asked).await);
    assert_outdated(&store.replace_pin(&missing, &drawn).await);
    store.remove_automat(&hall().id, Expected::Any, &metadata()).await.unwrap();
    assert_outdated(&store.create_automat(hall(), &named).await);
}

#[tokio::test]
async fn invalid_requests_and_failures_leave_no_receipt() {
    let (table, a) = with_key().await;
    let asking = metadata_with_receipt("r1", "h1");
    let over = table.store.create_contract(contract(&a, -60, -30), &asking).await;
    assert!(matches!(over, Err(Error::Contract(domain::ContractRefusal::EndNotAhead))));
    table.wire.conflict(1_000);
    let busy = table.store.create_contract(contract(&a, 0, 60), &asking).await;
    assert!(matches!(busy, Err(Error::Busy)));
    table.wire.repair();
    assert!(matches!(table.store.create_contract(contract(&a, 0, 60), &asking).await, Ok(Created::New(_))));
}

fn assert_outdated<T: std::fmt::Debug>(answer: &Result<Created<T>, Error>) {
    assert!(matches!(answer, Err(Error::IdempotencyOutdated)), "{answer:?}");
}
