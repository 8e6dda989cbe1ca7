//! The interface that a manufacturer implements for what must survive a power cut: two slots of flash memory, of an EEPROM or
//! of a disk.
//!
//! [`StoredJournal`](crate::journal::StoredJournal) decides what is written into which slot, and finds the newer one again.

mod files;

use std::fmt;
use std::io;

pub use files::FileStorage;

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    A,
    B,
}

/// Two slots of bytes, each of which grows at its end and is emptied as a whole.
///
/// Calls may block: the driver makes them where nothing else waits. No call is made before the one before has returned.
///
/// A medium that is written in units may fill up the last one of an append with line feeds. One that does not know how much
/// was written may leave out what follows the last line feed and reads as erased, since nothing that is appended ends otherwise.
pub trait Storage: Send + 'static {
    /// Reads from an offset on, as many bytes as are there and fit. 0 at the end of the slot. What was read once survives a
    /// power cut, even if it was being written in one before.
    fn read(&mut self, slot: Slot, offset: u64, buffer: &mut [u8]) -> Result<usize, StorageError>;

    /// Adds bytes at the end of a slot, at most 256 KiB. When this returns, they survive a power cut. If the power fails before,
    /// a beginning of them may be there, and anything after it, but all that was there before.
    fn append(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), StorageError>;

    /// Empties a slot. When this returns, it is empty after a power cut too. If the power fails before, any part of its bytes may
    /// be left, but the other slot is as it was.
    fn erase(&mut self, slot: Slot) -> Result<(), StorageError>;
}

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// Nothing was written: the slot has no room for it.
    #[error("a slot of the storage is full")]
    Full,
    /// Another device runs on this storage.
    #[error("the storage is in use")]
    InUse,
    #[error("the storage cannot be read or written")]
    Medium(#[from] io::Error),
}

impl Slot {
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::A => "a",
            Self::B => "b",
        })
    }
}
