//! The main rule of the product against a reference model: sequences of bookings, edits, removals and sharing changes
//! with time passing, compared second by second.

#![expect(clippy::unwrap_used, reason = "the values in tests are valid")]

use std::collections::BTreeMap;

use domain::{
    AutomatId, Contract, ContractChange, ContractDraft, ContractId, ContractRefusal, Ending, Instant, Key, KeyChange,
    KeyDraft, KeyId, KeyRefusal, LockerIndex, Name, Pin, Property, Sharing, TimeRange,
};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Create { id: u64, start: i64, length: Option<i64> },
    Edit { id: u64, start: i64, length: Option<i64> },
    Remove { id: u64 },
    Share(Sharing),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let id = 0..12_u64;
    let length = || prop::option::weighted(0.9, 1..10_i64);
    let sharing = prop_oneof![Just(Sharing::Shared), Just(Sharing::NotShared)];
    prop::collection::vec(
        prop_oneof![
            4 => (id.clone(), 0..60_i64, length()).prop_map(|(id, start, length)| Step::Create { id, start, length }),
            3 => (id.clone(), 0..60_i64, length()).prop_map(|(id, start, length)| Step::Edit { id, start, length }),
            2 => id.prop_map(|id| Step::Remove { id }),
            1 => sharing.prop_map(Step::Share),
            1 => (0..6_i64).prop_map(Step::Wait),
        ],
        0..60,
    )
}

fn at(second: i64) -> Instant {
    Instant::from_millis(second * 1000).unwrap()
}

fn ending(start: i64, length: Option<i64>) -> Ending {
    length.map_or(Ending::Permanent, |length| Ending::At(at(start + length)))
}

/// Every contract that was accepted and not removed.
#[derive(Default)]
struct Model {
    contracts: BTreeMap<ContractId, Contract>,
}

impl Model {
    fn holders(&self, second: i64) -> Vec<&ContractId> {
        self.contracts
            .values()
            .filter(|contract| contract.range.contains(at(second)))
            .map(|contract| &contract.id)
            .collect()
    }

    fn taken(&self, range: TimeRange, but: &ContractId, now: i64) -> bool {
        (now..120)
            .filter(|&second| range.contains(at(second)))
            .any(|second| self.holders(second).iter().any(|&id| id != but))
    }

    fn overlapping(&self, now: i64) -> bool {
        (now..120).any(|second| self.holders(second).len() > 1)
    }
}

fn new_key() -> Key {
    let draft = KeyDraft {
        id: KeyId::parse("A-12").unwrap(),
        automat: AutomatId::parse("lobby").unwrap(),
        locker: None,
        sharing: Sharing::NotShared,
        return_code: None,
        property: Property::parse("").unwrap(),
    };
    Key::new(draft, LockerIndex::new(0).unwrap(), at(0))
}

fn drafted(start: i64, length: Option<i64>) -> ContractDraft {
    let person = Name::parse("Aino").unwrap();
    ContractDraft {
        id: None,
        person,
        start: Some(at(start)),
        ending: ending(start, length),
        pin: None,
        schedule: None,
        contacts: vec![],
        free_text: None,
    }
}

