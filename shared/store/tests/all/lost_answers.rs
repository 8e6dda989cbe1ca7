//! A client that lost an answer repeats its request with the same `Idempotency-Key` while the first attempt is still
//! running: its last answer is the truth. The wire holds back requests of either attempt wherever the order matters.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{Contract, ContractDraft, ContractId, ContractRefusal, KeyId};
use store::{Created, Error, Expected, Store};
use testkit::{Steps, TestTable, Wire, automat, contract, key, metadata, metadata_with_receipt, pin};
use tokio::task::JoinHandle;

type Answer = Result<Created<Contract>, Error>;

/// Two attempts of one request, each with its own wire, and a third party that gets in their way.
struct Scene {
    table: TestTable,
    first: (Store, Wire),
    second: (Store, Wire),
}

impl Scene {
    async fn new() -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
        for name in ["A", "B"] {
            table.store.create_key(key(name), &metadata()).await.unwrap();
        }
        let (first, second) = (table.another_store(), table.another_store());
        Self { table, first, second }
    }

    async fn others(&self, draft: ContractDraft) -> Contract {
        self.table.store.create_contract(draft, &metadata()).await.unwrap().into_inner()
    }

    async fn remove(&self, contract: &Contract) {
        let store = &self.table.store;
        store.remove_contract(&contract.id, false, Expected::Any, &metadata()).await.unwrap();
    }

    async fn count_contracts(&self) -> usize {
        self.table.store.key(&id("A")).await.unwrap().calendar.entries().len()
    }
}

fn id(key: &str) -> KeyId {
    KeyId::parse(key).unwrap()
}

/// Requests a contract on the key A with the one idempotency key of all attempts.
fn ask((store, _): &(Store, Wire), draft: &ContractDraft) -> JoinHandle<Answer> {
    let (store, draft) = (store.clone(), draft.clone());
    tokio::spawn(async move { store.create_contract(draft, &metadata_with_receipt("r1", "h1")).await })
}

fn is_outdated(answer: &Answer) -> bool {
    matches!(answer, Err(Error::IdempotencyOutdated))
}

#[tokio::test]
async fn a_first_attempt_cannot_commit_after_its_repetition_was_refused() {
    let scene = Scene::new().await;
    let wish = ContractDraft { pin: Some(pin("573826")), ..contract(&id("A"), 0, 60) };
    let mut commit = scene.first.1.hold("TransactWriteItems");
    let first = ask(&scene.first, &wish);
    commit.arrived().await;
    // Only a PIN conflicts, so that only the receipt decides once it is free: the key A itself was not written.
    let others = scene.others(ContractDraft { keys: id("B").into(), ..wish.clone() }).await;
    let second = ask(&scene.second, &wish).await.unwrap();
    assert!(matches!(second, Err(Error::Contract(ContractRefusal::PinInUse))), "{second:?}");
    scene.remove(&others).await;
    commit.release();
    let first = first.await.unwrap();
    assert!(is_outdated(&first), "{first:?}");
    assert_eq!(scene.count_contracts().await, 0);
}

#[tokio::test]
async fn a_refusal_that_comes_after_the_first_try_has_committed_answers_with_its_contract() {
    let scene = Scene::new().await;
    let wish = contract(&id("A"), 0, 60);
    let others = scene.others(contract(&id("A"), 30, 90)).await;
    let mut refusal = scene.second.1.hold("PutItem");
    let second = ask(&scene.second, &wish);
    refusal.arrived().await;
    scene.remove(&others).await;
    let Ok(Created::New(made)) = ask(&scene.first, &wish).await.unwrap() else { panic!("the first try was refused") };
    refusal.release();
    assert_eq!(second.await.unwrap().unwrap(), Created::Replayed(made));
}

#[tokio::test]
async fn a_first_attempt_cannot_commit_after_its_repetition_found_the_contract() {
    let scene = Scene::new().await;
    let wish = ContractDraft { id: Some(ContractId::parse("b-1").unwrap()), ..contract(&id("A"), 0, 60) };
    let mut commit = scene.first.1.hold("TransactWriteItems");
    let first = ask(&scene.first, &wish);
    commit.arrived().await;
    let others = scene.others(wish.clone()).await;
    let second = ask(&scene.second, &wish).await.unwrap();
    assert_eq!(second.unwrap(), Created::Existing(others.clone()));
    scene.remove(&others).await;
    commit.release();
    let first = first.await.unwrap();
    assert!(is_outdated(&first), "{first:?}");
    assert_eq!(scene.count_contracts().await, 0);
}

