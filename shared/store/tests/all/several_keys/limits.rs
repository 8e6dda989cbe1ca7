//! How much one transaction writes. DynamoDB takes at most 100 actions, and a contract of 16 keys in 16 automats needs
//! most of them while each PIN has two names.

use domain::{ContractChange, KeyChange, KeyId, Sharing};
use store::{Expected, RequestMetadata, Store};
use testkit::{SECRET, TestTable, Wire, at, by_email, metadata, metadata_with_receipt, pin};

use super::picture::{Picture, check};
use super::scene::{add_automat, automats, contract_id, draft, id, keys, metadata_at, to_times};

/// DynamoDB's limit.
const MOST: usize = 100;

const OLD: [u8; 32] = [SECRET; 32];
const NEW: [u8; 32] = [SECRET + 1; 32];

/// Two secrets, the current one first.
fn two(current: [u8; 32], other: [u8; 32]) -> Vec<u8> {
    [&current[..], b"\n", &other].concat()
}

/// 32 keys, each the only one of its automat, and the contract `one` of the first 16 under the old secret.
struct Scene {
    table: TestTable,
    names: Vec<String>,
    /// In the middle of the rotation, and just after its beginning.
    rotating: (Store, Wire),
}

impl Scene {
    async fn new() -> Self {
        let table = automats(&[]).await;
        let names: Vec<_> = (0..32).map(|n| format!("K-{n:02}")).collect();
        for name in &names {
            add_automat(&table, &format!("of-{name}"), &[name]).await;
        }
        let rotating = table.store_under(&two(NEW, OLD));
        let scene = Self { table, names, rotating };
        let contacts = vec![by_email("aino@example.fi")];
        let one = domain::ContractDraft { contacts, ..draft("one", &scene.keys(0, 16), 0, 600) };
        scene.table.store.create_contract(one, &metadata()).await.unwrap();
        scene.check("at first").await;
        _ = scene.table.wire.largest_transaction();
        scene
    }

    fn keys(&self, from: usize, to: usize) -> Vec<&str> {
        self.names[from..to].iter().map(String::as_str).collect()
    }

    fn first_key(&self) -> KeyId {
        id(&self.names[0])
    }

    /// The number of actions of the largest transaction since the last call.
    fn actions(&self) -> usize {
        self.rotating.1.largest_transaction()
    }

    async fn check(&self, what: &str) {
        check(&self.table, at(0), what).await;
    }

    async fn count_pins(&self) -> usize {
        Picture::of(&self.table).await.pins.len()
    }
}

fn receipt(name: &str) -> RequestMetadata {
    metadata_with_receipt(name, "hash")
}

