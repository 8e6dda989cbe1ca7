//! `Idempotency-Key`: the same request gets the same answer, however often and however unluckily it is sent.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::KeyId;
use store::{Act, Created, Error};
use testkit::{TestTable, act, act_with_receipt, at, automat, contract, key};

async fn with_key() -> (TestTable, KeyId) {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &act()).await.unwrap();
    table.store.create_key(key("A"), &act()).await.unwrap();
    (table, KeyId::parse("A").unwrap())
}

#[tokio::test]
async fn a_repeated_request_creates_once_and_is_answered_with_what_it_created() {
    let (table, a) = with_key().await;
    let asking = act_with_receipt("r1", "h1");
    let first = table.store.create_contract(&a, contract(0, 60), &asking).await.unwrap();
    let Created::New(created) = first else { panic!("{first:?}") };
    let again = Act { now: at(30), ..asking.clone() };
    assert_eq!(
        table.store.create_contract(&a, contract(0, 60), &again).await.unwrap(),
        Created::Replayed(created.clone())
    );
    table.store.remove_contract(&a, &created.id, false, store::Expected::Any, &act()).await.unwrap();
    assert_eq!(table.store.create_contract(&a, contract(0, 60), &again).await.unwrap(), Created::Replayed(created));
}

#[tokio::test]
async fn every_creation_can_be_repeated() {
    let table = TestTable::new().await;
    let (automat_act, key_act, pin_act) =
        (act_with_receipt("1", "h"), act_with_receipt("2", "h"), act_with_receipt("3", "h"));
    let automat_made = table.store.create_automat(automat("lobby", 9), &automat_act).await.unwrap().into_inner();
    assert_eq!(
        table.store.create_automat(automat("lobby", 9), &automat_act).await.unwrap(),
        Created::Replayed(automat_made)
    );
    let key_made = table.store.create_key(key("A"), &key_act).await.unwrap().into_inner();
    assert_eq!(table.store.create_key(key("A"), &key_act).await.unwrap(), Created::Replayed(key_made));
    let a = KeyId::parse("A").unwrap();
    let contract = table.store.create_contract(&a, contract(0, 60), &act()).await.unwrap().into_inner();
    let replaced = table.store.replace_pin(&a, &contract.id, &pin_act).await.unwrap().into_inner();
    assert_eq!(table.store.replace_pin(&a, &contract.id, &pin_act).await.unwrap(), Created::Replayed(replaced));
}

#[tokio::test]
async fn another_body_under_the_same_key_is_refused() {
    let (table, a) = with_key().await;
    table.store.create_contract(&a, contract(0, 60), &act_with_receipt("r1", "h1")).await.unwrap();
    let other = table.store.create_contract(&a, contract(60, 90), &act_with_receipt("r1", "h2")).await;
    assert!(matches!(other, Err(Error::IdempotencyKeyReused)));
}

#[tokio::test]
async fn a_receipt_counts_for_a_day_even_if_nobody_sweeps_it() {
    let (table, a) = with_key().await;
    let asking = act_with_receipt("r1", "h1");
    table.store.create_contract(&a, contract(0, 60), &asking).await.unwrap();
    let next_day = Act { now: at(86_401), ..asking };
    let created = table.store.create_contract(&a, contract(90_000, 90_060), &next_day).await.unwrap();
    assert!(matches!(created, Created::New(_)));
}

#[tokio::test]
async fn the_same_request_sent_many_times_at_once_creates_once() {
    let (table, a) = with_key().await;
    let sending = (0..16).map(|_| {
        let (store, a) = (table.store.clone(), a.clone());
        tokio::spawn(async move { store.create_contract(&a, contract(0, 60), &act_with_receipt("r1", "h1")).await })
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
    let asking = act_with_receipt("r1", "h1");
    let created = table.store.create_contract(&a, contract(0, 60), &asking).await.unwrap().into_inner();
    assert_eq!(table.store.key(&a).await.unwrap().calendar.entries().len(), 1);
    table.wire.lose_answers(100);
    let found = table.store.create_contract(&a, contract(60, 90), &act_with_receipt("r2", "h2")).await.unwrap();
    assert!(matches!(&found, Created::Replayed(contract) if contract.id != created.id), "its receipt tells");
    let lost = table.store.create_contract(&a, contract(120, 150), &act()).await;
    assert!(matches!(lost, Err(Error::Internal { .. })), "without a receipt nobody can tell");
    table.wire.mend();
    assert_eq!(table.store.key(&a).await.unwrap().calendar.entries().len(), 3);
}
