//! The automat `lobby` with the keys `A` and `B`, their contracts, and the notification of contacts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    AutomatId, CodeKind, Contact, ContractDraft, ContractId, Email, EventKind, KeyId, MatchedField, Name, PersonSearch,
    PhoneNumber,
};
use store::{
    Erasure, ErasureOutcome, Error, Expected, Page, PageRequest, PersonalData, Record, RequestMetadata, SendResult,
    Store,
};
use testkit::{TestTable, at, automat, by_email, by_sms, contract, entry, key, locker_reports, metadata, pin};

pub(crate) const AINO: &str = "aino@example.fi";
pub(crate) const EINO: &str = "eino@example.fi";
pub(crate) const AINOS_NUMBER: &str = "+358401234567";
pub(crate) const DAY: i64 = 86_400;
/// By then, the tests' ended contracts are over.
pub(crate) const LATER: i64 = 1_000;

pub(crate) struct Scene {
    pub(crate) table: TestTable,
    /// How many records of the stream have been handled.
    notified: AtomicUsize,
}

pub(crate) fn id(key: &str) -> KeyId {
    KeyId::parse(key).unwrap()
}

pub(crate) fn contract_id(contract: &str) -> ContractId {
    ContractId::parse(contract).unwrap()
}

pub(crate) fn by(actor: &str) -> RequestMetadata {
    RequestMetadata::new(domain::Actor::new(actor), at(LATER))
}

/// A contact of that name.
pub(crate) fn named(name: &str, contact: Contact) -> Contact {
    Contact { name: Name::parse(name).unwrap(), ..contact }
}

/// A contract of a person on the key `A`, with contacts.
pub(crate) fn of(person: &str, start: i64, end: i64, contacts: Vec<Contact>) -> ContractDraft {
    ContractDraft { person: Name::parse(person).unwrap(), contacts, ..contract(&id("A"), start, end) }
}

/// Aino's own contract; she is notified by email and SMS.
pub(crate) fn ainos(start: i64, end: i64) -> ContractDraft {
    let contacts = vec![by_email(AINO), by_sms(AINOS_NUMBER)];
    of("Aino Virtanen", start, end, contacts.into_iter().map(|contact| named("Aino Virtanen", contact)).collect())
}

/// Eino's contract; Aino is notified too.
pub(crate) fn einos(start: i64, end: i64) -> ContractDraft {
    let contacts = vec![named("Eino Aalto", by_email(EINO)), named("Aino Virtanen", by_email(AINO))];
    of("Eino Aalto", start, end, contacts)
}

pub(crate) fn by_address(email: &str) -> PersonSearch {
    PersonSearch::new(Some(Email::parse(email).unwrap()), None, None).unwrap()
}

pub(crate) fn by_number(number: &str) -> PersonSearch {
    PersonSearch::new(None, Some(PhoneNumber::parse(number).unwrap()), None).unwrap()
}

pub(crate) fn by_name(name: &str) -> PersonSearch {
    PersonSearch::new(None, None, Some(Name::parse(name).unwrap())).unwrap()
}

pub(crate) fn matched_fields(found: &BTreeSet<MatchedField>) -> Vec<MatchedField> {
    found.iter().copied().collect()
}

pub(crate) fn page(limit: usize) -> PageRequest {
    PageRequest { limit, after: None }
}