#[tokio::test]
async fn sixteen_keys_in_sixteen_automats_fit_in_one_transaction_during_a_rotation() {
    let scene = Scene::new().await;
    let (store, one) = (&scene.rotating.0, contract_id("one"));
    let mut counted = Vec::new();
    let mut count = |what: &'static str| counted.push((what, scene.actions()));

    let two = domain::ContractDraft { pin: Some(pin("573826")), ..draft("two", &scene.keys(16, 32), 0, 600) };
    store.create_contract(two, &receipt("create")).await.unwrap();
    count("create");
    scene.check("create").await;

    store.edit_contract(&one, to_times(0, 500), false, Expected::Any, &metadata()).await.unwrap();
    count("times, under the former names");
    scene.check("times").await;
    store.edit_contract(&one, to_times(0, 400), false, Expected::Any, &metadata()).await.unwrap();
    count("times, under the current names");

    store.replace_pin(&one, &receipt("pin")).await.unwrap();
    count("a generated PIN");
    let change = ContractChange { pin: Some(pin("482915")), ..ContractChange::default() };
    store.edit_contract(&one, change, false, Expected::Any, &metadata()).await.unwrap();
    count("a PIN");
    scene.check("PIN").await;
    assert_eq!(scene.count_pins().await, 32);

    store.reveal_pin(&one, &metadata()).await.unwrap();
    count("the PIN shown");
    store.end_contract(&one, Expected::Any, &metadata_at(300)).await.unwrap();
    count("end");
    check(&scene.table, at(300), "end").await;
    store.remove_contract(&one, false, Expected::Any, &metadata()).await.unwrap();
    count("remove an ended one");
    scene.check("remove").await;
    assert_eq!(scene.count_pins().await, 16);

    let half = ContractChange { keys: Some(keys(&scene.keys(16, 24))), ..ContractChange::default() };
    store.edit_contract(&contract_id("two"), half, false, Expected::Any, &metadata()).await.unwrap();
    count("eight keys taken off");
    let others = ContractChange { keys: Some(keys(&scene.keys(0, 8))), ..ContractChange::default() };
    store.edit_contract(&contract_id("two"), others, false, Expected::Any, &metadata()).await.unwrap();
    count("eight keys replaced by eight");
    let all = ContractChange { keys: Some(keys(&scene.keys(0, 16))), ..to_times(0, 500) };
    store.edit_contract(&contract_id("two"), all, false, Expected::Any, &metadata()).await.unwrap();
    count("eight keys added, and times");
    scene.check("keys").await;
    store.remove_contract(&contract_id("two"), false, Expected::Any, &metadata()).await.unwrap();
    count("remove a running one");
    scene.check("removed").await;
    store.create_contract(draft("three", &scene.keys(0, 16), 0, 600), &metadata()).await.unwrap();
    count("create without a receipt");
    store.remove_key(&scene.first_key(), false, Expected::Any, &metadata()).await.unwrap();
    count("a key removed");
    scene.check("a key removed").await;
    assert!(counted.iter().all(|(_, actions)| *actions <= MOST), "{counted:?}");
    let expected = [
        ("create", 82),
        ("times, under the former names", 81),
        ("times, under the current names", 81),
        ("a generated PIN", 66),
        ("a PIN", 65),
        ("the PIN shown", 16),
        ("end", 81),
        ("remove an ended one", 49),
        ("eight keys taken off", 49),
        ("eight keys replaced by eight", 73),
        ("eight keys added, and times", 81),
        ("remove a running one", 65),
        ("create without a receipt", 81),
        ("a key removed", 4),
    ];
    assert_eq!(counted, expected);
}

/// The largest edit.
#[tokio::test]
async fn times_and_pin_of_sixteen_automats_change_at_once_during_a_rotation() {
    let scene = Scene::new().await;
    let (store, one) = (&scene.rotating.0, contract_id("one"));
    let edit = async |change| store.edit_contract(&one, change, false, Expected::Any, &metadata()).await;
    let to_pin = |digits, change| ContractChange { pin: Some(pin(digits)), ..change };
    edit(to_pin("573826", to_times(0, 500))).await.unwrap();
    assert_eq!(scene.actions(), 97);
    scene.check("times and PIN").await;
    // With half of the keys, and with all of them when each PIN has one name again.
    let half = ContractChange { keys: Some(keys(&scene.keys(0, 8))), ..to_times(0, 600) };
    edit(to_pin("482915", half)).await.unwrap();
    scene.check("times, PIN and keys").await;
    assert_eq!(scene.count_pins().await, 8);
    let whole = ContractChange { keys: Some(keys(&scene.keys(0, 16))), ..ContractChange::default() };
    edit(whole).await.unwrap();
    let largest = scene.actions();
    assert!(largest <= MOST, "{largest}");
    let (new, wire) = scene.table.store_under(&NEW);
    let change = to_pin("664737", to_times(0, 500));
    new.edit_contract(&one, change, false, Expected::Any, &metadata()).await.unwrap();
    assert!(wire.largest_transaction() <= MOST);
    scene.check("times and PIN").await;
    assert_eq!(scene.count_pins().await, 16);
}

#[tokio::test]
async fn the_rotation_moves_a_pin_in_sixteen_automats_at_once() {
    let scene = Scene::new().await;
    let store = &scene.rotating.0;
    let report = store.rotate_codes(at(0)).await.unwrap();
    assert_eq!(report.moved, 1, "{report:?}");
    assert!(scene.actions() <= MOST);
    assert!(store.preview_rotation(at(0)).await.unwrap().is_complete());
    let new = scene.table.store_under(&NEW).0;
    assert_eq!(new.reveal_pin(&contract_id("one"), &metadata()).await.unwrap(), pin("482915"));
    assert_eq!(scene.count_pins().await, 16);
    let shared = KeyChange { sharing: Some(Sharing::Shared), ..KeyChange::default() };
    new.edit_key(&scene.first_key(), shared, Expected::Any, &metadata()).await.unwrap();
    new.edit_contract(&contract_id("one"), to_times(0, 500), false, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(scene.count_pins().await, 16);
}
