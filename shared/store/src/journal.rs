//! What a device did without the cloud, recorded afterwards: line by line, in order, each once (ADR 0053).
//!
//! The item `JOURNAL` has the number of the last line that is recorded. The transaction of a line has that as a condition and moves
//! it on. So a message may be interrupted anywhere, arrive twice, and be handled by two at the same time. A report of lockers takes
//! several transactions: it goes the way of all reports, where its number makes it safe to repeat, and the journal is moved on last.
//!
//! What a line says has happened. So nothing is decided here, and nothing that is missing by now (a key, a contract) keeps a line
//! from being recorded.

use domain::{
    AutomatId, CodeKind, ContractId, DeviceFault, EventKind, Instant, KeyState, KeypadRefusal, LockerIndex,
    MAX_AHEAD_MILLIS, OfflineTimes, Purpose, Subject,
};

use crate::expression::{absent, present};
use crate::items::{
    Item, ItemKey, KeyItem, LockerItem, StoredEntry, StoredJournal, StoredKey, StoredKeypad, StoredLocker, read,
};
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{Error, LockerReports, RequestMetadata, Store};

/// The lockers of one line, so that its events fit in a transaction.
const MAX_LOCKERS: usize = 90;

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalLine {
    /// One more than that of the line before.
    pub number: u64,
    /// When it happened; `None` if that cannot be read.
    pub at: Option<OfflineTimes>,
    /// `None` if it is not understood.
    pub what: Option<JournalFact>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JournalFact {
    /// The device accepted a code to return keys.
    Entry(OfflineEntry),
    /// A code was not known.
    WrongEntry(CodeKind),
    /// Doors and keys.
    Lockers {
        reports: LockerReports,
        /// Whether every value was understood.
        is_understood: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfflineEntry {
    /// The entry's id. The cloud may have had the entry as well.
    pub id: String,
    pub kind: CodeKind,
    /// The contract of a PIN.
    pub contract: Option<ContractId>,
    /// The lockers that it opened.
    pub lockers: Vec<LockerIndex>,
}

/// How much of a journal is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalReceipt {
    pub journal: String,
    pub up_to: u64,
}

/// What is recorded, and what is to be recorded next.
struct Position {
    /// As in the table.
    stored: Option<StoredJournal>,
    /// The state before the next line.
    before: StoredJournal,
}

impl Position {
    fn advanced(self) -> Self {
        let next = self.before.next();
        Self { stored: Some(next.clone()), before: next }
    }
}

impl Store {
    /// Records lines of a device's journal, the oldest first. Lines that are recorded already do nothing, and nothing is recorded
    /// after one that is missing. Lines of an unknown journal are refused, unless it begins with them; then the receipt says which
    /// journal is known.
    pub async fn record_journal(
        &self,
        automat: &AutomatId,
        journal: &str,
        lines: &[JournalLine],
        now: Instant,
    ) -> Result<JournalReceipt, Error> {
        let first = lines.first().map_or(1, |line| line.number);
        let mut position = match self.journal_position(automat, journal, first).await? {
            Ok(position) => position,
            Err(known) => {
                if !known.is_former(journal) {
                    self.record_fault(automat, DeviceFault::NotUnderstood, None, now).await?;
                }
                return Ok(JournalReceipt { journal: known.journal, up_to: known.up_to });
            }
        };
        let mut rest = lines.iter().peekable();
        while let Some(line) = rest.peek() {
            if line.number > position.before.up_to.saturating_add(1) {
                break;
            }
            if line.number <= position.before.up_to {
                rest.next();
            } else if self.record_line(automat, &position, line, now).await? {
                position = position.advanced();
            } else {
                // Another invocation records lines as well.
                position = match self.journal_position(automat, journal, first).await? {
                    Ok(position) => position,
                    Err(known) => return Ok(JournalReceipt { journal: known.journal, up_to: known.up_to }),
                };
            }
        }
        Ok(JournalReceipt { journal: position.before.journal, up_to: position.before.up_to })
    }

    /// Where to go on, or the journal that is known instead.
    async fn journal_position(
        &self,
        automat: &AutomatId,
        journal: &str,
        first: u64,
    ) -> Result<Result<Position, StoredJournal>, Error> {
        let era = self.stored_automat(automat).await?.era;
        let stored = self.get(&StoredJournal::key(automat)).await?.map(read::<StoredJournal>).transpose()?;
        let before = StoredJournal::before(stored.as_ref(), journal, first, era);
        Ok(match (before, stored) {
            (Some(before), stored) => Ok(Position { stored, before }),
            (None, Some(known)) => Err(known),
            // Any journal is new where none is known.
            (None, None) => return Err(Error::Internal { context: "reading an automat's journal", source: None }),
        })
    }

    /// Records one line and moves the journal on. `false` if another invocation has moved it on.
    async fn record_line(
        &self,
        automat: &AutomatId,
        position: &Position,
        line: &JournalLine,
        now: Instant,
    ) -> Result<bool, Error> {
        let (Some(at), Some(what)) = (line.at, &line.what) else {
            return self.pass_over(automat, position, DeviceFault::NotUnderstood, now).await;
        };
        if at.from > now.plus_millis(MAX_AHEAD_MILLIS) {
            return self.pass_over(automat, position, DeviceFault::ClockWrong, now).await;
        }
        let metadata = RequestMetadata { offline: Some(at), ..RequestMetadata::of_automat(automat, now) };
        match what {
            JournalFact::Entry(entry) => self.record_offline_entry(automat, position, entry, &metadata).await,
            JournalFact::WrongEntry(kind) => self.record_wrong_entry(automat, position, *kind, &metadata).await,
            JournalFact::Lockers { reports, is_understood } => {
                if !is_understood {
                    self.record_fault(automat, DeviceFault::NotUnderstood, None, now).await?;
                }
                self.record_reports(automat, reports.clone(), &metadata).await?;
                self.move_on(automat, position).await
            }
        }
    }

    async fn pass_over(
        &self,
        automat: &AutomatId,
        position: &Position,
        fault: DeviceFault,
        now: Instant,
    ) -> Result<bool, Error> {
        self.record_fault(automat, fault, None, now).await?;
        self.move_on(automat, position).await
    }

    async fn move_on(&self, automat: &AutomatId, position: &Position) -> Result<bool, Error> {
        let item = position.before.next().write(automat)?;
        self.put(item, StoredJournal::unchanged(position.stored.as_ref())).await
    }

    /// Records an entry as if the cloud had answered it. What the cloud has answered itself is not recorded again.
    async fn record_offline_entry(
        &self,
        automat: &AutomatId,
        position: &Position,
        entry: &OfflineEntry,
        metadata: &RequestMetadata,
    ) -> Result<bool, Error> {
        let item_key = StoredEntry::key(automat, &entry.id);
        retry!(self, {
            let (answered, keys) = self.offline_scene(automat, entry, item_key.as_ref()).await?;
            let condition = if answered.is_some() { present() } else { absent() };
            let times = metadata.offline.map_or(metadata.now, |at| at.from);
            let opened: Vec<_> =
                keys.iter().map(|(locker, key)| (*locker, key.as_ref().map(|key| &key.key.id))).collect();
            let stored = StoredEntry::returned_offline(answered, entry.kind, &opened, entry.contract.as_ref(), times);
            let mut transaction = Transaction::default();
            transaction.journal(automat, position)?;
            if let Some((stored, new)) = stored {
                if let Some(item_key) = &item_key {
                    transaction.put(Part::Entry, stored.write(item_key.clone(), metadata.now)?, condition);
                }
                for (locker, key) in keys.iter().filter(|(locker, _)| new.contains(locker)) {
                    self.record_return(&mut transaction, automat, entry, (*locker, key.as_ref()), metadata)?;
                }
            }
            transaction.commit_line(self).await
        })
    }

    /// What the cloud answered to the entry, if it did; and the lockers that it opened, each with its key.
    async fn offline_scene(
        &self,
        automat: &AutomatId,
        entry: &OfflineEntry,
        item_key: Option<&ItemKey>,
    ) -> Result<(Option<StoredEntry>, Vec<(LockerIndex, Option<StoredKey>)>), Error> {
        let mut lockers = entry.lockers.clone();
        lockers.sort_unstable();
        lockers.dedup();
        lockers.truncate(MAX_LOCKERS);
        let mut item_keys: Vec<_> = item_key.into_iter().cloned().collect();
        item_keys.extend(lockers.iter().map(|locker| LockerItem::key(automat, *locker)));
        let (answered, found): (Vec<Item>, Vec<Item>) =
            self.get_all(&item_keys).await?.into_iter().partition(|item| ItemKey::of(item).as_ref() == item_key);
        let answered = answered.into_iter().next().map(read::<StoredEntry>).transpose()?;
        let assigned = found.into_iter().map(read::<StoredLocker>).collect::<Result<Vec<_>, _>>()?;
        let item_keys: Vec<_> = assigned.iter().filter_map(|locker| locker.key.as_ref()).map(KeyItem::key).collect();
        let mut keys: Vec<_> = lockers.into_iter().map(|locker| (locker, None)).collect();
        for item in self.get_all(&item_keys).await? {
            let stored = KeyItem::read(item, &self.codes)?;
            let is_here = stored.key.automat == *automat && stored.key.state == KeyState::Active;
            let locker = keys.iter_mut().find(|(locker, _)| is_here && *locker == stored.key.locker);
            if let Some((_, key)) = locker {
                *key = Some(stored);
            }
        }
        Ok((answered, keys))
    }

    fn record_return(
        &self,
        transaction: &mut Transaction,
        automat: &AutomatId,
        entry: &OfflineEntry,
        (locker, key): (LockerIndex, Option<&StoredKey>),
        metadata: &RequestMetadata,
    ) -> Result<(), Error> {
        let kind = match entry.kind {
            CodeKind::Pin => EventKind::PinAccepted { purpose: Purpose::Return },
            CodeKind::ReturnCode => EventKind::ReturnCodeAccepted,
        };
        if let Some(key) = key {
            return transaction.record_of_key(self, key, entry.contract.as_ref(), kind, metadata);
        }
        let subject = Subject { contract: entry.contract.clone(), ..Subject::of_locker(automat, locker, None) };
        transaction.record(self, kind, subject, None, metadata)
    }

    /// Counts a wrong entry with those that the cloud has seen itself.
    async fn record_wrong_entry(
        &self,
        automat: &AutomatId,
        position: &Position,
        kind: CodeKind,
        metadata: &RequestMetadata,
    ) -> Result<bool, Error> {
        let at = metadata.offline.map_or(metadata.now, |at| at.from.min(metadata.now));
        retry!(self, {
            let before = self.get(&StoredKeypad::key(automat)).await?;
            let before = before.map(read::<StoredKeypad>).transpose()?.unwrap_or_default();
            let after = before.keypad.after_refusal(KeypadRefusal::Unknown, None, at);
            let mut transaction = Transaction::default();
            transaction.journal(automat, position)?;
            transaction.keypad(automat, &before, &after)?;
            let refused = EventKind::EntryRefused { code_kind: kind, reason: KeypadRefusal::Unknown };
            transaction.record_of_automat(self, automat, refused, metadata)?;
            if let Some((within, wrong_entries)) = before.keypad.guessing(&after) {
                let guessing = EventKind::KeypadGuessing { wrong_entries, within };
                transaction.record_of_automat(self, automat, guessing, metadata)?;
            }
            transaction.commit_line(self).await
        })
    }
}

impl Transaction {
    /// Moves the journal on.
    fn journal(&mut self, automat: &AutomatId, position: &Position) -> Result<(), Error> {
        let condition = StoredJournal::unchanged(position.stored.as_ref());
        self.put(Part::Journal, position.before.next().write(automat)?, condition);
        Ok(())
    }

    /// Whether the line was recorded; `false` if another invocation has moved the journal on.
    async fn commit_line(self, store: &Store) -> Result<bool, NotDone> {
        match self.try_commit(store).await? {
            Ok(()) => Ok(true),
            Err(refused) if refused.has(Part::Journal) => Ok(false),
            Err(_) => Err(NotDone::Again),
        }
    }
}
