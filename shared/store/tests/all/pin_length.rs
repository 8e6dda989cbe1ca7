//! PIN length: set by the automat.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use domain::{AutomatChange, AutomatId, Contract, ContractChange, ContractDraft, ContractRefusal, KeyId, PinDigits};
use store::{Error, Expected};
use testkit::{TestTable, at, automat, contract, key, metadata, pin};

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

fn digits(number: u32) -> PinDigits {
    PinDigits::new(number).unwrap()
}

/// The automat `lobby` with this many lockers and the key `A`.
async fn stage(lockers: u32) -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", lockers), &metadata()).await.unwrap();
    table.store.create_key(key("A"), &metadata()).await.unwrap();
    table
}

async fn ask_for(table: &TestTable, pin_digits: Option<PinDigits>, min_chosen_pin_digits: Option<PinDigits>) {
    let change = AutomatChange {
        pin_digits: Some(pin_digits),
        min_chosen_pin_digits: Some(min_chosen_pin_digits),
        ..AutomatChange::default()
    };
    let lobby = AutomatId::parse("lobby").unwrap();
    table.store.edit_automat(&lobby, change, true, Expected::Any, &metadata()).await.unwrap();
    let read = table.store.automat(&lobby).await.unwrap();
    assert_eq!((read.pin_digits, read.min_chosen_pin_digits), (pin_digits, min_chosen_pin_digits));
}

fn with_pin(digits: &str, draft: ContractDraft) -> ContractDraft {
    ContractDraft { pin: Some(pin(digits)), ..draft }
}

async fn made(table: &TestTable, draft: ContractDraft) -> Contract {
    table.store.create_contract(draft, &metadata()).await.unwrap().into_inner()
}

fn is_too_short<T>(result: &Result<T, Error>) -> bool {
    matches!(result, Err(Error::Contract(ContractRefusal::PinTooShort { min })) if *min == digits(6))
}

#[tokio::test]
async fn generated_pins_have_the_digits_that_the_automat_asks_for() {
    for (lockers, pin_digits, min, expected) in [
        (50, None, None, 6),
        (51, None, None, 7),
        (201, None, None, 8),
        (51, Some(digits(5)), None, 5),
        (9, None, Some(digits(9)), 9),
    ] {
        let table = stage(lockers).await;
        ask_for(&table, pin_digits, min).await;
        let booked = made(&table, contract(&a(), 0, 60)).await;
        let replaced = table.store.replace_pin(&booked.id, &metadata()).await.unwrap().into_inner();
        let previewed = table.store.preview_contract(contract(&a(), 60, 90), at(0)).await.unwrap().contract;
        ask_for(&table, None, None).await;
        assert_eq!([booked, replaced, previewed].map(|contract| contract.pin.digits().get()), [expected; 3]);
    }
}

#[tokio::test]
async fn a_chosen_pin_that_is_too_short_is_refused_wherever_one_is_chosen() {
    let table = stage(9).await;
    let existing = made(&table, with_pin("4829", contract(&a(), 0, 60))).await;
    ask_for(&table, None, Some(digits(6))).await;
    let before = table.items().await;
    let short = with_pin("48291", contract(&a(), 60, 90));
    assert!(is_too_short(&table.store.create_contract(short.clone(), &metadata()).await));
    assert!(is_too_short(&table.store.preview_contract(short, at(0)).await));
    let change = ContractChange { pin: Some(pin("57382")), ..ContractChange::default() };
    let (id, any) = (&existing.id, Expected::Any);
    assert!(is_too_short(&table.store.edit_contract(id, change.clone(), false, any, &metadata()).await));
    assert!(is_too_short(&table.store.preview_edit(id, change, false, any, at(0)).await));
    assert_eq!(table.items().await, before);
    made(&table, with_pin("482915", contract(&a(), 60, 90))).await;
}

#[tokio::test]
async fn an_existing_short_pin_stays_valid() {
    let table = stage(9).await;
    let existing = made(&table, with_pin("4829", contract(&a(), 0, 60))).await;
    ask_for(&table, None, Some(digits(6))).await;
    let change = ContractChange { pin: Some(pin("4829")), start: Some(at(10)), ..ContractChange::default() };
    let edited = table.store.edit_contract(&existing.id, change, false, Expected::Any, &metadata()).await.unwrap();
    assert_eq!((edited.pin.reveal(), edited.range.start()), ("4829", at(10)));
}
