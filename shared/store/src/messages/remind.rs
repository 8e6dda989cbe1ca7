//! Reminders that are due, compared with the current contract.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use domain::{AutomatId, Event, EventKind, Instant, Presence, Reminder, Subject};

use super::message_id::Occurrence;
use super::snapshot::Snapshot;
use super::{Claim, DueReminder};
use crate::expression::is;
use crate::items::{
    AutomatItem, EventItem, ItemKey, KeyItem, Millis, StoredAutomat, StoredContract, StoredKey, StoredReminder, read,
    text,
};
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
        let snapshot = self.snapshot(&stored.contract, &stored.incarnation).await?;
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
            self.look_for_keys(stored, due, now).await?;
            return Ok(Vec::new());
        }
        let notices = stored.which.notices(&contract.contract);
        let facts = self.facts_of(contract, &snapshot.keys, None).await?;
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

    /// Records which keys are still out with the contract. Those of an automat that has no connection, or has not yet reported what
    /// happened without one, may be back: they are looked for again. Otherwise the check is done.
    async fn look_for_keys(&self, reminder: StoredReminder, due: Instant, now: Instant) -> Result<(), Error> {
        // The reminder may have been set again by a record delivered twice.
        let mut recorded = HashSet::new();
        retry!(self, {
            let snapshot = self.snapshot(&reminder.contract, &reminder.incarnation).await?;
            let is_out = |stored: &&StoredKey| stored.key.whereabouts.holder() == Some(&reminder.contract);
            let out: Vec<_> = snapshot.keys.iter().filter(is_out).collect();
            let unsure = self.unsure_automats(&out, now).await?;
            let mut transaction = Transaction::default();
            for stored in out.into_iter().filter(|stored| !unsure.contains_key(&stored.key.automat)) {
                let event = self.absence(stored, &reminder, due, now)?;
                if recorded.contains(&EventItem::key(&stored.key.automat, &event.id)) {
                    continue;
                }
                let still_out = KeyItem::out_with(&reminder.contract, true);
                let still_out = still_out.and(is("incarnation", text(&stored.incarnation)));
                transaction.check(Part::Key, KeyItem::key(&stored.key.id), still_out);
                transaction.event(self, &event, Some(&stored.incarnation))?;
            }
            match unsure.into_values().min() {
                Some(again) => {
                    let later = StoredReminder { due_at: Millis(again), ..reminder.clone() };
                    transaction.update(Part::Reminder, reminder.item_key(), later.set(), reminder.unchanged());
                }
                None => transaction.delete(Part::Reminder, reminder.item_key(), reminder.unchanged()),
            }
            match transaction.try_commit(self).await? {
                Ok(()) => Ok(()),
                Err(refused) if refused.has(Part::Reminder) => Ok(()),
                Err(refused) => {
                    recorded.extend(refused.item_keys(Part::Event));
                    Err(NotDone::Again)
                }
            }
        })
    }

    /// Of the automats of these keys, those of which the cloud does not know what happened, each with when to look again.
    async fn unsure_automats(&self, keys: &[&StoredKey], now: Instant) -> Result<BTreeMap<AutomatId, Instant>, Error> {
        let automats: BTreeSet<_> = keys.iter().map(|stored| AutomatItem::key(&stored.key.automat)).collect();
        let mut unsure = BTreeMap::new();
        for item in self.get_all(&automats.into_iter().collect::<Vec<_>>()).await? {
            let StoredAutomat { automat, presence, full_report, .. } = AutomatItem::read(item)?;
            let reported = full_report.and_then(|n| Instant::from_millis(i64::try_from(n).ok()?));
            unsure.extend(Presence::unsure_until(presence, reported, now).map(|again| (automat.id, again)));
        }
        Ok(unsure)
    }

    /// The event that a key is not back. It has the same id for every check, so that it is recorded once.
    fn absence(
        &self,
        StoredKey { key, .. }: &StoredKey,
        reminder: &StoredReminder,
        due: Instant,
        now: Instant,
    ) -> Result<Event, Error> {
        let metadata = RequestMetadata::of_automat(&key.automat, now);
        let subject = Subject::of_key(key, Some(&reminder.contract));
        let id = reminder.occurrence(due).event_id(&key.id);
        Ok(Event { id, ..self.event(EventKind::KeyNotReturned, subject, &metadata)? })
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
        Occurrence { incarnation: &self.incarnation, identity, at: due }
    }
}
