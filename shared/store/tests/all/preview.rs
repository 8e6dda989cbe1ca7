//! Previews: what creating, editing or removing a contract would do, by the same rules.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    Calendar, Conflict, Contact, Contract, ContractChange, ContractDraft, ContractField, ContractId, ContractRefusal,
    Email, Ending, Entry, Instant, KeyId, Language, MAX_LIVE_CONTRACTS, MessageKind, Name, Notice, Occasion,
    PhoneNumber, Property, Recipient, TimeZone,
};
use store::{Error, Expected, Preview, RequestMetadata, ResourceKind};
use testkit::{TABLE, TestTable, at, automat, contract, key, metadata, pin, range};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

fn named(id: &str, draft: ContractDraft) -> ContractDraft {
    ContractDraft { id: Some(ContractId::parse(id).unwrap()), ..draft }
}

fn with_pin(digits: &str, draft: ContractDraft) -> ContractDraft {
    ContractDraft { pin: Some(pin(digits)), ..draft }
}

fn with_contacts(contacts: Vec<Contact>, draft: ContractDraft) -> ContractDraft {
    ContractDraft { contacts, ..draft }
}

/// A contact by email and SMS who also wants messages of these kinds.
fn aino(kinds: &[MessageKind]) -> Contact {
    Contact {
        name: Name::parse("Aino").unwrap(),
        email: Some(Email::parse("aino@example.fi").unwrap()),
        phone_number: Some(PhoneNumber::parse("+358401234567").unwrap()),
        send_email: true,
        send_sms: true,
        language: Language::Finnish,
        additional_messages: kinds.iter().copied().collect(),
    }
}

/// A contact by email.
fn bo() -> Contact {
    let email = Some(Email::parse("bo@example.se").unwrap());
    let name = Name::parse("Bo").unwrap();
    Contact { name, email, phone_number: None, send_sms: false, language: Language::Swedish, ..aino(&[]) }
}

/// What a preview says of a contract of the key `A` from 0 to 60 that is in the way.
fn conflict(existing: &Contract) -> Conflict {
    Conflict { key: a(), entry: Entry { contract: existing.id.clone(), range: range(0, 60) } }
}

fn to(start: i64, end: i64) -> ContractChange {
    ContractChange { start: Some(at(start)), ending: Some(Ending::At(at(end))), ..ContractChange::default() }
}

/// The automat `lobby` with the keys `A` and `B`, not shared.
async fn two_keys() -> TestTable {
    let table = TestTable::new().await;
    table.store.create_automat(automat("lobby", 9), &metadata()).await.unwrap();
    let apartment = domain::KeyDraft { property: Property::parse("Apartment 12").unwrap(), ..key("A") };
    table.store.create_key(apartment, &metadata()).await.unwrap();
    table.store.create_key(key("B"), &metadata()).await.unwrap();
    table
}

async fn made(table: &TestTable, draft: ContractDraft) -> Contract {
    table.store.create_contract(draft, &metadata()).await.unwrap().into_inner()
}

async fn preview(table: &TestTable, draft: ContractDraft) -> Result<Preview, Error> {
    table.store.preview_contract(draft, at(0)).await
}

async fn preview_edit(table: &TestTable, of: &Contract, change: ContractChange) -> Result<Preview, Error> {
    table.store.preview_edit(&of.id, change, false, Expected::Any, at(0)).await
}

/// Who would be notified of what, and when if not at once.
fn announced(preview: &Preview) -> Vec<(Occasion, Recipient, Option<Instant>)> {
    let messages = preview.messages.iter();
    messages.map(|(message, time)| (message.occasion.clone(), message.recipient.clone(), *time)).collect()
}

fn at_once(notices: Vec<Notice>) -> Vec<(Occasion, Recipient, Option<Instant>)> {
    notices.into_iter().map(|notice| (notice.occasion, notice.recipient, None)).collect()
}

/// Sets an attribute of the key `A` that only a device or a running removal would set.
async fn set(table: &TestTable, update: &str, value: AttributeValue) {
    let request = table.client.update_item().table_name(TABLE).update_expression(update);
    let request = request.key("PK", AttributeValue::S("KEY#A".into())).key("SK", AttributeValue::S("KEY".into()));
    request.expression_attribute_values(":it", value).send().await.unwrap();
}

/// Every item of the table by its key.
async fn items(table: &TestTable) -> BTreeMap<(String, String), HashMap<String, AttributeValue>> {
    let items = table.client.scan().table_name(TABLE).send().await.unwrap().items.unwrap();
    let item_key =
        |item: &HashMap<_, AttributeValue>| ["PK", "SK"].map(|name| item[name].as_s().unwrap().clone()).into();
    items.into_iter().map(|item| (item_key(&item), item)).collect()
}

