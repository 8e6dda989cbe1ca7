//! Notifying: storing every message of an occasion, claimed by whoever writes it.

use domain::{Cause, Facts, Instant, KeyState, Message, Notice, Occasion, Reminder};
use futures_util::future::try_join_all;

use super::message_id::Occurrence;
use super::snapshot::Snapshot;
use super::{Change, Claim, ContractRecord, EventRecord, LEASE_MILLIS};
use crate::expression::absent;
use crate::items::{MessageItem, Millis, QuietRemoval, SendStatus, State, StoredKey, StoredMessage, StoredReminder};
use crate::{Error, Store};

impl Store {
    /// Stores the messages that a contract's record calls for, and sets the contract's reminders. Returns the
    /// messages that the caller is to send: those that were not stored before.
    pub async fn notify_of_contract(&self, record: &ContractRecord, now: Instant) -> Result<Vec<Claim>, Error> {
        let last = record.last();
        let snapshot = self.snapshot(&last.contract.id, &last.incarnation).await?;
        let claims = self.notify_of_change(record, &snapshot, now).await?;
        self.set_reminders(record, &snapshot).await?;
        Ok(claims)
    }

    async fn notify_of_change(
        &self,
        record: &ContractRecord,
        snapshot: &Snapshot,
        now: Instant,
    ) -> Result<Vec<Claim>, Error> {
        let (notices, last) = (record.notices(), record.last());
        if notices.is_empty() || self.is_quiet(record).await? {
            return Ok(Vec::new());
        }
        let keys = if snapshot.keys.is_empty() { self.keys_of(last).await? } else { snapshot.keys.clone() };
        let facts = self.facts_of(last, &keys, None).await?;
        let time_zones: Vec<_> = facts.keys.iter().map(|facts| facts.automat.time_zone).collect();
        let (identity, at) = match &record.change {
            Change::Made(after) | Change::Edited { after, .. } => (after.rev.to_string(), after.contract.updated_at),
            // The stream's clock may count in seconds, but a contract is never removed before it was last written.
            Change::Removed(before) => {
                (format!("{} removed", before.rev), record.at.max(before.contract.updated_at.plus_millis(1)))
            }
        };
        let occurrence = Occurrence { incarnation: &last.incarnation, identity: &identity, at };
        let is_superseded = |notice: &Notice| {
            let Notice { occasion, recipient } = notice.clone();
            Message { occasion, recipient, facts: facts.clone() }.is_superseded(snapshot.contract(), &time_zones)
        };
        let (overtaken, notices) = notices.into_iter().partition(is_superseded);
        self.write_off(occurrence, overtaken, &facts, now).await?;
        self.write_down(occurrence, notices, &facts, now).await
    }

    /// Whether the change notifies nobody.
    async fn is_quiet(&self, record: &ContractRecord) -> Result<bool, Error> {
        match &record.change {
            Change::Made(after) | Change::Edited { after, .. } => Ok(after.is_quiet()),
            Change::Removed(before) => {
                let mark = QuietRemoval::key(&before.contract.id, &before.incarnation);
                Ok(self.get(&mark).await?.is_some())
            }
        }
    }

    /// The same for an event, if contacts get messages about events of its kind.
    pub async fn notify_of_event(&self, record: &EventRecord, now: Instant) -> Result<Vec<Claim>, Error> {
        let EventRecord { event, incarnation, .. } = record;
        let (Some(occasion), Some(of_key), Some(key), Some(contract)) = (
            Occasion::of_event(&event.kind, event.happened_at()),
            incarnation,
            &event.subject.key,
            &event.subject.contract,
        ) else {
            return Ok(Vec::new());
        };
        let Some(stored) = self.find_contract_on(key, of_key, contract).await? else { return Ok(Vec::new()) };
        let keys = self.keys_of(&stored).await?;
        let is_active = |stored: &StoredKey| stored.key.id == *key && stored.key.state == KeyState::Active;
        if !keys.iter().any(is_active) {
            return Ok(Vec::new());
        }
        let incarnation = &stored.incarnation;
        let notices = Notice::to_all(&stored.contract, &occasion);
        if notices.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(movement) = occasion.movement() {
            let cause = Cause { event: event.id.clone(), at: event.at };
            if !self.is_announced((contract, incarnation, key), movement, cause, now).await? {
                return Ok(Vec::new());
            }
        }
        let facts = self.facts_of(&stored, &keys, Some(key)).await?;
        let occurrence = Occurrence { incarnation, identity: &event.id, at: event.at };
        self.write_down(occurrence, notices, &facts, now).await
    }