#[tokio::test]
async fn no_refusal_is_answered_before_its_receipt_is_written() {
    let scene = Scene::new().await;
    let wish = contract(&id("A"), 0, 60);
    let others = scene.others(contract(&id("A"), 30, 90)).await;
    scene.second.1.lose_answers(1);
    let refused = ask(&scene.second, &wish).await.unwrap();
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::Overlap { .. }))), "asked again by the SDK");
    scene.second.1.conflict(2);
    let refused = ask(&scene.second, &wish).await.unwrap();
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::Overlap { .. }))), "tried again");
    // The key is read, with its automat; the write of the receipt is cut off.
    scene.second.1.cut_after(1);
    let cut = ask(&scene.second, &wish).await.unwrap();
    assert!(matches!(cut, Err(Error::Internal { .. })), "{cut:?}");
    scene.second.1.repair();
    scene.remove(&others).await;
}

/// All orders of this many requests of either attempt.
fn orders(first: usize, second: usize) -> Vec<Vec<usize>> {
    if first + second == 0 {
        return vec![Vec::new()];
    }
    let mut orders = Vec::new();
    for (index, (left, right)) in
        [(first.checked_sub(1), Some(second)), (Some(first), second.checked_sub(1))].into_iter().enumerate()
    {
        let (Some(left), Some(right)) = (left, right) else { continue };
        orders.extend(self::orders(left, right).into_iter().map(|rest| [vec![index], rest].concat()));
    }
    orders
}

/// A running attempt, and the permit that its requests wait for.
type Running = (Steps, Option<JoinHandle<Answer>>);

/// One more request of an attempt, or its answer.
async fn step((steps, running): &mut Running, answers: &mut Vec<Answer>) {
    let Some(task) = running else { return };
    tokio::select! {
        () = steps.step() => {}
        answer = task => {
            *running = None;
            answers.push(answer.unwrap());
        }
    }
}

#[tokio::test]
async fn in_every_order_of_requests_both_attempts_get_the_same_answer() {
    // Each attempt reads the receipt and the key, then commits or writes the receipt of a refusal. The other contract
    // is removed at one moment between.
    const REQUESTS: usize = 3;
    let (mut made, mut refused, mut scene) = (0, 0, None);
    for (count, order) in orders(REQUESTS, REQUESTS).into_iter().enumerate() {
        for going in 0..=order.len() {
            if count.is_multiple_of(10) && going == 0 {
                scene = Some(Scene::new().await);
            }
            let scene = scene.as_ref().unwrap();
            let others = scene.others(contract(&id("A"), 30, 90)).await;
            let wish = contract(&id("A"), 0, 60);
            let name = format!("{count}-{going}");
            let mut tries = [&scene.first, &scene.second].map(|(store, wire)| {
                let (steps, store, wish, name) = (wire.step_by_step(), store.clone(), wish.clone(), name.clone());
                let asking = metadata_with_receipt(&name, "h");
                let task = tokio::spawn(async move { store.create_contract(wish, &asking).await });
                (steps, Some(task))
            });
            let mut answers = Vec::new();
            for (at, index) in order.iter().enumerate() {
                if at == going {
                    scene.remove(&others).await;
                }
                step(&mut tries[*index], &mut answers).await;
            }
            if going == order.len() {
                scene.remove(&others).await;
            }
            while answers.len() < 2 {
                for running in &mut tries {
                    step(running, &mut answers).await;
                }
            }
            let created: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).cloned().collect();
            let contracts: Vec<_> = created.iter().cloned().map(Created::into_inner).collect();
            assert!(contracts.is_empty() || contracts.len() == 2, "{order:?}, going at {going}: {answers:?}");
            assert_eq!(
                scene.count_contracts().await,
                contracts.len().min(1),
                "{order:?}, going at {going}: {answers:?}"
            );
            if let [one, other] = &contracts[..] {
                assert_eq!(one, other);
                scene.remove(one).await;
                made += 1;
            } else {
                refused += 1;
            }
        }
    }
    assert!(made > 10 && refused > 10, "{made} made, {refused} refused");
}