#[tokio::test]
async fn a_preview_writes_nothing() {
    let table = two_keys().await;
    let existing = made(
        &table,
        with_contacts(
            vec![aino(&[MessageKind::StartReminder, MessageKind::EndReminder])],
            contract(&a(), 2 * DAY, 3 * DAY),
        ),
    )
    .await;
    let before = items(&table).await;
    let _ = table.wire.tally();
    preview(&table, with_contacts(vec![bo()], contract(&a(), 0, 60))).await.unwrap();
    preview(&table, contract(&a(), 2 * DAY, 4 * DAY)).await.unwrap();
    preview_edit(&table, &existing, ContractChange { pin: Some(pin("736152")), ..to(0, 60) }).await.unwrap();
    table.store.preview_removal(&existing.id, at(0)).await.unwrap();
    assert!(table.wire.tally().write_units.abs() < f64::EPSILON);
    assert_eq!(items(&table).await, before);
}

#[tokio::test]
async fn a_previewed_id_and_pin_create_exactly_that_contract() {
    let table = two_keys().await;
    let draft = with_contacts(vec![aino(&[]), bo()], contract(&a(), 0, 60));
    let preview = preview(&table, draft.clone()).await.unwrap();
    assert_eq!(preview.contract.pin.digits().get(), 6);
    assert!(preview.new_pin && preview.conflicts.is_empty() && preview.next_free.is_none());
    let (id, pin) = (Some(preview.contract.id.clone()), Some(preview.contract.pin.clone()));
    assert_eq!(made(&table, ContractDraft { id, pin, ..draft }).await, preview.contract);
}

#[tokio::test]
async fn a_preview_lists_messages_and_the_reminders_that_contacts_want() {
    let table = two_keys().await;
    let reminded = aino(&[MessageKind::StartReminder, MessageKind::EndReminder, MessageKind::KeyFetched]);
    let draft = with_contacts(vec![reminded, bo()], with_pin("482915", contract(&a(), 2 * DAY, 3 * DAY)));
    let preview = preview(&table, draft).await.unwrap();
    let [email, sms]: [Recipient; 2] = aino(&[]).recipients().collect::<Vec<_>>().try_into().unwrap();
    let bo = bo().recipients().next().unwrap();
    let (start, end) = (Some(at(DAY)), Some(at(3 * DAY - 2 * HOUR)));
    assert_eq!(
        announced(&preview),
        [
            (Occasion::Created, email.clone(), None),
            (Occasion::Created, sms.clone(), None),
            (Occasion::Created, bo, None),
            (Occasion::StartReminder, email.clone(), start),
            (Occasion::StartReminder, sms.clone(), start),
            (Occasion::EndReminder, email, end),
            (Occasion::EndReminder, sms, end),
        ]
    );
    for (message, _) in &preview.messages {
        let facts = &message.facts;
        assert_eq!((&facts.pin, facts.range), (&pin("482915"), range(2 * DAY, 3 * DAY)));
        let [of_key] = &facts.keys[..] else { panic!("{:?}", facts.keys) };
        assert_eq!((of_key.property.as_str(), of_key.automat.name.as_str()), ("Apartment 12", "lobby"));
        assert_eq!(facts.time_zone(), TimeZone::parse("Europe/Helsinki").unwrap());
    }
}

#[tokio::test]
async fn a_reminder_whose_time_has_passed_is_not_announced() {
    let table = two_keys().await;
    let reminded = aino(&[MessageKind::StartReminder, MessageKind::EndReminder]);
    let preview = preview(&table, with_contacts(vec![reminded], contract(&a(), HOUR, 2 * HOUR))).await.unwrap();
    assert!(preview.messages.iter().all(|(message, time)| message.occasion == Occasion::Created && time.is_none()));
}

#[tokio::test]
async fn a_preview_with_conflicts_still_lists_the_messages() {
    let table = two_keys().await;
    let existing = made(&table, contract(&a(), 0, 60)).await;
    let preview = preview(&table, with_contacts(vec![bo()], contract(&a(), 30, 90))).await.unwrap();
    assert_eq!(preview.conflicts, [conflict(&existing)]);
    assert_eq!(preview.next_free, Some(range(60, 120)));
    assert_eq!(preview.messages.len(), 1);

    let other = made(&table, contract(&a(), 60, 120)).await;
    let preview = preview_edit(&table, &other, to(59, 120)).await.unwrap();
    assert_eq!(preview.conflicts, [conflict(&existing)], "not in its own way");
}

