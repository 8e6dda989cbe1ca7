//! Messages about contracts of several keys: one for all keys, except about what happens to one of them.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::{ContractDraft, EventKind, Instant, KeyFacts, KeyState, MessageKind, Notify, Occasion};
use serde_json::Value;
use store::{Claim, DUE_SHARDS, Due, Expected, PageRequest, Record, SendResult};
use testkit::{TestTable, at, by_email, follower, of_everything};

use super::scene::{PIN, contract_id, device, draft, id, keys, lobby_and_garage, metadata_at, to_keys};

use MessageKind::{
    ContractCancelled, ContractCreated, ContractUpdated, EndReminder, KeyFetched, KeyNotReturned, KeyReturned,
    StartReminder,
};

const HOUR: i64 = 3_600;

/// What a message says: its kind, and the keys and automats that it names.
type Said = (MessageKind, Vec<(String, String)>);

fn said(kind: MessageKind, of: &[(&str, &str)]) -> Said {
    (kind, of.iter().map(|(key, automat)| ((*key).to_owned(), (*automat).to_owned())).collect())
}

fn about_both(kind: MessageKind) -> Said {
    said(kind, &[("A", "lobby"), ("C", "garage")])
}

struct Stage {
    table: TestTable,
    read: AtomicUsize,
}

impl Stage {
    /// The contract `one` of the keys `A` and `C`, with a contact who wants every message.
    async fn booked(start: i64, end: i64) -> Self {
        let stage = Self { table: lobby_and_garage().await, read: AtomicUsize::new(0) };
        let contacts = vec![of_everything(by_email("aino@example.fi"))];
        let draft = ContractDraft { contacts, ..draft("one", &["A", "C"], start, end) };
        stage.table.store.create_contract(draft, &metadata_at(0)).await.unwrap();
        stage
    }

    async fn news(&self, now: Instant) -> Vec<Value> {
        let records = self.table.records(now).await;
        let read = self.read.swap(records.len(), Ordering::Relaxed);
        records.into_iter().skip(read).collect()
    }

    async fn handle(&self, record: &Value, now: Instant) -> Vec<Claim> {
        let store = &self.table.store;
        match store.read_record(record).unwrap() {
            Record::Contract(record) => store.notify_of_contract(&record, now).await.unwrap(),
            Record::Event(record) => store.notify_of_event(&record, now).await.unwrap(),
            Record::Resend(message) => store.claim(&message, now).await.unwrap().into_iter().collect(),
            Record::Other => Vec::new(),
        }
    }

    /// Handles everything that was written since the last call, twice, and everything that is due. Returns what was
    /// sent.
    async fn run(&self, seconds: i64) -> Vec<Said> {
        let now = at(seconds);
        let mut sent = Vec::new();
        loop {
            let mut claims = self.tick(now).await;
            let news = self.news(now).await;
            for record in news.iter().chain(&news) {
                claims.extend(self.handle(record, now).await);
            }
            if news.is_empty() && claims.is_empty() {
                return sent;
            }
            for claim in claims {
                let of = |facts: &KeyFacts| (facts.key.as_str().to_owned(), facts.automat.name.as_str().to_owned());
                sent.push((claim.message.occasion.kind(), claim.message.facts.keys.iter().map(of).collect()));
                self.table.store.settle(claim, SendResult::Sent("p".to_owned()), now).await.unwrap();
            }
        }
    }

    async fn tick(&self, now: Instant) -> Vec<Claim> {
        let store = &self.table.store;
        let mut claims = Vec::new();
        for shard in 0..DUE_SHARDS {
            for due in store.due(shard, now, 100).await.unwrap() {
                match due {
                    Due::Message(message) => claims.extend(store.claim(&message, now).await.unwrap()),
                    Due::Reminder(reminder) => claims.extend(store.remind(&reminder, now).await.unwrap()),
                    Due::Announcements(held) => claims.extend(store.announce_held(&held, now).await.unwrap()),
                    Due::ZoneChanged { automat } => store.notify_of_time_zone(&automat, now).await.unwrap(),
                    Due::OpenDoor { automat, locker } => {
                        store.check_open_door(&automat, locker, now).await.unwrap();
                    }
                }
            }
        }
        claims
    }

