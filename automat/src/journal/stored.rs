//! The journal over a storage of two slots.
//!
//! The device appends each record to one slot. When that has grown long, the state is written into the other one as a new
//! generation, which counts from its commit on ([`slot`](super::slot)). Then the old one is erased. So a power cut leaves the
//! old generation or the new one, and normally only one of the slots has anything in it.
//!
//! Which slot counts after a power cut: the complete one with the higher generation. A generation without a commit, or without
//! a readable header, was being written or erased, as long as the other slot is complete. Otherwise the storage has lost what it
//! had confirmed. Then the device must stop, because a forgotten intent could open a locker twice.

use super::slot::{self, Contents, Found};
use super::{Journal, Record};
use crate::storage::{Slot, Storage, StorageError};

/// A slot may grow by this many bytes before the state is written into the other one; or by as many as the state had.
const GROWS_BY: u64 = 1024 * 1024;
/// How much is appended at once when the state is written. Only the last append of a generation makes it count.
const AT_ONCE: usize = 64 * 1024;
const FIRST_GENERATION: u64 = 1;

/// The journal cannot be read or written. The device must stop: it could not remember what it does next.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// What had been confirmed is lost.
    #[error("the journal is damaged in line {line} of slot {slot}, and not by a power cut")]
    Corrupt {
        slot: Slot,
        /// Counted from 1.
        line: usize,
    },
    /// It was written by another version of this program.
    #[error("the journal in slot {slot} has the unknown format {format}")]
    Format { slot: Slot, format: u32 },
    #[error("a record of the journal cannot be written as JSON")]
    Record(#[from] serde_json::Error),
}

#[derive(Debug)]
pub struct StoredJournal<S> {
    storage: S,
    slot: Slot,
    generation: u64,
    /// Bytes since the state was written.
    appended: u64,
    /// How many of them there may be.
    grows_by: u64,
}

impl<S: Storage> StoredJournal<S> {
    /// Opens the journal in a storage, or begins one.
    pub fn open(mut storage: S) -> Result<(Self, Journal), JournalError> {
        let (a, b) = (slot::read(&mut storage, Slot::A)?, slot::read(&mut storage, Slot::B)?);
        let Some((slot, contents, other)) = newer(a, b)? else {
            // Both slots are empty, or the first generation was being written.
            storage.erase(Slot::A)?;
            storage.erase(Slot::B)?;
            let mut stored = Self { storage, slot: Slot::B, generation: 0, appended: 0, grows_by: 0 };
            stored.rewrite(&Journal::default())?;
            return Ok((stored, Journal::default()));
        };
        if !matches!(other, Found::Empty) {
            storage.erase(slot.other())?;
        }
        let Contents { generation, journal, written, appended, is_torn } = *contents;
        let mut stored = Self { storage, slot, generation, appended, grows_by: written.max(GROWS_BY) };
        if is_torn {
            // Nothing may be appended to a damaged end.
            stored.rewrite(&journal)?;
        }
        Ok((stored, journal))
    }

    /// Appends a record. `journal` is the state with it; it may already have records that are appended next. When this returns, the
    /// record survives a power cut.
    pub fn append(&mut self, record: &Record, journal: &Journal) -> Result<(), JournalError> {
        if self.appended >= self.grows_by {
            return self.rewrite(journal);
        }
        let line = slot::appended(record)?;
        match self.storage.append(self.slot, &line) {
            Ok(()) => self.appended += u64::try_from(line.len()).unwrap_or(u64::MAX),
            Err(StorageError::Full) => self.rewrite(journal)?,
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    /// Writes the state into the other slot, which is empty, and then erases this one.
    fn rewrite(&mut self, journal: &Journal) -> Result<(), JournalError> {
        let (new, generation) = (self.slot.other(), self.generation + 1);
        let mut bytes = slot::header(generation)?;
        let mut written = 0;
        for record in journal.records() {
            let line = slot::line(&record)?;
            if bytes.len() + line.len() > AT_ONCE {
                written += self.write(new, &mut bytes)?;
            }
            bytes.extend(line);
        }
        written += self.write(new, &mut bytes)?;
        bytes = slot::commit(generation)?;
        written += self.write(new, &mut bytes)?;
        let old = std::mem::replace(&mut self.slot, new);
        (self.generation, self.appended, self.grows_by) = (generation, 0, written.max(GROWS_BY));
        Ok(self.storage.erase(old)?)
    }

    fn write(&mut self, slot: Slot, bytes: &mut Vec<u8>) -> Result<u64, StorageError> {
        self.storage.append(slot, bytes)?;
        let written = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        bytes.clear();
        Ok(written)
    }
}

/// The slot that counts, what is in it, and what is in the other one. `None`: there is no journal yet.
fn newer(a: Found, b: Found) -> Result<Option<(Slot, Box<Contents>, Found)>, JournalError> {
    let (slot, contents, other) = match (a, b) {
        (Found::Complete(a), Found::Complete(b)) if a.generation < b.generation => (Slot::B, b, Found::Complete(a)),
        (Found::Complete(a), other) => (Slot::A, a, other),
        (other, Found::Complete(b)) => (Slot::B, b, other),
        (a, b) => return none(&a, &b).map(|()| None),
    };
    match other {
        Found::Damaged { generation, line } if generation > contents.generation => {
            Err(JournalError::Corrupt { slot: slot.other(), line })
        }
        Found::Empty | Found::Unfinished { .. } | Found::Complete(_) | Found::Damaged { .. } => {
            Ok(Some((slot, contents, other)))
        }
    }
}

/// Neither slot is complete. That is right only if no generation ever was.
fn none(a: &Found, b: &Found) -> Result<(), JournalError> {
    for (slot, found) in [(Slot::A, a), (Slot::B, b)] {
        match *found {
            Found::Empty => {}
            Found::Unfinished { generation, is_short } if generation.map_or(is_short, |at| at == FIRST_GENERATION) => {}
            Found::Unfinished { .. } | Found::Complete(_) => return Err(JournalError::Corrupt { slot, line: 1 }),
            Found::Damaged { line, .. } => return Err(JournalError::Corrupt { slot, line }),
        }
    }
    Ok(())
}