#[tokio::test]
async fn a_preview_is_refused_like_the_real_request() {
    let table = two_keys().await;
    made(&table, named("BK-1", with_pin("482915", contract(&a(), 0, 60)))).await;
    let refused = |draft: ContractDraft| {
        let table = &table;
        async move {
            let preview = preview(table, draft.clone()).await.unwrap_err();
            let create = table.store.create_contract(draft, &metadata()).await.unwrap_err();
            assert_eq!(format!("{preview:?}"), format!("{create:?}"));
            preview
        }
    };
    let refusal = |error| match error {
        Error::Contract(refusal) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(refused(contract(&a(), 60, 60)).await), ContractRefusal::EndNotAfterStart);
    assert_eq!(refusal(refused(contract(&a(), -60, -30)).await), ContractRefusal::EndNotAhead);
    assert_eq!(refusal(refused(with_pin("482915", contract(&a(), 60, 90))).await), ContractRefusal::PinInUse);
    assert!(matches!(refused(named("BK-1", contract(&a(), 60, 90))).await, Error::Exists(ResourceKind::Contract)));
    let full = (0..MAX_LIVE_CONTRACTS as u64).map(|number| {
        let start = 100 + i64::try_from(number).unwrap();
        Entry { contract: ContractId::generated(number), range: range(start, start + 1) }
    });
    set(&table, "SET calendar = :it", AttributeValue::B(Calendar::new(full.collect()).pack().into())).await;
    assert_eq!(refusal(refused(contract(&a(), 60, 90)).await), ContractRefusal::TooManyLive { key: a() });
    set(&table, "SET removing = :it", AttributeValue::Bool(true)).await;
    assert_eq!(refusal(refused(contract(&a(), 60, 90)).await), ContractRefusal::KeyBeingRemoved { key: a() });
    let nothing = KeyId::parse("C").unwrap();
    let preview = table.store.preview_contract(contract(&nothing, 0, 60), at(0)).await;
    assert!(matches!(preview, Err(Error::KeyNotFound(key)) if key == nothing));
}

#[tokio::test]
async fn a_generated_pin_that_is_taken_is_replaced() {
    let table = two_keys().await;
    made(&table, with_pin("482915", contract(&a(), 0, 60))).await;
    let item = table.items().await.into_iter().find(|item| item.contains("PIN#")).unwrap();
    let sort_key = format!("PIN#{}", item.split("PIN#").nth(1).unwrap().split('"').next().unwrap());
    let _ = table.wire.tally();
    table.wire.find_pin(&sort_key, 3);
    preview(&table, contract(&a(), 60, 90)).await.unwrap();
    assert_eq!(
        table.wire.tally().round_trips,
        7,
        "the key, the automat, the contract, three PINs that are taken and one that is not"
    );
    table.wire.find_pin(&sort_key, u32::MAX);
    assert!(matches!(preview(&table, contract(&a(), 60, 90)).await, Err(Error::Busy)), "but not for ever");
}

#[tokio::test]
async fn a_preview_of_an_existing_contract_does_not_show_its_pin() {
    let table = two_keys().await;
    let draft = named("BK-1", with_contacts(vec![bo()], contract(&a(), 0, 60)));
    let existing = made(&table, draft.clone()).await;
    let preview = preview(&table, draft).await.unwrap();
    assert!(!preview.new_pin && preview.messages.is_empty() && preview.conflicts.is_empty());
    assert_eq!(preview.contract, existing);
}

#[tokio::test]
async fn a_preview_of_an_edit_lists_changes_and_reminder_times() {
    let table = two_keys().await;
    let reminded = vec![aino(&[MessageKind::StartReminder])];
    let existing = made(&table, with_contacts(reminded.clone(), contract(&a(), 2 * DAY, 3 * DAY))).await;
    let change =
        || ContractChange { contacts: Some(vec![aino(&[MessageKind::StartReminder]), bo()]), ..to(4 * DAY, 5 * DAY) };
    let preview = preview_edit(&table, &existing, change()).await.unwrap();
    let [email, sms]: [Recipient; 2] = reminded[0].recipients().collect::<Vec<_>>().try_into().unwrap();
    let moved = Occasion::Updated(vec![ContractField::Start, ContractField::End]);
    assert_eq!(
        announced(&preview),
        [
            (moved.clone(), email.clone(), None),
            (moved, sms.clone(), None),
            (Occasion::Created, bo().recipients().next().unwrap(), None),
            (Occasion::StartReminder, email, Some(at(3 * DAY))),
            (Occasion::StartReminder, sms, Some(at(3 * DAY))),
        ]
    );
    assert!(!preview.new_pin);
    assert!(preview.messages.iter().all(|(message, _)| message.facts.range == range(4 * DAY, 5 * DAY)));
    let edited = table.store.edit_contract(&existing.id, change(), false, Expected::Any, &metadata()).await.unwrap();
    assert_eq!(preview.contract, edited);
}

