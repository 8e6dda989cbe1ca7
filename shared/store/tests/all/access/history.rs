//! Random histories, of which the records come in any order and some of them twice.

use std::collections::{BTreeMap, BTreeSet};

use domain::{ContractChange, Ending, KeyChange};
use testkit::{SeededRng, at, locker, pin};

use super::device::{Device, verifier};
use super::stage::{Stage, id, key_id, lobby};

const PINS: [&str; 4] = ["482915", "573826", "664737", "991188"];
const KEYS: [&str; 2] = ["A", "B"];
const STEPS: u64 = 14;

/// Does something, if it is possible now.
async fn perform(stage: &Stage, random: &mut SeededRng, step: u64) {
    let store = stage.store();
    let metadata = testkit::metadata();
    let any = store::Expected::Any;
    let contract = id(&format!("c{}", random.below(3)));
    let key = KEYS[usize::try_from(random.below(2)).unwrap()];
    let digits = PINS[usize::try_from(random.below(4)).unwrap()];
    match random.below(8) {
        0..=2 => {
            let range = (0, 1_000 + i64::try_from(step).unwrap());
            let keys: &[&str] = if random.below(3) == 0 { &KEYS } else { &[key] };
            let draft = domain::ContractDraft {
                id: Some(contract),
                keys: domain::ContractKeys::new(keys.iter().map(|name| key_id(name))).unwrap(),
                pin: Some(pin(digits)),
                ..testkit::contract(&key_id(key), range.0, range.1)
            };
            _ = store.create_contract(draft, &metadata).await;
        }
        3 => {
            let change = ContractChange { pin: Some(pin(digits)), ..ContractChange::default() };
            _ = store.edit_contract(&contract, change, false, any, &metadata).await;
        }
        4 => {
            let ending = Some(Ending::At(at(2_000 + i64::try_from(step).unwrap())));
            let keys = Some(key_id(key).into());
            let change = ContractChange { keys, ending, ..ContractChange::default() };
            _ = store.edit_contract(&contract, change, false, any, &metadata).await;
        }
        5 => _ = store.remove_contract(&contract, true, any, &metadata).await,
        6 => {
            let to = u32::try_from(random.below(3)).unwrap();
            let change = KeyChange { locker: Some(locker(to)), ..KeyChange::default() };
            _ = store.edit_key(&key_id(key), change, any, &metadata).await;
        }
        _ => {
            _ = store.remove_key(&key_id(key), true, any, &metadata).await;
            _ = store.finish_removals(at(0)).await;
            stage.add_key(key, None).await;
        }
    }
}

/// For each locker with a key, the verifiers and ends of its contracts.
async fn expected(stage: &Stage, device: &Device) -> BTreeMap<u16, BTreeSet<([u8; 8], Option<u32>)>> {
    let mut pages = BTreeMap::new();
    for key in KEYS {
        let key = stage.store().key(&key_id(key)).await.unwrap();
        let mut entries = BTreeSet::new();
        for entry in key.calendar.entries() {
            let contract = stage.store().contract(&entry.contract).await.unwrap();
            let end = contract.range.end().map(|end| u32::try_from(end.seconds()).unwrap());
            entries.insert((verifier(&device.key, contract.pin.reveal()).0, end));
        }
        if !entries.is_empty() {
            pages.insert(key.locker.get(), entries);
        }
    }
    pages
}

#[tokio::test]
async fn whatever_happened_and_in_which_order_its_records_come_the_pages_are_as_the_table_is() {
    for seed in 0..24 {
        let stage = Stage::new().await;
        let mut random = SeededRng::new(seed);
        let mut held = stage.records().await;
        let mut device = Device::new(stage.store().device_key(&lobby()));
        for step in 0..STEPS {
            perform(&stage, &mut random, step).await;
            held.extend(stage.records().await);
            // Some of the records, in any order, and some of them once more later.
            let handled = random.below(held.len() as u64 + 1);
            for _ in 0..handled {
                let chosen = usize::try_from(random.below(held.len() as u64)).unwrap();
                let record = if random.below(5) == 0 { held[chosen].clone() } else { held.swap_remove(chosen) };
                stage.projector().project_access(&record, at(i64::try_from(step).unwrap())).await.unwrap();
                if held.is_empty() {
                    break;
                }
            }
            device.ask(stage.store(), i64::try_from(step).unwrap()).await;
        }
        held.extend(stage.records().await);
        while !held.is_empty() {
            let chosen = usize::try_from(random.below(held.len() as u64)).unwrap();
            let record = held.swap_remove(chosen);
            stage.projector().project_access(&record, at(20)).await.unwrap();
            held.extend(stage.records().await);
        }
        device.ask(stage.store(), 20).await;
        let entries = |page: &protocol::Page| -> BTreeSet<_> {
            page.entries.iter().map(|entry| (entry.verifier.0, entry.end)).collect()
        };
        let mut found: BTreeMap<_, _> =
            device.pages.iter().map(|(locker, (_, page))| (*locker, entries(page))).collect();
        found.retain(|_, entries| !entries.is_empty());
        assert_eq!(found, expected(&stage, &device).await, "seed {seed}");
    }
}