    async fn listed(&self) -> Vec<MessageKind> {
        let page = PageRequest { limit: 100, after: None };
        let mut messages = self.table.store.messages(&contract_id("one"), &page).await.unwrap().data;
        messages.reverse();
        messages.into_iter().map(|record| record.kind).collect()
    }

    async fn events(&self, key: &str, kind: &EventKind) -> usize {
        let page = PageRequest { limit: 100, after: None };
        let events = self.table.store.key_events(&id(key), &page).await.unwrap().data;
        events.iter().filter(|event| event.kind == *kind).count()
    }
}

#[tokio::test]
async fn a_contract_of_two_keys_is_one_message_and_has_its_reminders_once() {
    let stage = Stage::booked(48 * HOUR, 96 * HOUR).await;
    assert_eq!(stage.run(0).await, [about_both(ContractCreated)]);
    assert_eq!(stage.run(24 * HOUR).await, [about_both(StartReminder)]);
    assert_eq!(stage.run(94 * HOUR).await, [about_both(EndReminder)]);
    assert_eq!(stage.run(97 * HOUR).await, [], "both keys are in their lockers");
    assert_eq!(stage.listed().await, [ContractCreated, StartReminder, EndReminder]);
}

#[tokio::test]
async fn what_happens_to_one_key_is_a_message_about_that_key() {
    let stage = Stage::booked(0, HOUR).await;
    assert_eq!(stage.run(0).await, [about_both(ContractCreated)]);
    let (lobby, garage) = (device(&stage.table, "lobby"), device(&stage.table, "garage"));
    lobby.fetch(0, PIN, 100).await;
    garage.fetch(0, PIN, 110).await;
    // Both within the two minutes in which the same key is announced only once.
    assert_eq!(stage.run(111).await, [said(KeyFetched, &[("A", "lobby")]), said(KeyFetched, &[("C", "garage")])]);
    lobby.give_back(0, 400).await;
    assert_eq!(stage.run(401).await, [said(KeyReturned, &[("A", "lobby")])]);
    assert_eq!(stage.listed().await, [ContractCreated, KeyFetched, KeyFetched, KeyReturned]);
}

#[tokio::test]
async fn each_key_that_is_not_back_is_a_message_and_an_event_of_its_own() {
    for out in [&[][..], &["A"], &["C"], &["A", "C"]] {
        let stage = Stage::booked(0, HOUR).await;
        for (key, automat) in [("A", "lobby"), ("C", "garage")] {
            let device = device(&stage.table, automat);
            device.fetch(0, PIN, 100).await;
            if !out.contains(&key) {
                device.give_back(0, 400).await;
            }
        }
        stage.run(500).await;
        assert_eq!(stage.run(HOUR + 800).await, [], "{out:?}: not yet");
        let sent = stage.run(HOUR + 960).await;
        let automat_of = |key: &str| if key == "A" { "lobby" } else { "garage" };
        let expected: Vec<_> = out.iter().map(|key| said(KeyNotReturned, &[(key, automat_of(key))])).collect();
        assert_eq!(sent, expected, "{out:?}");
        assert_eq!(stage.run(HOUR + 2_000).await, [], "{out:?}: once");
        for key in ["A", "C"] {
            let events = stage.events(key, &EventKind::KeyNotReturned).await;
            assert_eq!(events, usize::from(out.contains(&key)), "{out:?}: {key}");
        }
    }
}