#[tokio::test]
async fn a_preview_of_an_edit_without_changes_notifies_nobody() {
    let table = two_keys().await;
    let existing = made(&table, with_contacts(vec![bo()], contract(&a(), 0, 60))).await;
    for change in [ContractChange::default(), to(0, 60)] {
        let preview = preview_edit(&table, &existing, change).await.unwrap();
        assert_eq!((preview.contract, preview.messages.len()), (existing.clone(), 0));
    }
}

#[tokio::test]
async fn an_edit_is_refused_as_the_real_one_is() {
    let table = two_keys().await;
    let existing = made(&table, with_pin("482915", contract(&a(), 0, 60))).await;
    let other = made(&table, with_pin("736152", contract(&a(), 60, 120))).await;
    let taken = ContractChange { pin: Some(pin("482915")), ..ContractChange::default() };
    let refused = preview_edit(&table, &other, taken).await;
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::PinInUse))));
    let own = ContractChange { pin: Some(pin("736152")), ..ContractChange::default() };
    assert!(preview_edit(&table, &other, own).await.unwrap().new_pin, "the caller knows it");
    let backwards = preview_edit(&table, &existing, to(60, 30)).await;
    assert!(matches!(backwards, Err(Error::Contract(ContractRefusal::EndNotAfterStart))));
    let change = ContractChange::default();
    let stale = table.store.preview_edit(&existing.id, change, false, Expected::Version(7), at(0)).await;
    assert!(matches!(stale, Err(Error::Stale { current: 1 })));

    // An ended contract whose PIN another contract has taken.
    let later = RequestMetadata { now: at(200), ..metadata() };
    table.store.create_contract(with_pin("482915", contract(&a(), 300, 400)), &later).await.unwrap();
    let extended = table.store.preview_edit(&existing.id, to(0, 250), false, Expected::Any, at(200)).await;
    assert!(matches!(extended, Err(Error::Contract(ContractRefusal::PinInUse))));
}

#[tokio::test]
async fn a_pin_whose_contract_has_ended_is_free_once_the_key_is_back() {
    let table = two_keys().await;
    made(&table, with_pin("482915", contract(&a(), 0, 60))).await;
    let draft = || with_pin("482915", contract(&a(), 70, 90));
    assert!(table.store.preview_contract(draft(), at(60)).await.is_ok());
    let mac = table.items().await.into_iter().find(|item| item.contains("PIN#")).unwrap();
    let mac = mac.split("PIN#").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let out = table.client.update_item().table_name(TABLE).update_expression("SET #out = :out");
    let out = out
        .expression_attribute_names("#out", "out")
        .expression_attribute_values(":out", AttributeValue::Ss(vec!["A".into()]));
    let out = out.key("PK", AttributeValue::S("AUTOMAT#lobby".into()));
    out.key("SK", AttributeValue::S(format!("PIN#{mac}"))).send().await.unwrap();
    let refused = table.store.preview_contract(draft(), at(60)).await;
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::PinInUse))), "the key is still out with it");
}

#[tokio::test]
async fn a_preview_of_a_removal_lists_messages_though_the_key_is_out() {
    let table = two_keys().await;
    let existing = made(&table, with_contacts(vec![aino(&[]), bo()], contract(&a(), 0, 60))).await;
    set(&table, "SET keyInside = :it", AttributeValue::Bool(false)).await;
    set(&table, "SET outWith = :it", AttributeValue::S(existing.id.as_str().into())).await;
    let refused = table.store.remove_contract(&existing.id, false, Expected::Any, &metadata()).await;
    assert!(matches!(refused, Err(Error::Contract(ContractRefusal::KeyOut { .. }))));
    let preview = table.store.preview_removal(&existing.id, at(0)).await.unwrap();
    assert_eq!(announced(&preview), at_once(Notice::of_removal(&existing, at(0))));
    assert_eq!((preview.messages.len(), preview.new_pin), (3, false));
    assert_eq!(preview.contract, existing);
    let ended = table.store.preview_removal(&existing.id, at(60)).await.unwrap();
    assert!(ended.messages.is_empty(), "it is over anyway");
    let nothing = table.store.preview_removal(&ContractId::parse("none").unwrap(), at(0)).await;
    assert!(matches!(nothing, Err(Error::NotFound(ResourceKind::Contract))));
}
