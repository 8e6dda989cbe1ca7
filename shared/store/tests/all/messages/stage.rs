//! The automat `lobby` with the key `A`, and the handling of the stream and of what is due.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::{
    CodeKind, Contact, ContractChange, ContractDraft, ContractId, Instant, KeyId, Language, MessageKind, MessageRecord,
    MessageState, Name,
};
use serde_json::Value;
use store::{Claim, DUE_SHARDS, Due, Error, Expected, PageRequest, Record, RequestMetadata, SendResult, Store};
use testkit::{
    TestTable, at, automat, by_email, by_sms, contract, entry, follower, key, locker_reports, metadata, pin,
};

pub(crate) const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 24 * HOUR;

pub(crate) struct Stage {
    pub(crate) table: TestTable,
    /// How many records of the stream have been read.
    read: AtomicUsize,
}

pub(crate) fn a() -> KeyId {
    KeyId::parse("A").unwrap()
}

pub(crate) fn bk1() -> ContractId {
    ContractId::parse("BK-1").unwrap()
}

/// A contact by email in Finnish who wants reminders and the messages about the key.
pub(crate) fn email(address: &str) -> Contact {
    Contact { language: Language::Finnish, ..follower(by_email(address)) }
}

/// The same by SMS.
pub(crate) fn sms(number: &str) -> Contact {
    Contact { language: Language::Finnish, ..follower(by_sms(number)) }
}

/// The contract `BK-1` between two seconds; Aino is notified by email.
pub(crate) fn draft(start: i64, end: i64) -> ContractDraft {
    let contacts = vec![email("aino@example.fi")];
    ContractDraft { id: Some(bk1()), pin: Some(pin("482915")), contacts, ..contract(&a(), start, end) }
}

pub(crate) fn named(person: &str) -> ContractChange {
    ContractChange { person: Some(Name::parse(person).unwrap()), ..ContractChange::default() }
}

pub(crate) fn metadata_at(seconds: i64) -> RequestMetadata {
    RequestMetadata { now: at(seconds), ..metadata() }
}

