//! What a device did without the cloud, recorded afterwards: line by line, in order, each once (ADR 0053).
//!
//! The item `JOURNAL` has the number of the last line that is recorded. The transaction of a line has that as a condition and moves
//! it on. So a message may be interrupted anywhere, arrive twice, and be handled by two at the same time. A report of lockers takes
//! several transactions: it goes the way of all reports, where its number makes it safe to repeat, and the journal is moved on last.
//!
//! What a line says has happened. So nothing is decided here, and nothing that is missing by now (a key, a contract) keeps a line
//! from being recorded. An entry names its contract by the handle that it has in pages, and those remember handles for a while;
//! if the contract is gone, the event says so.

mod entry;

use domain::{AutomatId, CodeKind, DeviceFault, EventKind, Instant, KeypadRefusal, MAX_AHEAD_MILLIS, OfflineTimes};

pub use self::entry::OfflineEntry;
use crate::items::{StoredJournal, StoredKeypad, read};
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{Error, LockerReports, RequestMetadata, Store};

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
    /// The device accepted a code.
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
