//! The automat `lobby` with the keys `A` and `B`, and the projection of the stream.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Contact, ContractChange, ContractDraft, ContractId, ContractKeys, ContractSearch, KeyId, Name};
use serde_json::Value;
use store::{ContractFilter, Expected, PageRequest, Store};
use testkit::{TABLE, TestTable, at, automat, by_email, by_sms, contract, key, metadata};

pub(crate) const DAY: i64 = 86_400;

pub(crate) struct Stage {
    pub(crate) table: TestTable,
    /// How many records of the stream have been read.
    read: AtomicUsize,
}

pub(crate) fn key_id(id: &str) -> KeyId {
    KeyId::parse(id).unwrap()
}

pub(crate) fn contract_id(id: &str) -> ContractId {
    ContractId::parse(id).unwrap()
}

pub(crate) fn name(name: &str) -> Name {
    Name::parse(name).unwrap()
}

/// A contract of a person that begins after this many days, for a day; without contacts.
pub(crate) fn of(person: &str, day: i64) -> ContractDraft {
    ContractDraft { person: name(person), ..contract(&key_id("A"), day * DAY, (day + 1) * DAY) }
}

pub(crate) fn by_both(contact: &str, email: &str, number: &str) -> Contact {
    let phone_number = by_sms(number).phone_number;
    Contact { name: name(contact), phone_number, ..by_email(email) }
}

pub(crate) fn named(person: &str) -> ContractChange {
    ContractChange { person: Some(name(person)), ..ContractChange::default() }
}

pub(crate) fn page(limit: usize) -> PageRequest {
    PageRequest { limit, after: None }
}

pub(crate) fn of_search(text: &str) -> ContractFilter {
    ContractFilter::of_search(ContractSearch::parse(text).unwrap())
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
        for id in ["A", "B"] {
            let sharing = domain::Sharing::Shared;
            table.store.create_key(domain::KeyDraft { sharing, ..key(id) }, &metadata()).await.unwrap();
        }
        Self { table, read: AtomicUsize::new(0) }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.table.store
    }

    /// Books keys that are named like `A+B`.
    pub(crate) async fn book(&self, keys: &str, contract: &str, draft: ContractDraft) {
        let keys = ContractKeys::new(keys.split('+').map(key_id)).unwrap();
        let draft = ContractDraft { id: Some(contract_id(contract)), keys, ..draft };
        self.store().create_contract(draft, &metadata()).await.unwrap();
    }

    pub(crate) async fn edit(&self, contract: &str, change: ContractChange) {
        let contract = contract_id(contract);
        self.store().edit_contract(&contract, change, false, Expected::Any, &metadata()).await.unwrap();
    }

    pub(crate) async fn remove(&self, contract: &str) {
        self.store().remove_contract(&contract_id(contract), true, Expected::Any, &metadata()).await.unwrap();
    }

    /// The records written since the last call.
    pub(crate) async fn news(&self) -> Vec<Value> {
        let records = self.table.records(at(0)).await;
        let read = self.read.swap(records.len(), Ordering::Relaxed);
        records.into_iter().skip(read).collect()
    }

    /// Projects everything since the last call.
    pub(crate) async fn project(&self) {
        for record in self.news().await {
            self.store().project(&record).await.unwrap();
        }
    }

    /// The contracts that a search finds, from all pages of this limit.
    pub(crate) async fn all_pages(&self, text: &str, limit: usize) -> Vec<String> {
        let (mut request, mut found) = (page(limit), Vec::new());
        loop {
            let page = self.store().contracts(&of_search(text), &request, at(0)).await.unwrap();
            assert!(page.data.len() <= limit);
            let id = |found: &store::ListedContract| found.contract.id.to_string();
            found.extend(page.data.iter().map(id));
            match page.next {
                Some(next) => request.after = Some(next),
                None => return found,
            }
        }
    }

    pub(crate) async fn finds(&self, text: &str) -> Vec<String> {
        self.all_pages(text, 20).await
    }

    /// The keys of all items of the index, with or without the months.
    pub(crate) async fn index(&self, with_months: bool) -> BTreeSet<(String, String)> {
        let mut items = self.table.client.scan().table_name(TABLE).into_paginator().items().send();
        let mut found = BTreeSet::new();
        while let Some(item) = items.next().await {
            let item = item.unwrap();
            let text = |name: &str| item[name].as_s().unwrap().clone();
            let pk = text("PK");
            if pk.starts_with("LISTED#") || (with_months && pk.starts_with("MONTHS#")) {
                assert_eq!(item.len(), 2, "an entry is only a key");
                found.insert((pk, text("SK")));
            }
        }
        found
    }

    /// The terms in the index, each with its contract.
    pub(crate) async fn terms(&self) -> Vec<String> {
        let index = self.index(false).await;
        let mut terms: Vec<_> = index
            .iter()
            .filter(|(pk, _)| pk.starts_with("LISTED#TERM#"))
            .map(|(_, sk)| {
                let parts: Vec<_> = sk.split('#').collect();
                format!("{} {}", parts[0], parts[parts.len() - 1])
            })
            .collect();
        terms.sort();
        terms
    }

    pub(crate) async fn put_key(&self, pk: &str, sk: &str) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let put = self.table.client.put_item().table_name(TABLE).item("PK", text(pk)).item("SK", text(sk));
        put.send().await.unwrap();
    }

    pub(crate) async fn delete_key(&self, pk: &str, sk: &str) {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let delete = self.table.client.delete_item().table_name(TABLE).key("PK", text(pk)).key("SK", text(sk));
        delete.send().await.unwrap();
    }
}
