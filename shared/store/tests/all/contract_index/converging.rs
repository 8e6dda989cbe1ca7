//! The index is right after all records have been projected: in any order, twice, at once, and after interruptions at
//! every call.

use std::collections::BTreeSet;

use domain::{ContractChange, ContractDraft};
use serde_json::{Value, json};
use store::Store;
use testkit::{SeededRng, TestTable, at, pin};

use crate::contract_index::stage::{DAY, Stage, by_both, named, of};

/// The index that the contracts in the table call for: that of an equal table whose records were projected in order.
async fn expected(stage: &Stage) -> BTreeSet<(String, String)> {
    let report = stage.store().check_projection().await.unwrap();
    assert!(report.is_right(), "{report:?}");
    stage.index(false).await
}

/// A contract's life: created, changed in every way that moves entries and in ways that do not, removed, and created
/// again under the same id.
async fn live(stage: &Stage, step: usize) {
    let start = |day: i64| ContractChange { start: Some(at(day * DAY)), ..ContractChange::default() };
    let contacts = |contacts| ContractChange { contacts: Some(contacts), ..ContractChange::default() };
    let anna = || by_both("Anna Öberg", "anna@example.fi", "+358401234567");
    match step {
        0 => stage.book("A", "BK-1", ContractDraft { contacts: vec![anna()], ..of("Aino Virtanen", 1) }).await,
        1 => stage.edit("BK-1", named("Eino Virtanen")).await,
        2 => stage.edit("BK-1", ContractChange { pin: Some(pin("482915")), ..ContractChange::default() }).await,
        3 => stage.edit("BK-1", contacts(Vec::new())).await,
        4 => stage.edit("BK-1", named("Aino Virtanen")).await,
        5 => stage.remove("BK-1").await,
        6 => stage.book("A", "BK-1", of("Aino Korhonen", 1)).await,
        7 => stage.edit("BK-1", contacts(vec![anna()])).await,
        _ => {
            let end = domain::Ending::Permanent;
            stage.edit("BK-1", ContractChange { ending: Some(end), ..start(40) }).await;
        }
    }
}

const STEPS: usize = 9;

fn about_contracts(mut records: Vec<Value>) -> Vec<Value> {
    records.retain(|record| record["dynamodb"]["Keys"]["SK"]["S"].as_str().unwrap().starts_with("CONTRACT"));
    records
}

#[tokio::test]
async fn the_index_is_what_the_contract_says_after_each_step() {
    let stage = Stage::new().await;
    let all = [
        vec![":765432104853 BK-1", "aino BK-1", "anna@example.fi BK-1", "bk-1 BK-1", "oberg BK-1", "virtanen BK-1"],
        vec![":765432104853 BK-1", "anna@example.fi BK-1", "bk-1 BK-1", "eino BK-1", "oberg BK-1", "virtanen BK-1"],
        vec![":765432104853 BK-1", "anna@example.fi BK-1", "bk-1 BK-1", "eino BK-1", "oberg BK-1", "virtanen BK-1"],
        vec!["bk-1 BK-1", "eino BK-1", "virtanen BK-1"],
        vec!["aino BK-1", "bk-1 BK-1", "virtanen BK-1"],
        vec![],
        vec!["aino BK-1", "bk-1 BK-1", "korhonen BK-1"],
        vec![":765432104853 BK-1", "aino BK-1", "anna@example.fi BK-1", "bk-1 BK-1", "korhonen BK-1", "oberg BK-1"],
        vec![":765432104853 BK-1", "aino BK-1", "anna@example.fi BK-1", "bk-1 BK-1", "korhonen BK-1", "oberg BK-1"],
    ];
    for (step, terms) in all.into_iter().enumerate() {
        live(&stage, step).await;
        stage.project().await;
        assert_eq!(stage.terms().await, terms, "step {step}");
        expected(&stage).await;
    }
}

#[tokio::test]
async fn a_change_that_moves_no_entry_writes_nothing() {
    let stage = Stage::new().await;
    live(&stage, 0).await;
    stage.project().await;
    live(&stage, 2).await;
    let records = stage.news().await;
    let _ = stage.table.wire.tally();
    for record in &records {
        stage.store().project(record).await.unwrap();
    }
    assert_eq!(stage.table.wire.tally().round_trips, 0);
}

