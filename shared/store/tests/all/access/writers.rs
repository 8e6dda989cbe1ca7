//! Records that come again, are interrupted, or are handled at the same time.

use domain::{ContractChange, Ending};
use serde_json::Value;
use testkit::{at, pin};

use super::device::Device;
use super::stage::{Stage, lobby};

const ALL: [&str; 3] = ["482915", "573826", "664737"];

fn is_of_pin(record: &Value) -> bool {
    record["dynamodb"]["Keys"]["SK"]["S"].as_str().is_some_and(|name| name.starts_with("PIN#"))
}

async fn opened_by(stage: &Stage, locker: u16) -> Vec<String> {
    let mut device = Device::new(stage.store().device_key(&lobby()));
    device.ask(stage.store(), 9).await;
    device.opened_by(locker, &ALL)
}

#[tokio::test]
async fn a_record_that_comes_again_or_late_changes_nothing_but_signals_again() {
    let stage = Stage::new().await;
    stage.book("one", "482915", &["A"], (0, 1_000)).await;
    stage.project(at(5)).await;
    let before = stage.table.items().await;
    let projector = stage.projector();
    let mut signals = 0;
    for record in stage.table.records(at(5)).await.iter().rev() {
        signals += projector.project_access(record, at(5)).await.unwrap().len();
    }
    assert_eq!(signals, 3, "two keys and the PIN");
    assert_eq!(stage.table.items().await, before);
    stage.remove("one").await;
    stage.project(at(6)).await;
    for record in stage.table.records(at(6)).await {
        projector.project_access(&record, at(6)).await.unwrap();
    }
    assert_eq!(opened_by(&stage, 0).await, [""; 0], "no PIN comes back");
}

/// What each record leaves when its handling stops anywhere, and it is handled again.
#[tokio::test]
async fn a_record_that_is_interrupted_at_any_request_is_finished_by_the_repetition() {
    let change =
        || ContractChange { pin: Some(pin("573826")), ending: Some(Ending::Permanent), ..ContractChange::default() };
    let mut interrupted = 0;
    for requests in 0.. {
        let stage = Stage::new().await;
        stage.book("one", "482915", &["A", "B"], (0, 1_000)).await;
        stage.project(at(0)).await;
        stage.edit("one", change()).await;
        stage.move_key("A", 4).await;
        let records = stage.records().await;
        let projector = stage.projector();
        stage.table.wire.cut_after(requests);
        let mut is_cut = false;
        for record in &records {
            is_cut |= projector.project_access(record, at(1)).await.is_err();
        }
        stage.table.wire.repair();
        for record in &records {
            projector.project_access(record, at(1)).await.unwrap();
        }
        stage.project(at(1)).await;
        let opened = [opened_by(&stage, 0).await, opened_by(&stage, 1).await, opened_by(&stage, 4).await];
        let new = || vec!["573826".to_owned()];
        assert_eq!(opened, [vec![], new(), new()], "cut after {requests}");
        if !is_cut {
            break;
        }
        interrupted += 1;
    }
    assert!(interrupted >= 20, "interrupted at {interrupted}");
}

/// One invocation has a record of a PIN that has been removed since, and another the record of the removal.
#[tokio::test]
async fn two_that_handle_records_of_a_pin_at_the_same_time_leave_what_it_is() {
    for requests in 0..12 {
        let stage = Stage::new().await;
        stage.project(at(0)).await;
        stage.book("one", "482915", &["A"], (0, 1_000)).await;
        let made: Vec<_> = stage.records().await.into_iter().filter(is_of_pin).collect();
        // The first invocation stops after so many requests, and goes on when the second is done.
        let (slow, wire) = stage.table.another_store();
        let steps = wire.step_by_step();
        let mut running = tokio::spawn(async move { slow.project_access(&made[0], at(1)).await.unwrap() });
        let mut is_done = false;
        for _ in 0..requests {
            tokio::select! {
                _ = &mut running => { is_done = true; break; }
                () = steps.step() => {}
            }
        }
        stage.remove("one").await;
        let projector = stage.projector();
        for record in stage.records().await {
            projector.project_access(&record, at(2)).await.unwrap();
        }
        while !is_done {
            tokio::select! {
                done = &mut running => { done.unwrap(); is_done = true; }
                () = steps.step() => {}
            }
        }
        stage.project(at(2)).await;
        assert_eq!(opened_by(&stage, 0).await, [""; 0], "stopped after {requests}");
    }
}

/// The same with a key that moves.
#[tokio::test]
async fn a_page_that_is_made_anew_meanwhile_is_right() {
    for requests in 0..12 {
        let stage = Stage::new().await;
        stage.book("one", "482915", &["A"], (0, 1_000)).await;
        stage.project(at(0)).await;
        stage.move_key("A", 4).await;
        let moved = stage.records().await;
        let (slow, wire) = stage.table.another_store();
        let steps = wire.step_by_step();
        let mut running = tokio::spawn(async move {
            for record in &moved {
                slow.project_access(record, at(1)).await.unwrap();
            }
        });
        let mut is_done = false;
        for _ in 0..requests {
            tokio::select! {
                _ = &mut running => { is_done = true; break; }
                () = steps.step() => {}
            }
        }
        stage.book("two", "573826", &["A"], (0, 1_000)).await;
        stage.remove("one").await;
        stage.move_key("B", 0).await;
        let projector = stage.projector();
        for record in stage.records().await {
            projector.project_access(&record, at(2)).await.unwrap();
        }
        while !is_done {
            tokio::select! {
                done = &mut running => { done.unwrap(); is_done = true; }
                () = steps.step() => {}
            }
        }
        stage.project(at(2)).await;
        let opened = [opened_by(&stage, 0).await, opened_by(&stage, 4).await];
        assert_eq!(opened, [vec![], vec!["573826".to_owned()]], "stopped after {requests}");
    }
}

#[tokio::test]
async fn lost_answers_and_conflicts_are_no_matter() {
    for times in 1..5 {
        let stage = Stage::new().await;
        stage.book("one", "482915", &["A"], (0, 1_000)).await;
        let records = stage.records().await;
        let projector = stage.projector();
        stage.table.wire.lose_answers(times);
        for record in &records {
            _ = projector.project_access(record, at(1)).await;
        }
        stage.table.wire.repair();
        stage.table.wire.conflict(times);
        for record in &records {
            projector.project_access(record, at(1)).await.unwrap();
        }
        stage.project(at(1)).await;
        assert_eq!(opened_by(&stage, 0).await, ALL[..1], "{times}");
    }
}