/// A function that dies while it writes the events of the keys that are not back.
#[tokio::test]
async fn an_interrupted_check_for_keys_records_each_once() {
    for requests in 0.. {
        let stage = Stage::booked(0, HOUR).await;
        for automat in ["lobby", "garage"] {
            device(&stage.table, automat).fetch(0, PIN, 100).await;
        }
        stage.run(500).await;
        let now = at(HOUR + 960);
        let mut due = Vec::new();
        for shard in 0..DUE_SHARDS {
            due.extend(stage.table.store.due(shard, now, 100).await.unwrap());
        }
        let reminder =
            due.into_iter().find_map(|due| if let Due::Reminder(reminder) = due { Some(reminder) } else { None });
        stage.table.wire.cut_after(requests);
        let cut = stage.table.store.remind(&reminder.unwrap(), now).await;
        stage.table.wire.repair();
        let sent = stage.run(HOUR + 970).await;
        let expected = [said(KeyNotReturned, &[("A", "lobby")]), said(KeyNotReturned, &[("C", "garage")])];
        assert_eq!(sent, expected, "cut after {requests}");
        for key in ["A", "C"] {
            assert_eq!(stage.events(key, &EventKind::KeyNotReturned).await, 1, "cut after {requests}: {key}");
        }
        if cut.is_ok() {
            break;
        }
    }
}

#[tokio::test]
async fn a_key_fetched_during_the_check_is_recorded_or_not_but_never_lost() {
    let stage = Stage::booked(0, HOUR).await;
    for automat in ["lobby", "garage"] {
        device(&stage.table, automat).fetch(0, PIN, 100).await;
    }
    stage.run(500).await;
    let mut held = stage.table.wire.hold("TransactWriteItems");
    let (store, wire) = stage.table.another_store();
    let ((), sent) = tokio::join!(
        async {
            held.arrived().await;
            // One of the keys comes back between the check's reads and its writes.
            wire.repair();
            super::scene::Device { store: &store, automat: "garage" }.give_back(0, HOUR + 950).await;
            held.release();
        },
        stage.run(HOUR + 960)
    );
    assert!(sent.contains(&said(KeyNotReturned, &[("A", "lobby")])), "{sent:?}");
    assert!(!sent.contains(&said(KeyNotReturned, &[("C", "garage")])), "{sent:?}");
    assert_eq!(stage.events("C", &EventKind::KeyNotReturned).await, 0);
}

#[tokio::test]
async fn contacts_are_notified_of_keys_that_are_added_and_taken_off() {
    let stage = Stage::booked(48 * HOUR, 96 * HOUR).await;
    stage.run(0).await;
    let one = contract_id("one");
    let edit = async |names: &[&str], seconds| {
        let change = to_keys(names);
        stage.table.store.edit_contract(&one, change, false, Expected::Any, &metadata_at(seconds)).await.unwrap();
        stage.run(seconds).await
    };
    let all = [("A", "lobby"), ("B", "lobby"), ("C", "garage")];
    assert_eq!(edit(&["A", "B", "C"], 10).await, [said(ContractUpdated, &all)]);
    assert_eq!(edit(&["C"], 20).await, [said(ContractUpdated, &all[2..])]);
    assert_eq!(stage.run(24 * HOUR).await, [said(StartReminder, &all[2..])], "the reminder is about the keys of now");
}

#[tokio::test]
async fn a_removed_key_is_an_update_and_the_last_one_a_cancellation() {
    let stage = Stage::booked(48 * HOUR, 96 * HOUR).await;
    stage.run(0).await;
    stage.table.store.remove_key(&id("A"), false, Expected::Any, &metadata_at(10)).await.unwrap();
    assert_eq!(stage.run(10).await, [said(ContractUpdated, &[("C", "garage")])]);
    assert_eq!(stage.table.store.contract(&contract_id("one")).await.unwrap().keys, keys(&["C"]));
    stage.table.store.remove_key(&id("C"), false, Expected::Any, &metadata_at(20)).await.unwrap();
    assert_eq!(stage.run(20).await, [said(ContractCancelled, &[("C", "garage")])], "with what it had last");
    assert_eq!(stage.run(24 * HOUR).await, [], "its reminders are gone");
    assert_eq!(stage.listed().await, [ContractCreated, ContractUpdated, ContractCancelled]);
}

