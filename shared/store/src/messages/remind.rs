//! Reminders that are due, compared with the current contract.

use domain::{Event, EventKind, Instant, Reminder, Subject};

use super::message_id::Occurrence;
use super::snapshot::Snapshot;
use super::{Claim, DueReminder};
use crate::expression::is;
use crate::items::{ItemKey, KeyItem, Millis, StoredContract, StoredKey, StoredReminder, read, text};
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{Error, RequestMetadata, Store};

impl Store {
    /// Claims the messages of a due reminder, once, and only if it still fits the contract. For a key that is not
    /// back it writes the event `key-not-returned`, whose record notifies the contacts.
    pub async fn remind(&self, reminder: &DueReminder, now: Instant) -> Result<Vec<Claim>, Error> {
        let Some(stored) = self.reminder(&reminder.item_key).await? else { return Ok(Vec::new()) };
        if stored.due_at.0 > now {
            return Ok(Vec::new());
        }
        let snapshot = self.snapshot(&stored.key, &stored.contract, &stored.incarnation).await?;
        let Some((contract, due)) = snapshot.fitting(stored.which) else {
            self.drop_reminder(&stored).await?;
            return Ok(Vec::new());
        };
        if due > now {
            let moved = StoredReminder { due_at: Millis(due), rev: contract.rev, ..stored.clone() };
            self.update(reminder.item_key.clone(), moved.set(), stored.unchanged()).await?;
            return Ok(Vec::new());
        }
        if stored.which == Reminder::Return {
            self.look_for_key(stored, due, now).await?;
            return Ok(Vec::new());
        }
        let notices = stored.which.notices(&contract.contract);
        let facts = self.facts_of(contract, snapshot.key.as_ref()).await?;
        let claims = self.write_down(stored.occurrence(due), notices, &facts, now).await?;
        // Deleted last: after an interruption everything is done again under the same ids.
        self.drop_reminder(&stored).await?;
        Ok(claims)
    }

    async fn reminder(&self, item_key: &ItemKey) -> Result<Option<StoredReminder>, Error> {
        self.get(item_key).await?.map(read::<StoredReminder>).transpose()
    }

    async fn drop_reminder(&self, stored: &StoredReminder) -> Result<(), Error> {
        self.delete(stored.item_key(), stored.unchanged()).await?;
        Ok(())
    }

    /// Records that the key is still out with the contract, if it is. In any case the check is done.
    async fn look_for_key(&self, reminder: StoredReminder, due: Instant, now: Instant) -> Result<(), Error> {
        retry!(self, {
            let snapshot = self.snapshot(&reminder.key, &reminder.contract, &reminder.incarnation).await?;
            let Some(key) = snapshot.key.filter(|stored| stored.key.whereabouts.holder() == Some(&reminder.contract))
            else {
                return Ok(self.drop_reminder(&reminder).await?);
            };
            match self.build_absence_record(&key, &reminder, due, now)?.try_commit(self).await? {
                Ok(()) => Ok(()),
                // Recorded before; the reminder was set again by a record delivered twice.
                Err(refused) if refused.has(Part::Event) => Ok(self.drop_reminder(&reminder).await?),
                Err(refused) if refused.has(Part::Reminder) => Ok(()),
                Err(_) => Err(NotDone::Again),
            }
        })
    }

    /// Records that the key is not back, on condition that it is still out, and drops the reminder.
    fn build_absence_record(
        &self,
        stored: &StoredKey,
        reminder: &StoredReminder,
        due: Instant,
        now: Instant,
    ) -> Result<Transaction, Error> {
        let StoredKey { key, incarnation, .. } = stored;
        let (subject, metadata) =
            (Subject::of_key(key, Some(&reminder.contract)), RequestMetadata::of_automat(&key.automat, now));
        // The same id for every check, so that it is recorded once.
        let id = reminder.occurrence(due).event_id();
        let event = Event { id, ..self.event(EventKind::KeyNotReturned, subject, &metadata)? };
        let still_out = KeyItem::out_with(&reminder.contract, true).and(is("incarnation", text(incarnation)));
        let mut transaction = Transaction::default();
        transaction.check(Part::Key, KeyItem::key(&key.id), still_out);
        transaction.delete(Part::Reminder, reminder.item_key(), reminder.unchanged());
        transaction.event(self, &event, Some(incarnation))?;
        Ok(transaction)
    }
}

impl Snapshot {
    /// The contract and the due time, if the current contract still has this reminder.
    fn fitting(&self, which: Reminder) -> Option<(&StoredContract, Instant)> {
        let stored = self.contract.as_ref()?;
        let due = which.due(&stored.contract, stored.contract.updated_at)?;
        Some((stored, due))
    }
}

impl StoredReminder {
    fn occurrence(&self, due: Instant) -> Occurrence<'_> {
        let identity = self.which.into();
        Occurrence { incarnation: &self.incarnation, contract: &self.contract, identity, at: due }
    }
}
