//! The main rule of the product against a reference model: sequences of bookings, edits, removals and sharing changes
//! with time passing, compared second by second.

#![expect(clippy::unwrap_used, reason = "the values in tests are valid")]

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AutomatId, Contract, ContractChange, ContractDraft, ContractId, ContractKeys, ContractRefusal, Ending, Instant,
    Key, KeyChange, KeyDraft, KeyId, KeyRefusal, LockerIndex, Name, Pin, Property, Sharing, TimeRange,
};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Create { id: u64, keys: BTreeSet<usize>, start: i64, length: Option<i64> },
    Edit { id: u64, keys: BTreeSet<usize>, start: i64, length: Option<i64> },
    Remove { id: u64 },
    Share(usize, Sharing),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let id = 0..12_u64;
    let length = || prop::option::weighted(0.9, 1..10_i64);
    let keys = || prop::collection::btree_set(0..KEYS, 1..=KEYS);
    let sharing = prop_oneof![Just(Sharing::Shared), Just(Sharing::NotShared)];
    prop::collection::vec(
        prop_oneof![
            4 => (id.clone(), keys(), 0..60_i64, length()).prop_map(|(id, keys, start, length)| Step::Create { id, keys, start, length }),
            3 => (id.clone(), keys(), 0..60_i64, length()).prop_map(|(id, keys, start, length)| Step::Edit { id, keys, start, length }),
            2 => id.prop_map(|id| Step::Remove { id }),
            1 => (0..KEYS, sharing).prop_map(|(key, sharing)| Step::Share(key, sharing)),
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

/// The keys of these tests, by number.
const KEYS: usize = 3;

/// Every contract that was accepted and not removed.
#[derive(Default)]
struct Model {
    contracts: BTreeMap<ContractId, Contract>,
}

impl Model {
    fn holders(&self, key: &Key, second: i64) -> Vec<&ContractId> {
        let holds = |contract: &&Contract| contract.keys.has(&key.id) && contract.range.contains(at(second));
        self.contracts.values().filter(holds).map(|contract| &contract.id).collect()
    }

    fn taken(&self, key: &Key, range: TimeRange, but: &ContractId, now: i64) -> bool {
        (now..120)
            .filter(|&second| range.contains(at(second)))
            .any(|second| self.holders(key, second).iter().any(|&id| id != but))
    }

    fn overlapping(&self, key: &Key, now: i64) -> bool {
        (now..120).any(|second| self.holders(key, second).len() > 1)
    }
}

fn new_key() -> Key {
    numbered_key(0)
}

fn key_id(number: usize) -> KeyId {
    KeyId::parse(&format!("A-{number}")).unwrap()
}

fn contract_keys(numbers: &BTreeSet<usize>) -> ContractKeys {
    ContractKeys::new(numbers.iter().map(|&number| key_id(number))).unwrap()
}

fn numbered_key(number: usize) -> Key {
    let draft = KeyDraft {
        id: key_id(number),
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
        keys: key_id(0).into(),
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
fn book(keys: &mut [Key], model: &mut Model, contract: Contract, now: i64) -> Result<(), TestCaseError> {
    let of_contract: Vec<_> = keys.iter().filter(|key| contract.keys.has(&key.id)).collect();
    let is_taken =
        |range| of_contract.iter().any(|key| is_not_shared(key) && model.taken(key, range, &contract.id, now));
    match contract.book(&of_contract, at(now)) {
        Ok(calendars) => {
            prop_assert!(!is_taken(contract.range), "booked over another contract");
            let booked: BTreeMap<_, _> = of_contract.iter().map(|key| key.id.clone()).zip(calendars).collect();
            for key in keys.iter_mut() {
                key.calendar = match booked.get(&key.id) {
                    Some(calendar) => calendar.clone(),
                    None => key.cancel(&contract.id, false, at(now)).unwrap(),
                };
            }
            model.contracts.insert(contract.id.clone(), contract);
        }
        Err(ContractRefusal::Overlap { conflicts, next_free }) => {
            prop_assert!(is_taken(contract.range), "refused without a reason");
            for conflict in &conflicts {
                let booked = &model.contracts[&conflict.entry.contract];
                prop_assert_eq!(booked.range, conflict.entry.range);
                prop_assert!(booked.keys.has(&conflict.key) && contract.keys.has(&conflict.key));
                prop_assert!(booked.range.overlaps(contract.range));
            }
            if let Some(window) = next_free {
                prop_assert!(!is_taken(window), "the next free window is taken");
                prop_assert!(!window.has_ended(at(now)), "the next free window is over");
            }
        }
        Err(other) => prop_assert!(false, "unexpected refusal: {other}"),
    }
    Ok(())
}

fn is_not_shared(key: &Key) -> bool {
    key.sharing == Sharing::NotShared
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn contracts_of_a_not_shared_key_never_overlap(steps in steps()) {
        let mut keys: Vec<_> = (0..KEYS).map(numbered_key).collect();
        let mut model = Model::default();
        let mut now = 0;
        for step in steps {
            match step {
                Step::Create { id, keys: of, start, length } => {
                    let id = ContractId::generated(id);
                    if model.contracts.contains_key(&id) { continue }
                    let draft = ContractDraft { keys: contract_keys(&of), ..drafted(start, length) };
                    match Contract::new(&draft, id, Pin::parse("482915").unwrap(), at(now)) {
                        Ok(contract) => book(&mut keys, &mut model, contract, now)?,
                        Err(refusal) => prop_assert!(refusal == ContractRefusal::EndNotAhead && length.is_some_and(|length| start + length <= now)),
                    }
                }
                Step::Edit { id, keys: of, start, length } => {
                    let Some(contract) = model.contracts.get(&ContractId::generated(id)) else { continue };
                    let change = ContractChange {
                        keys: Some(contract_keys(&of)),
                        start: Some(at(start)),
                        ending: Some(ending(start, length)),
                        ..ContractChange::default()
                    };
                    if let Ok(edited) = contract.edited(change, at(now)) {
                        book(&mut keys, &mut model, edited, now)?;
                    }
                }
                Step::Remove { id } => {
                    let id = ContractId::generated(id);
                    for key in &mut keys {
                        key.calendar = key.cancel(&id, false, at(now)).unwrap();
                    }
                    model.contracts.remove(&id);
                }
                Step::Share(key, sharing) => {
                    match keys[key].edited(KeyChange { sharing: Some(sharing), ..KeyChange::default() }, at(now)) {
                        Ok(edited) => keys[key] = edited,
                        Err(KeyRefusal::ContractsOverlap { pairs }) => {
                            prop_assert!(model.overlapping(&keys[key], now) && !pairs.is_empty());
                            prop_assert!(pairs.iter().all(|(a, b)| a.range.overlaps(b.range)));
                        }
                        Err(other) => prop_assert!(false, "unexpected refusal: {other}"),
                    }
                }
                Step::Wait(seconds) => now += seconds,
            }
            for key in &keys {
                prop_assert!(!is_not_shared(key) || !model.overlapping(key, now), "two contracts overlap");
                let is_live = |contract: &&Contract| contract.keys.has(&key.id) && !contract.range.has_ended(at(now));
                let live: Vec<_> = model.contracts.values().filter(is_live).map(|contract| &contract.id).collect();
                let mut listed: Vec<_> = key.calendar.entries().iter().filter(|entry| !entry.range.has_ended(at(now))).map(|entry| &entry.contract).collect();
                listed.sort();
                prop_assert_eq!(listed, live, "the calendar is not the live contracts");
            }
        }
    }
}

#[test]
fn a_key_holds_2000_live_contracts_and_no_more() {
    let mut key = new_key();
    for n in 0..=domain::MAX_LIVE_CONTRACTS as u64 {
        let draft = drafted(n.cast_signed() * 10, Some(10));
        let contract = Contract::new(&draft, ContractId::generated(n), Pin::parse("482915").unwrap(), at(0)).unwrap();
        match contract.book(&[&key], at(0)) {
            Ok(calendars) => key.calendar = calendars[0].clone(),
            Err(refusal) => assert_eq!((refusal, n), (ContractRefusal::TooManyLive { key: key.id.clone() }, 2_000)),
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
    assert_eq!(key.cancel(&holder, false, at(0)), Err(ContractRefusal::KeyOut { key: key.id.clone() }));
    assert!(key.cancel(&holder, true, at(0)).is_ok());
    assert!(key.cancel(&ContractId::generated(8), false, at(0)).is_ok(), "another contract's key is not out");
}

#[test]
fn a_contract_whose_key_is_out_cannot_move_into_the_future() {
    let holder = ContractId::generated(7);
    let key = Key { whereabouts: domain::Whereabouts::Out { contract: Some(holder.clone()) }, ..new_key() };
    let of = |id: &ContractId, start| {
        Contract::new(&drafted(start, Some(10)), id.clone(), Pin::parse("482915").unwrap(), at(0)).unwrap()
    };
    assert_eq!(of(&holder, 1).book(&[&key], at(0)), Err(ContractRefusal::StartsWhileKeyOut { key: key.id.clone() }));
    assert!(of(&holder, 0).book(&[&key], at(0)).is_ok(), "it may end later");
    let calendar = domain::Calendar::new(vec![domain::Entry { contract: holder.clone(), range: of(&holder, 1).range }]);
    let moved_before = Key { calendar, ..key.clone() };
    assert!(of(&holder, 1).book(&[&moved_before], at(0)).is_ok(), "an edit that leaves the start alone");
    assert!(of(&holder, 2).book(&[&moved_before], at(0)).is_err());
    assert!(of(&ContractId::generated(8), 1).book(&[&key], at(0)).is_ok(), "another contract may be upcoming");
}

#[test]
fn a_key_being_removed_takes_no_contract_and_no_edit() {
    let key = Key { state: domain::KeyState::Removing, ..new_key() };
    let contract =
        Contract::new(&drafted(1, None), ContractId::generated(1), Pin::parse("482915").unwrap(), at(0)).unwrap();
    assert_eq!(contract.book(&[&key], at(0)), Err(ContractRefusal::KeyBeingRemoved { key: key.id.clone() }));
    assert_eq!(key.edited(KeyChange::default(), at(0)), Err(KeyRefusal::BeingRemoved));
}

#[test]
fn several_keys_are_booked_all_or_none_and_the_next_free_time_is_free_on_all() {
    let keys = [0, 1].map(|number| {
        let range = TimeRange::new(at(10 * number), Some(at(10 * number + 10))).unwrap();
        let entry = domain::Entry { contract: ContractId::generated(number.unsigned_abs()), range };
        let number = usize::try_from(number).unwrap();
        Key { calendar: domain::Calendar::new(vec![entry]), ..numbered_key(number) }
    });
    let draft = ContractDraft { keys: contract_keys(&BTreeSet::from([0, 1])), ..drafted(5, Some(5)) };
    let contract = Contract::new(&draft, ContractId::generated(9), Pin::parse("482915").unwrap(), at(0)).unwrap();
    let refusal = contract.book(&[&keys[0], &keys[1]], at(0)).unwrap_err();
    let ContractRefusal::Overlap { conflicts, next_free } = refusal else { panic!("{refusal}") };
    assert_eq!(conflicts.iter().map(|conflict| &conflict.key).collect::<Vec<_>>(), [&keys[0].id]);
    assert_eq!(next_free, TimeRange::new(at(20), Some(at(25))), "not 10, when the second key is taken");
    let free = domain::availability(&keys, at(0), at(40));
    assert_eq!(free, [TimeRange::new(at(20), Some(at(40))).unwrap()]);
}
