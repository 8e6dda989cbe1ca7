//! An erasure deletes what the index has of the person, without the projector's help.

use domain::{ContractDraft, Email, PersonSearch};
use store::{ErasureOutcome, Error, RequestMetadata};
use testkit::{at, by_email, metadata};

use crate::contract_index::stage::{DAY, Stage, by_both, name, of, page};

fn by_address(email: &str) -> PersonSearch {
    PersonSearch::new(Some(Email::parse(email).unwrap()), None, Some(name("Aino Virtanen"))).unwrap()
}

/// Aino's own contract, and one of Eino's of which she is a contact. Both are over on day 5.
async fn booked() -> Stage {
    let stage = Stage::new().await;
    let aino = || by_both("Aino Virtanen", "aino@example.fi", "+358401234567");
    stage.book("A", "BK-1", ContractDraft { contacts: vec![aino()], ..of("Aino Virtanen", 1) }).await;
    let eino = domain::Contact { name: name("Eino"), ..by_email("eino@example.fi") };
    stage.book("B", "BK-2", ContractDraft { contacts: vec![eino, aino()], ..of("Eino Virtanen", 2) }).await;
    stage.project().await;
    stage
}

async fn erase(store: &store::Store) -> Result<Vec<ErasureOutcome>, Error> {
    let metadata = RequestMetadata { now: at(5 * DAY), ..metadata() };
    let erased = store.erase_person(&by_address("aino@example.fi"), true, &page(20), &metadata).await?;
    assert!(erased.next.is_none());
    Ok(erased.data.into_iter().map(|erasure| erasure.outcome).collect())
}

async fn has_trace(stage: &Stage) -> bool {
    let terms = stage.terms().await;
    terms.iter().any(|term| term.starts_with("aino") || term.starts_with(':') || term.ends_with("BK-1"))
}

#[tokio::test]
async fn what_is_erased_is_not_in_the_index_when_the_answer_comes() {
    let stage = booked().await;
    let mut outcomes = erase(stage.store()).await.unwrap();
    outcomes.sort_by_key(|outcome| format!("{outcome:?}"));
    assert_eq!(outcomes, [ErasureOutcome::ContactErased, ErasureOutcome::ContractErased]);
    // `eino` is the beginning of the address.
    assert_eq!(stage.terms().await, ["bk-2 BK-2", "eino@example.fi BK-2", "virtanen BK-2"]);
    stage.project().await;
    assert_eq!(stage.terms().await, ["bk-2 BK-2", "eino@example.fi BK-2", "virtanen BK-2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_that_is_cut_anywhere_is_finished_by_the_same_call() {
    for calls in 0.. {
        let stage = booked().await;
        let (store, wire) = stage.table.another_store();
        wire.cut_after(calls);
        let _ = erase(&store).await;
        if !wire.was_cut() {
            assert!(calls > 5);
            break;
        }
        let (again, _) = stage.table.another_store();
        erase(&again).await.unwrap();
        // What the interrupted call left of a contract that it deleted, the projector deletes.
        stage.project().await;
        assert!(!has_trace(&stage).await, "cut after {calls}: {:?}", stage.terms().await);
        assert!(stage.store().check_projection().await.unwrap().is_right(), "cut after {calls}");
    }
}

#[tokio::test]
async fn a_contract_that_stays_after_all_keeps_its_entries() {
    let stage = booked().await;
    let before = stage.index(false).await;
    // The transactions fail until the call gives up.
    stage.table.wire.conflict(10_000);
    let failed = erase(stage.store()).await;
    assert!(matches!(failed, Err(Error::Busy)), "{failed:?}");
    stage.table.wire.repair();
    assert_eq!(stage.index(false).await, before);
}