/// Notified once, wherever the removal was interrupted.
#[tokio::test]
async fn an_interrupted_removal_of_a_key_is_one_update() {
    for requests in 0.. {
        let stage = Stage::booked(48 * HOUR, 96 * HOUR).await;
        stage.run(0).await;
        stage.table.wire.cut_after(requests);
        let cut = stage.table.store.remove_key(&id("A"), false, Expected::Any, &metadata_at(10)).await;
        stage.table.wire.repair();
        let mut sent = stage.run(11).await;
        _ = stage.table.store.remove_key(&id("A"), false, Expected::Any, &metadata_at(12)).await;
        sent.extend(stage.run(12).await);
        assert_eq!(sent, [said(ContractUpdated, &[("C", "garage")])], "cut after {requests}");
        if cut.is_ok() {
            break;
        }
    }
}

#[tokio::test]
async fn a_message_about_keys_that_changed_meanwhile_is_superseded() {
    let stage = Stage::booked(48 * HOUR, 96 * HOUR).await;
    let news = stage.news(at(0)).await;
    stage.table.store.remove_key(&id("A"), false, Expected::Any, &metadata_at(10)).await.unwrap();
    for record in &news {
        assert!(stage.handle(record, at(20)).await.is_empty(), "both keys are no longer true");
    }
    assert_eq!(stage.run(20).await, [said(ContractUpdated, &[("C", "garage")])]);
}

/// Contacts see local times of the first key's automat; a change of zone there or elsewhere makes a message untrue.
#[tokio::test]
async fn a_change_of_zone_in_one_automat_is_one_message() {
    let stage = Stage::booked(48 * HOUR, 96 * HOUR).await;
    stage.run(0).await;
    for (n, automat) in ["garage", "lobby"].into_iter().enumerate() {
        let zone = domain::TimeZone::parse("America/New_York").unwrap();
        let change = domain::AutomatChange { time_zone: Some(zone), ..domain::AutomatChange::default() };
        let seconds = 100 * (1 + i64::try_from(n).unwrap());
        let (automat, now) = (super::scene::automat_id(automat), metadata_at(seconds));
        stage.table.store.edit_automat(&automat, change, true, Expected::Any, &now).await.unwrap();
        assert_eq!(stage.run(seconds + 50).await, [about_both(Occasion::ZoneChanged.kind())], "{automat}");
    }
}

#[tokio::test]
async fn a_follower_is_notified_of_each_key() {
    let table = lobby_and_garage().await;
    let contacts = vec![follower(by_email("aino@example.fi")), follower(by_email("eino@example.fi"))];
    let draft = ContractDraft { contacts, ..draft("one", &["A", "C"], 0, HOUR) };
    table.store.create_contract(draft, &metadata_at(0)).await.unwrap();
    let stage = Stage { table, read: AtomicUsize::new(0) };
    assert_eq!(stage.run(0).await.len(), 2, "one message each");
    device(&stage.table, "lobby").fetch(0, PIN, 100).await;
    assert_eq!(stage.run(101).await, vec![said(KeyFetched, &[("A", "lobby")]); 2]);
}

/// Also when the removal is interrupted and another call goes on, which does not know that it is quiet.
#[tokio::test]
async fn a_key_taken_off_quietly_notifies_nobody() {
    for requests in 0.. {
        let stage = Stage::booked(48 * HOUR, 96 * HOUR).await;
        stage.run(0).await;
        let metadata = metadata_at(10).notifying(Notify::Nobody);
        stage.table.wire.cut_after(requests);
        let cut = stage.table.store.remove_key(&id("A"), false, Expected::Any, &metadata).await;
        stage.table.wire.repair();
        let is_marked = stage.table.store.key(&id("A")).await.is_ok_and(|key| key.state == KeyState::Removing);
        if is_marked {
            stage.table.store.remove_key(&id("A"), false, Expected::Any, &metadata_at(11)).await.unwrap();
        }
        if cut.is_ok() || is_marked {
            assert_eq!(stage.run(12).await, [], "after {requests} requests");
            assert_eq!(stage.table.store.contract(&contract_id("one")).await.unwrap().keys, keys(&["C"]));
        }
        if cut.is_ok() {
            return;
        }
    }
}
