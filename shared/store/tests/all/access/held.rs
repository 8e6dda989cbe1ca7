//! What automats have of a contract, and what they may still open by it without a connection.

use domain::{AtAutomat, ContractChange, Ending, EventKind, Presence, Schedule};
use store::{PageRequest, StillUsable, Withdrawn};
use testkit::{at, locker, pin};

use super::device::Device;
use super::stage::{Stage, id, key_id, lobby};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// An automat that is connected and has the page of each locker, and a contract `one` on key `A` from 0 s to 3 days.
async fn booked() -> (Stage, Device) {
    let stage = Stage::new().await;
    let mut device = Device::new(stage.store().device_key(&lobby()));
    presence(&stage, true, 1, 1).await;
    stage.project(at(1)).await;
    ask(&mut device, &stage, 2).await;
    stage.book("one", "482915", &["A"], (0, 3 * DAY)).await;
    stage.project(at(3)).await;
    (stage, device)
}

async fn presence(stage: &Stage, connected: bool, number: u64, seconds: i64) {
    let presence = Presence { connected, at: at(seconds), number };
    stage.store().record_presence(&lobby(), presence, at(seconds)).await.unwrap();
}

/// Asks, and confirms what came.
async fn ask(device: &mut Device, stage: &Stage, seconds: i64) {
    device.ask(stage.store(), seconds).await;
    device.ask(stage.store(), seconds).await;
}

async fn state(stage: &Stage, name: &str, seconds: i64) -> AtAutomat {
    let held = stage.store().contract_at_automats(&id(name), at(seconds)).await.unwrap().1;
    assert_eq!(held.iter().map(|held| &held.automat).collect::<Vec<_>>(), [&lobby()]);
    held[0].state
}

async fn armed(stage: &Stage) -> Vec<String> {
    let page = PageRequest { limit: 400, after: None };
    let events = stage.store().automat_events(&lobby(), &page).await.unwrap().data;
    let armed = events.into_iter().filter(|event| event.kind == EventKind::ContractArmed);
    armed.filter_map(|event| Some(event.subject.contract?.as_str().to_owned())).collect()
}

async fn usable(stage: &Stage, change: Option<ContractChange>, seconds: i64) -> Vec<StillUsable> {
    let withdrawn = change.as_ref().map_or(Withdrawn::Whole, Withdrawn::ByEdit);
    stage.store().still_usable(&id("one"), withdrawn, at(seconds)).await.unwrap()
}

fn until(seconds: i64) -> Vec<StillUsable> {
    vec![StillUsable { automat: lobby(), offline_since: at(100), until: at(seconds) }]
}

#[tokio::test]
async fn a_contract_is_held_once_the_device_has_confirmed_its_page_and_that_is_recorded_once_for_a_pin() {
    let (stage, mut device) = booked().await;
    assert_eq!(state(&stage, "one", 4).await, AtAutomat::Pending);
    device.ask(stage.store(), 5).await;
    assert_eq!((state(&stage, "one", 6).await, armed(&stage).await.len()), (AtAutomat::Pending, 0), "not confirmed");
    device.ask(stage.store(), 7).await;
    device.ask(stage.store(), 8).await;
    assert_eq!((state(&stage, "one", 9).await, armed(&stage).await), (AtAutomat::Held, vec!["one".to_owned()]));
    // A new PIN makes it wait again.
    stage.edit("one", ContractChange { pin: Some(pin("482916")), ..ContractChange::default() }).await;
    assert_eq!(state(&stage, "one", 10).await, AtAutomat::Pending);
    stage.project(at(11)).await;
    assert_eq!(state(&stage, "one", 12).await, AtAutomat::Pending);
    ask(&mut device, &stage, 13).await;
    assert_eq!((state(&stage, "one", 14).await, armed(&stage).await.len()), (AtAutomat::Held, 2));
    let other_times = ContractChange { ending: Some(Ending::At(at(DAY))), ..ContractChange::default() };
    stage.edit("one", other_times).await;
    stage.project(at(15)).await;
    ask(&mut device, &stage, 16).await;
    assert_eq!((state(&stage, "one", 17).await, armed(&stage).await.len()), (AtAutomat::Held, 2));
}

#[tokio::test]
async fn a_new_device_records_nothing_of_what_was_there() {
    let (stage, mut device) = booked().await;
    ask(&mut device, &stage, 5).await;
    stage.book("two", "482917", &["B"], (0, DAY)).await;
    stage.project(at(6)).await;
    device.pages.clear();
    ask(&mut device, &stage, 7).await;
    assert_eq!((state(&stage, "two", 8).await, armed(&stage).await), (AtAutomat::Held, vec!["one".to_owned()]));
}