#[tokio::test]
async fn a_swept_contract_leaves_nothing() {
    let stage = Stage::new().await;
    live(&stage, 0).await;
    stage.project().await;
    live(&stage, 5).await;
    // As DynamoDB itself deletes it: without a transaction of ours, and marked in the stream.
    for mut record in about_contracts(stage.news().await) {
        record["userIdentity"] = json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
        stage.store().project(&record).await.unwrap();
    }
    assert!(stage.index(false).await.is_empty());
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_an_error_and_other_items_are_none() {
    let stage = Stage::new().await;
    live(&stage, 0).await;
    for record in stage.news().await {
        let is_contract = !about_contracts(vec![record.clone()]).is_empty();
        let mut broken = record.clone();
        broken["dynamodb"]["NewImage"]["person"] = json!({ "N": "1" });
        assert_eq!(stage.store().project(&broken).await.is_err(), is_contract, "{record}");
    }
    assert!(stage.store().project(&json!({})).await.is_err());
}

/// Each projection of the whole life is cut after each of its calls, and repeated.
#[tokio::test(flavor = "multi_thread")]
async fn a_projection_that_is_cut_anywhere_is_put_right_by_its_repetition() {
    let stage = Stage::new().await;
    for step in 0..STEPS {
        live(&stage, step).await;
        let records = about_contracts(stage.news().await);
        let (mut calls, mut cuts) = (0, 0);
        loop {
            // Another instance: it knows no months.
            let (store, wire) = stage.table.another_store();
            wire.cut_after(calls);
            for record in &records {
                let _ = store.project(record).await;
            }
            if !wire.was_cut() {
                break;
            }
            (calls, cuts) = (calls + 1, cuts + 1);
            let (store, _) = stage.table.another_store();
            for record in &records {
                store.project(record).await.unwrap();
            }
            expected(&stage).await;
        }
        assert!(step == 2 || cuts >= 3, "step {step} was cut {cuts} times");
    }
}

#[tokio::test]
async fn answers_that_are_lost_and_writes_that_are_left_out_change_nothing() {
    let stage = Stage::new().await;
    live(&stage, 0).await;
    let records = about_contracts(stage.news().await);
    stage.table.wire.leave_unwritten(2);
    stage.table.wire.lose_answers(1);
    for record in &records {
        stage.store().project(record).await.unwrap();
    }
    expected(&stage).await;
    assert_eq!(stage.terms().await.len(), 6);
}

/// A projection that is between two of its calls.
struct Running {
    /// Which record it projects.
    record: usize,
    steps: testkit::Steps,
    task: tokio::task::JoinHandle<Result<(), store::Error>>,
}

/// The records of a contract, and their projections.
struct History {
    records: Vec<Value>,
    /// Which of them have been projected successfully at least once.
    projected: Vec<bool>,
    running: Vec<Running>,
}

impl History {
    fn start(&mut self, table: &TestTable, record: usize) {
        let (store, wire): (Store, _) = table.another_store();
        let (steps, image) = (wire.step_by_step(), self.records[record].clone());
        self.running.push(Running { record, steps, task: tokio::spawn(async move { store.project(&image).await }) });
    }

    /// Lets one projection make one call. If that was its last one, its record is projected.
    async fn step(&mut self, one: usize) {
        let running = &mut self.running[one];
        tokio::select! {
            biased;
            ended = &mut running.task => {
                self.projected[running.record] |= ended.unwrap().is_ok();
                self.running.remove(one);
            }
            () = running.steps.step() => {}
        }
    }

    /// As if the function had died.
    async fn end(&mut self, one: usize) {
        let ended = self.running.remove(one);
        ended.task.abort();
        let _ = ended.task.await;
    }
}

/// A random change of the contract `BK-1`: each moves entries that others move as well.
async fn change(stage: &Stage, exists: &mut bool, choice: usize) {
    let person = ["Aino Virtanen", "Eino Virtanen", "Eino Korhonen"][choice % 3];
    match (*exists, choice) {
        (false, _) => stage.book("A", "BK-1", of(person, 1)).await,
        (true, 0..6) => return stage.edit("BK-1", named(person)).await,
        (true, _) => stage.remove("BK-1").await,
    }
    *exists = !*exists;
}

/// Random histories: changes of the contract, and projections of its records in any order, several times, several at
/// once, each call of each interleaved with all others, and ended between any two calls. As soon as each record has been
/// projected successfully at least once, whenever that was, and nothing runs, the index is right.
#[tokio::test(flavor = "multi_thread")]
async fn random_orders_duplicates_and_interruptions_end_in_the_right_index() {
    let (mut cut, mut overtaken) = (0, 0);
    for seed in 1..=SEEDS {
        let mut random = SeededRng::new(seed * 7_919);
        let mut below = |bound: usize| usize::try_from(random.below(bound as u64)).unwrap();
        let stage = Stage::new().await;
        let _ = stage.news().await;
        let mut exists = false;
        for round in 0..ROUNDS {
            let mut history = History { records: Vec::new(), projected: Vec::new(), running: Vec::new() };
            let mut changes = 3;
            while changes > 0 || !history.running.is_empty() || history.projected.contains(&false) {
                match below(20) {
                    0 if changes > 0 => {
                        change(&stage, &mut exists, below(8)).await;
                        changes -= 1;
                        overtaken += usize::from(!history.running.is_empty());
                        history.records.extend(about_contracts(stage.news().await));
                        history.projected.resize(history.records.len(), false);
                    }
                    1..4 if history.running.len() < 3 => {
                        // Seldom again what has been projected: that would put right whatever went wrong before.
                        let again = below(10) == 0;
                        let open = (0..history.records.len()).filter(|&record| again || !history.projected[record]);
                        let open: Vec<_> = open.collect();
                        if !open.is_empty() {
                            history.start(&stage.table, open[below(open.len())]);
                        }
                    }
                    // The oldest one is slow.
                    4 if !history.running.is_empty() => history.step(0).await,
                    5..19 if !history.running.is_empty() => {
                        let one = below(history.running.len()).max(history.running.len().min(2) - 1);
                        history.step(one).await;
                    }
                    19 if !history.running.is_empty() && below(4) == 0 => {
                        let one = below(history.running.len());
                        history.end(one).await;
                        cut += 1;
                    }
                    _ => {}
                }
            }
            let (terms, report) = (stage.terms().await, stage.store().check_projection().await.unwrap());
            assert!(report.is_right(), "seed {seed}, round {round}: {report:?} {terms:?}");
        }
    }
    assert!(cut > 10 && overtaken > 30, "{cut} were ended, {overtaken} changes overtook one");
}

const SEEDS: u64 = 8;
const ROUNDS: usize = 10;