/// Books the contract as the store does, and checks the decision against the model.
fn book(key: &mut Key, model: &mut Model, contract: Contract, now: i64) -> Result<(), TestCaseError> {
    let taken = model.taken(contract.range, &contract.id, now);
    match key.book(&contract, at(now)) {
        Ok(calendar) => {
            prop_assert!(key.sharing == Sharing::Shared || !taken, "booked over another contract");
            key.calendar = calendar;
            model.contracts.insert(contract.id.clone(), contract);
        }
        Err(ContractRefusal::Overlap { conflicts, next_free }) => {
            prop_assert!(key.sharing == Sharing::NotShared && taken, "refused without a reason");
            for conflict in &conflicts {
                let booked = &model.contracts[&conflict.contract];
                prop_assert_eq!(booked.range, conflict.range);
                prop_assert!(booked.range.overlaps(contract.range));
            }
            if let Some(window) = next_free {
                prop_assert!(!model.taken(window, &contract.id, now), "the next free window is taken");
                prop_assert!(!window.has_ended(at(now)), "the next free window is over");
            }
        }
        Err(other) => prop_assert!(false, "unexpected refusal: {other}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn contracts_of_a_not_shared_key_never_overlap(steps in steps()) {
        let mut key = new_key();
        let mut model = Model::default();
        let mut now = 0;
        for step in steps {
            match step {
                Step::Create { id, start, length } => {
                    let id = ContractId::generated(id);
                    if model.contracts.contains_key(&id) { continue }
                    let made = Contract::new(&drafted(start, length), key.id.clone(), id, Pin::parse("482915").unwrap(), at(now));
                    match made {
                        Ok(contract) => book(&mut key, &mut model, contract, now)?,
                        Err(refusal) => prop_assert!(refusal == ContractRefusal::EndNotAhead && length.is_some_and(|length| start + length <= now)),
                    }
                }
                Step::Edit { id, start, length } => {
                    let Some(contract) = model.contracts.get(&ContractId::generated(id)) else { continue };
                    let change = ContractChange { start: Some(at(start)), ending: Some(ending(start, length)), ..ContractChange::default() };
                    if let Ok(edited) = contract.edited(change, at(now)) {
                        book(&mut key, &mut model, edited, now)?;
                    }
                }
                Step::Remove { id } => {
                    let id = ContractId::generated(id);
                    key.calendar = key.cancel(&id, false, at(now)).unwrap();
                    model.contracts.remove(&id);
                }
                Step::Share(sharing) => {
                    match key.edited(KeyChange { sharing: Some(sharing), ..KeyChange::default() }, at(now)) {
                        Ok(edited) => key = edited,
                        Err(KeyRefusal::ContractsOverlap { pairs }) => {
                            prop_assert!(model.overlapping(now) && !pairs.is_empty());
                            prop_assert!(pairs.iter().all(|(a, b)| a.range.overlaps(b.range)));
                        }
                        Err(other) => prop_assert!(false, "unexpected refusal: {other}"),
                    }
                }
                Step::Wait(seconds) => now += seconds,
            }
            prop_assert!(key.sharing == Sharing::Shared || !model.overlapping(now), "two contracts overlap");
            let live: Vec<_> = model.contracts.values().filter(|contract| !contract.range.has_ended(at(now))).map(|contract| &contract.id).collect();
            let mut listed: Vec<_> = key.calendar.entries().iter().filter(|entry| !entry.range.has_ended(at(now))).map(|entry| &entry.contract).collect();
            listed.sort();
            prop_assert_eq!(listed, live, "the calendar is not the live contracts");
        }
    }
}

#[test]
fn a_key_holds_2000_live_contracts_and_no_more() {
    let mut key = new_key();
    for n in 0..=domain::MAX_LIVE_CONTRACTS as u64 {
        let draft = drafted(n.cast_signed() * 10, Some(10));
        let contract =
            Contract::new(&draft, key.id.clone(), ContractId::generated(n), Pin::parse("482915").unwrap(), at(0))
                .unwrap();
        match key.book(&contract, at(0)) {
            Ok(calendar) => key.calendar = calendar,
            Err(refusal) => assert_eq!((refusal, n), (ContractRefusal::TooManyLive, 2_000)),
        }
    }
    assert_eq!(key.calendar.entries().len(), 2_000);
}

#[test]
fn a_key_that_is_out_is_removed_only_with_force() {
    let holder = ContractId::generated(7);
    let key = Key { whereabouts: domain::Whereabouts::Out { contract: Some(holder.clone()) }, ..new_key() };
    assert_eq!(key.check_removable(false), Err(KeyRefusal::Out));
    assert_eq!(key.check_removable(true), Ok(()));
    assert_eq!(key.cancel(&holder, false, at(0)), Err(ContractRefusal::KeyOut));
    assert!(key.cancel(&holder, true, at(0)).is_ok());
    assert!(key.cancel(&ContractId::generated(8), false, at(0)).is_ok(), "another contract's key is not out");
}

#[test]
fn a_contract_whose_key_is_out_cannot_move_into_the_future() {
    let holder = ContractId::generated(7);
    let key = Key { whereabouts: domain::Whereabouts::Out { contract: Some(holder.clone()) }, ..new_key() };
    let of = |id: &ContractId, start| {
        Contract::new(&drafted(start, Some(10)), key.id.clone(), id.clone(), Pin::parse("482915").unwrap(), at(0))
            .unwrap()
    };
    assert_eq!(key.book(&of(&holder, 1), at(0)), Err(ContractRefusal::StartsWhileKeyOut));
    assert!(key.book(&of(&holder, 0), at(0)).is_ok(), "it may end later");
    let calendar = domain::Calendar::new(vec![domain::Entry { contract: holder.clone(), range: of(&holder, 1).range }]);
    let moved_before = Key { calendar, ..key.clone() };
    assert!(moved_before.book(&of(&holder, 1), at(0)).is_ok(), "an edit that leaves the start alone");
    assert!(moved_before.book(&of(&holder, 2), at(0)).is_err());
    assert!(key.book(&of(&ContractId::generated(8), 1), at(0)).is_ok(), "another contract may be upcoming");
}

#[test]
fn a_key_being_removed_takes_no_contract_and_no_edit() {
    let key = Key { state: domain::KeyState::Removing, ..new_key() };
    let contract = Contract::new(
        &drafted(1, None),
        key.id.clone(),
        ContractId::generated(1),
        Pin::parse("482915").unwrap(),
        at(0),
    )
    .unwrap();
    assert_eq!(key.book(&contract, at(0)), Err(ContractRefusal::KeyBeingRemoved));
    assert_eq!(key.edited(KeyChange::default(), at(0)), Err(KeyRefusal::BeingRemoved));
}