#[tokio::test]
async fn hundreds_of_contracts_are_recorded_in_several_transactions() {
    let (stage, mut device) = booked().await;
    for number in 0..100 {
        stage.book(&format!("c{number}"), &(100_000 + number).to_string(), &["A"], (0, DAY)).await;
        stage.project(at(4)).await;
    }
    device.ask(stage.store(), 5).await;
    _ = stage.table.wire.tally();
    device.ask(stage.store(), 6).await;
    assert_eq!(stage.table.wire.tally().round_trips, 4, "the question, the page, and two transactions");
    assert_eq!(armed(&stage).await.len(), 101);
    device.ask(stage.store(), 7).await;
    assert_eq!(state(&stage, "c99", 8).await, AtAutomat::Held);
}

#[tokio::test]
async fn what_is_taken_away_from_an_offline_automat_may_be_used_there_until_its_lease_ends() {
    let (stage, mut device) = booked().await;
    ask(&mut device, &stage, 5).await;
    assert_eq!(usable(&stage, None, 6).await, [], "while it is connected, the cloud is asked");
    presence(&stage, false, 1, 100).await;
    assert_eq!(usable(&stage, None, 101).await, until(5 + DAY));
    assert_eq!(usable(&stage, None, 5 + DAY).await, [], "the lease has ended");
    let ending = |seconds| ContractChange { ending: Some(Ending::At(at(seconds))), ..ContractChange::default() };
    let schedule =
        |text| ContractChange { schedule: Some(Some(Schedule::parse(text).unwrap())), ..ContractChange::default() };
    let new_pin = ContractChange { pin: Some(pin("482918")), ..ContractChange::default() };
    for takes_away in [ending(2 * DAY), schedule("Mo 08:00-09:00"), new_pin] {
        assert_eq!(usable(&stage, Some(takes_away), 101).await, until(5 + DAY));
    }
    for takes_nothing in [ending(4 * DAY), ContractChange::default()] {
        assert_eq!(usable(&stage, Some(takes_nothing), 101).await, []);
    }
    assert_eq!(stage.store().still_usable_of_key(&key_id("A"), None, at(101)).await.unwrap(), until(5 + DAY));
    let moved = async |to| stage.store().still_usable_of_key(&key_id("A"), Some(locker(to)), at(101)).await.unwrap();
    assert_eq!((moved(0).await, moved(5).await), (vec![], until(5 + DAY)));
    assert_eq!(
        stage.store().still_usable_of_key(&key_id("B"), None, at(101)).await.unwrap(),
        [],
        "nobody has a contract on it"
    );
}

#[tokio::test]
async fn what_ends_before_the_lease_is_usable_until_its_end() {
    let (stage, mut device) = booked().await;
    stage.edit("one", ContractChange { ending: Some(Ending::At(at(HOUR))), ..ContractChange::default() }).await;
    stage.project(at(4)).await;
    ask(&mut device, &stage, 5).await;
    presence(&stage, false, 1, 100).await;
    assert_eq!(usable(&stage, None, 101).await, until(HOUR));
    // It knows only the end before; the page may have been on its way when the connection was lost.
    stage.edit("one", ContractChange { ending: Some(Ending::At(at(60 * 30))), ..ContractChange::default() }).await;
    stage.project(at(102)).await;
    assert_eq!(usable(&stage, None, 103).await, until(5 + DAY));
    assert_eq!(state(&stage, "one", 103).await, AtAutomat::Revoking { until: at(5 + DAY) });
}

#[tokio::test]
async fn a_page_that_was_sent_but_not_confirmed_may_have_arrived() {
    let (stage, mut device) = booked().await;
    device.ask(stage.store(), 5).await;
    presence(&stage, false, 1, 100).await;
    assert_eq!(state(&stage, "one", 101).await, AtAutomat::Pending, "if it has arrived, it is right");
    assert_eq!(usable(&stage, None, 101).await, until(5 + DAY));
    stage.edit("one", ContractChange { ending: Some(Ending::At(at(HOUR))), ..ContractChange::default() }).await;
    assert_eq!(state(&stage, "one", 101).await, AtAutomat::Revoking { until: at(5 + DAY) });
    stage.book("two", "482917", &["A"], (0, DAY)).await;
    stage.project(at(102)).await;
    assert_eq!(state(&stage, "two", 103).await, AtAutomat::Pending, "made after it was last sent anything");
}

#[tokio::test]
async fn a_removed_contract_is_remembered_until_the_device_has_the_page() {
    let (stage, mut device) = booked().await;
    ask(&mut device, &stage, 5).await;
    presence(&stage, false, 1, 100).await;
    stage.remove("one").await;
    stage.project(at(101)).await;
    assert_eq!(stage.store().still_usable_of_key(&key_id("A"), None, at(102)).await.unwrap(), until(5 + DAY));
    presence(&stage, true, 2, 400).await;
    ask(&mut device, &stage, 401).await;
    presence(&stage, false, 2, 100).await;
    assert_eq!(stage.store().still_usable_of_key(&key_id("A"), None, at(402)).await.unwrap(), []);
}