pub(crate) fn sent(id: &str) -> SendResult {
    SendResult::Sent(id.to_owned())
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let table = TestTable::new().await;
        table.store.create_automat(automat("lobby", 3), &metadata()).await.unwrap();
        table.store.create_key(key("A"), &metadata()).await.unwrap();
        Self { table, read: AtomicUsize::new(0) }
    }

    /// With the contract `BK-1` from an hour on, for a day; its contacts are notified and the messages settled.
    pub(crate) async fn booked() -> Self {
        let stage = Self::new().await;
        stage.book(draft(HOUR, 25 * HOUR)).await;
        stage.notify_and_send(at(0)).await;
        stage
    }

    pub(crate) fn store(&self) -> &Store {
        &self.table.store
    }

    pub(crate) async fn book(&self, draft: ContractDraft) {
        self.store().create_contract(draft, &metadata()).await.unwrap();
    }

    pub(crate) async fn edit(&self, change: ContractChange, seconds: i64) {
        self.store().edit_contract(&bk1(), change, false, Expected::Any, &metadata_at(seconds)).await.unwrap();
    }

    pub(crate) async fn end(&self, seconds: i64) {
        self.store().end_contract(&bk1(), Expected::Any, &metadata_at(seconds)).await.unwrap();
    }

    pub(crate) async fn remove(&self, seconds: i64) {
        self.store().remove_contract(&bk1(), true, Expected::Any, &metadata_at(seconds)).await.unwrap();
    }

    /// The key is reported inside, then fetched with the PIN of `BK-1`.
    pub(crate) async fn fetch(&self, seconds: i64) {
        let lobby = domain::AutomatId::parse("lobby").unwrap();
        let seen = locker_reports(seconds.unsigned_abs() - 1, &[(0, true, None)]);
        self.store().record_locker_reports(&lobby, seen, at(seconds - 1)).await.unwrap();
        let typed = entry(self.store(), "e1", CodeKind::Pin, "482915", at(seconds), &[0]);
        self.store().keypad_entry(&lobby, typed, at(seconds)).await.unwrap();
        let taken = locker_reports(seconds.unsigned_abs(), &[(0, false, Some("e1"))]);
        self.store().record_locker_reports(&lobby, taken, at(seconds)).await.unwrap();
    }

    pub(crate) async fn give_back(&self, seconds: i64) {
        let lobby = domain::AutomatId::parse("lobby").unwrap();
        let back = locker_reports(seconds.unsigned_abs(), &[(0, true, None)]);
        self.store().record_locker_reports(&lobby, back, at(seconds)).await.unwrap();
    }

    /// The records written since the last call, as if written at that moment.
    pub(crate) async fn news(&self, written: Instant) -> Vec<Value> {
        let records = self.table.records(written).await;
        let read = self.read.swap(records.len(), Ordering::Relaxed);
        records.into_iter().skip(read).collect()
    }

    /// The same, but only about contracts.
    pub(crate) async fn contract_news(&self, written: Instant) -> Vec<Value> {
        let mut news = self.news(written).await;
        news.retain(|record| record["dynamodb"]["Keys"]["SK"]["S"] == "CONTRACT");
        news
    }

    /// Handles the records written since the last call.
    pub(crate) async fn notify(&self, now: Instant) -> Vec<Claim> {
        let mut claims = Vec::new();
        for record in self.news(now).await {
            claims.extend(notify(self.store(), &record, now).await.unwrap());
        }
        claims
    }

    /// The same, and sends everything.
    pub(crate) async fn notify_and_send(&self, now: Instant) -> Vec<MessageKind> {
        let claims = self.notify(now).await;
        self.send(claims, now).await
    }

    /// Settles claims as sent.
    pub(crate) async fn send(&self, claims: Vec<Claim>, now: Instant) -> Vec<MessageKind> {
        let kinds = claims.iter().map(|claim| claim.message.occasion.kind()).collect();
        for claim in claims {
            self.store().settle(claim, sent("p"), now).await.unwrap();
        }
        kinds
    }

    pub(crate) async fn due(&self, now: Instant) -> Vec<Due> {
        let mut due = Vec::new();
        for shard in 0..DUE_SHARDS {
            due.extend(self.store().due(shard, now, 100).await.unwrap());
        }
        due
    }

    /// Handles what is due, as the tick does each minute.
    pub(crate) async fn tick(&self, now: Instant) -> Vec<Claim> {
        let mut claims = Vec::new();
        for due in self.due(now).await {
            match due {
                Due::Message(message) => claims.extend(self.store().claim(&message, now).await.unwrap()),
                Due::Reminder(reminder) => claims.extend(self.store().remind(&reminder, now).await.unwrap()),
                Due::Announcements(held) => claims.extend(self.store().announce_held(&held, now).await.unwrap()),
                Due::ZoneChanged { automat } => self.store().notify_of_time_zone(&automat, now).await.unwrap(),
                Due::OpenDoor { automat, locker } => {
                    self.store().check_open_door(&automat, locker, now).await.unwrap();
                }
            }
        }
        claims
    }

    /// The messages about `BK-1`, oldest first.
    pub(crate) async fn messages(&self) -> Vec<MessageRecord> {
        let page = PageRequest { limit: 100, after: None };
        let mut messages = self.store().messages(&bk1(), &page).await.unwrap().data;
        messages.reverse();
        messages
    }

    pub(crate) async fn kinds(&self) -> Vec<MessageKind> {
        self.messages().await.into_iter().map(|record| record.kind).collect()
    }

    /// The only message about `BK-1`.
    pub(crate) async fn message(&self) -> MessageRecord {
        let messages = self.messages().await;
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages.into_iter().next().unwrap()
    }

    pub(crate) async fn message_of(&self, id: &domain::MessageId) -> MessageRecord {
        self.messages().await.into_iter().find(|record| record.id == *id).unwrap()
    }

    /// The reminders that are set, each with its time in seconds from the tests' present.
    pub(crate) async fn reminders(&self) -> Vec<(String, i64)> {
        let mut pages = self.table.client.scan().table_name(testkit::TABLE).into_paginator().items().send();
        let mut reminders = Vec::new();
        while let Some(item) = pages.next().await {
            let item = item.unwrap();
            if let Some(reminder) = item["SK"].as_s().unwrap().strip_prefix("REMINDER#") {
                let (_incarnation, which) = reminder.split_once('#').unwrap();
                let due: i64 = item["dueAt"].as_n().unwrap().parse().unwrap();
                reminders.push((which.to_owned(), (due - at(0).millis()) / 1_000));
            }
        }
        reminders.sort();
        reminders
    }
}

/// Handles one record of the stream.
pub(crate) async fn notify(store: &Store, record: &Value, now: Instant) -> Result<Vec<Claim>, Error> {
    match store.read_record(record)? {
        Record::Contract(record) => store.notify_of_contract(&record, now).await,
        Record::Event(record) => store.notify_of_event(&record, now).await,
        Record::Resend(message) => Ok(store.claim(&message, now).await?.into_iter().collect()),
        Record::Other => Ok(Vec::new()),
    }
}

pub(crate) fn is_sent(record: &MessageRecord) -> bool {
    matches!(record.state, MessageState::Sent { .. })
}

pub(crate) fn is_superseded(record: &MessageRecord) -> bool {
    matches!(record.state, MessageState::Superseded { .. })
}