/// Each contract of an answer with what was done about it.
pub(crate) fn outcomes(erasures: &[Erasure]) -> Vec<(&str, ErasureOutcome)> {
    let mut outcomes: Vec<_> = erasures.iter().map(|erasure| (erasure.contract.as_str(), erasure.outcome)).collect();
    outcomes.sort_by_key(|(contract, _)| *contract);
    outcomes
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
        for name in ["A", "B"] {
            table.store.create_key(key(name), &metadata()).await.unwrap();
        }
        Self { table, notified: AtomicUsize::new(0) }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.table.store
    }

    /// Creates a contract on a key and notifies its contacts.
    pub(crate) async fn book(&self, key: &str, contract: &str, draft: ContractDraft) {
        let draft = ContractDraft { id: Some(contract_id(contract)), keys: id(key).into(), ..draft };
        self.store().create_contract(draft, &metadata()).await.unwrap();
        self.notify(0).await;
    }

    pub(crate) async fn remove(&self, contract: &str) {
        self.store().remove_contract(&contract_id(contract), true, Expected::Any, &metadata()).await.unwrap();
        self.notify(0).await;
    }

    /// Notifies contacts of everything since the last call, and projects all. Returns the number of messages.
    pub(crate) async fn notify(&self, seconds: i64) -> usize {
        let now = at(seconds);
        let records = self.table.records(now).await;
        let notified = self.notified.swap(records.len(), Ordering::Relaxed);
        let mut sent = 0;
        for record in &records[notified..] {
            let claims = match self.store().read_record(record).unwrap() {
                Record::Contract(record) => self.store().notify_of_contract(&record, now).await.unwrap(),
                Record::Event(record) => self.store().notify_of_event(&record, now).await.unwrap(),
                Record::Resend(_) | Record::Other => Vec::new(),
            };
            for claim in claims {
                self.store().settle(claim, SendResult::Sent("p".to_owned()), now).await.unwrap();
                sent += 1;
            }
        }
        self.table.project().await;
        sent
    }

    /// The key `A`, whose contract has this PIN, is fetched.
    pub(crate) async fn fetch(&self, digits: &str) {
        let lobby = AutomatId::parse("lobby").unwrap();
        self.store().record_locker_reports(&lobby, locker_reports(1, &[(0, true, None)]), at(1)).await.unwrap();
        let typed = entry(self.store(), "e1", CodeKind::Pin, digits, at(2), &[0]);
        self.store().keypad_entry(&lobby, typed, at(2)).await.unwrap();
        self.store().record_locker_reports(&lobby, locker_reports(2, &[(0, false, Some("e1"))]), at(3)).await.unwrap();
    }

    pub(crate) async fn export(&self, search: &PersonSearch) -> Vec<PersonalData> {
        let found = self.store().export_person(search, &page(100), &by("dpo")).await.unwrap();
        assert_eq!(found.next, None);
        let mut data = found.data;
        data.sort_by(|one, other| one.contract_id.as_str().cmp(other.contract_id.as_str()));
        data
    }

    pub(crate) async fn erase(&self, search: &PersonSearch) -> Vec<Erasure> {
        self.try_erase(search).await.unwrap().data
    }

    pub(crate) async fn try_erase(&self, search: &PersonSearch) -> Result<Page<Erasure>, Error> {
        self.store().erase_person(search, false, &page(100), &by("dpo")).await
    }

    /// All items by key, except PINs, which the engine deletes by the machine's clock.
    pub(crate) async fn items(&self) -> BTreeMap<String, HashMap<String, AttributeValue>> {
        let items = self.table.client.scan().table_name(testkit::TABLE).send().await.unwrap().items.unwrap();
        let keyed = items.into_iter().map(|item| (format!("{:?} {:?}", item["PK"], item["SK"]), item));
        keyed.filter(|(key, _)| !key.contains("PIN#")).collect()
    }

    /// The items whose text contains all of these.
    pub(crate) async fn items_with(&self, parts: &[&str]) -> Vec<String> {
        let mut items = self.table.items().await;
        items.retain(|item| parts.iter().all(|part| item.contains(part)));
        items
    }

    pub(crate) async fn messages(&self) -> Vec<String> {
        self.items_with(&["\"SK\": S(\"MESSAGE#"]).await
    }

    /// The contracts that events of a kind on a key are about.
    pub(crate) async fn recorded(&self, key: &str, kind: &EventKind) -> Vec<String> {
        let events = self.store().key_events(&id(key), &page(100)).await.unwrap().data;
        let of_kind = events.into_iter().filter(|event| event.kind == *kind && event.actor.as_str() == "dpo");
        of_kind.filter_map(|event| event.subject.contract).map(|contract| contract.as_str().to_owned()).collect()
    }

    /// A contract of its own with a PIN.
    pub(crate) async fn book_with_pin(&self, key: &str, contract: &str, digits: &str, draft: ContractDraft) {
        self.book(key, contract, ContractDraft { pin: Some(pin(digits)), ..draft }).await;
    }
}