    /// Stores messages as being sent and claims those that are new. A message that is too late to be useful is stored
    /// as such.
    pub(super) async fn write_down(
        &self,
        occurrence: Occurrence<'_>,
        notices: Vec<Notice>,
        facts: &Facts,
        now: Instant,
    ) -> Result<Vec<Claim>, Error> {
        let mut messages = Vec::new();
        for notice in notices {
            let mut message = message(occurrence, notice, facts, now)?;
            if message.useful_until() > now {
                let due = Some(Millis(now.plus_millis(LEASE_MILLIS)));
                message.status = SendStatus { state: State::Sending, attempts: 1, due, ..message.status };
            } else {
                message.status.state = State::Failed;
            }
            messages.push(message);
        }
        let written = self.put_messages(messages).await?;
        Ok(written.into_iter().filter(|message| message.status.state == State::Sending).map(Claim::on).collect())
    }

    /// Stores messages that were outdated before they could be sent, so that their history is complete.
    async fn write_off(
        &self,
        occurrence: Occurrence<'_>,
        notices: Vec<Notice>,
        facts: &Facts,
        now: Instant,
    ) -> Result<(), Error> {
        let messages = notices.into_iter().map(|notice| message(occurrence, notice, facts, now));
        self.put_messages(messages.collect::<Result<_, _>>()?).await?;
        Ok(())
    }

    /// Puts messages. Returns those that did not exist before.
    pub(super) async fn put_messages(&self, messages: Vec<StoredMessage>) -> Result<Vec<StoredMessage>, Error> {
        let puts = messages.into_iter().map(|message| async move {
            let item = MessageItem::write(&message, self)?;
            Ok::<_, Error>(self.put(item, absent()).await?.then_some(message))
        });
        Ok(try_join_all(puts).await?.into_iter().flatten().collect())
    }

    /// Sets the reminders of the current contract, and drops those that it had before the record and no longer has.
    async fn set_reminders(&self, record: &ContractRecord, snapshot: &Snapshot) -> Result<(), Error> {
        let last = record.last();
        for &which in Reminder::ALL {
            let set = snapshot.contract.as_ref().and_then(|stored| {
                let since = record.at.max(stored.contract.updated_at);
                which.due(&stored.contract, since).map(|due| (stored.rev, due))
            });
            let item_key = StoredReminder::key(&last.contract.id, &last.incarnation, which);
            if let Some((rev, due)) = set {
                let reminder = StoredReminder {
                    which,
                    contract: last.contract.id.clone(),
                    incarnation: last.incarnation.clone(),
                    rev,
                    due_at: Millis(due),
                };
                self.update(item_key, reminder.set(), StoredReminder::not_set_after(rev)).await?;
            } else if record.had(which) {
                let rev = snapshot.contract.as_ref().map_or(last.rev, |stored| stored.rev);
                self.delete(item_key, StoredReminder::not_set_after(rev)).await?;
            }
        }
        Ok(())
    }
}

impl ContractRecord {
    fn notices(&self) -> Vec<Notice> {
        match &self.change {
            Change::Made(after) => Notice::of_creation(&after.contract),
            Change::Edited { before, after } if after.notified_zones != before.notified_zones => {
                Notice::of_zone(&after.contract, self.at)
            }
            Change::Edited { before, after } => Notice::of_edit(&before.contract, &after.contract, self.at),
            // The stream's clock may count in seconds. A contract that ends within this second may have been removed
            // after its end, as an erasure does, and that must notify nobody.
            Change::Removed(before) => Notice::of_removal(&before.contract, self.at.plus_millis(999)),
        }
    }

    /// Whether a reminder may exist that was set for the contract before the write.
    fn had(&self, which: Reminder) -> bool {
        self.before().is_some_and(|stored| which.due(&stored.contract, Instant::EPOCH).is_some())
    }
}

impl Claim {
    /// A claim on a message that was just stored.
    pub(super) fn on(stored: StoredMessage) -> Self {
        Self {
            item_key: stored.item_key(),
            attempt: stored.status.attempts,
            useful_until: stored.useful_until(),
            id: stored.id,
            incarnation: stored.incarnation,
            message: stored.message,
        }
    }
}

/// A message that nobody will send.
pub(super) fn message(
    occurrence: Occurrence<'_>,
    notice: Notice,
    facts: &Facts,
    now: Instant,
) -> Result<StoredMessage, Error> {
    let Notice { occasion, recipient } = notice;
    Ok(StoredMessage {
        id: occurrence.message_id(occasion.kind(), &recipient.address)?,
        incarnation: occurrence.incarnation.to_owned(),
        message: Message { occasion, recipient, facts: facts.clone() },
        status: SendStatus {
            state: State::Superseded,
            since: now,
            due: None,
            provider_id: None,
            attempts: 0,
            failure: None,
            possibly_duplicate: false,
            asked_at: now,
            created_at: now,
            updated_at: now,
        },
    })
}
