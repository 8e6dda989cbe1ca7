//! A storage in memory that loses power at any byte.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use automat::storage::{Slot, Storage, StorageError};

/// What an erase that is cut short leaves of a slot.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Left {
    Beginning,
    End,
    /// Both, with a hole between them.
    Edges,
}

/// What follows the beginning of an append that is cut short.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Torn {
    Nothing,
    /// As many bytes of zero as are missing.
    Zeros,
}

/// Clones share the same slots, as a device that starts again does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<State>>);

#[derive(Debug, Clone, Default)]
struct State {
    slots: [Vec<u8>; 2],
    /// After how many written or erased bytes the power fails, and what is left then.
    cut: Option<(usize, Left, Torn)>,
    /// The bytes that were ever written or erased.
    worn: usize,
    /// How many bytes a slot has.
    room: Option<usize>,
}

impl Memory {
    /// Slots of so many bytes each.
    pub(crate) fn of(room: usize) -> Self {
        let memory = Self::default();
        memory.state().room = Some(room);
        memory
    }

    /// Another storage with the same contents, which is not cut.
    pub(crate) fn image(&self) -> Self {
        let State { slots, room, .. } = self.state().clone();
        Self(Arc::new(Mutex::new(State { slots, room, ..State::default() })))
    }

    /// The power fails after so many bytes.
    pub(crate) fn cut_after(&self, bytes: usize, left: Left, torn: Torn) {
        self.state().cut = Some((bytes, left, torn));
    }

    /// The power is back. Returns whether it had failed.
    pub(crate) fn repower(&self) -> bool {
        self.state().cut.take().is_some_and(|(left, ..)| left == 0)
    }

    pub(crate) fn worn(&self) -> usize {
        self.state().worn
    }

    pub(crate) fn slot(&self, slot: Slot) -> Vec<u8> {
        self.state().slots[index(slot)].clone()
    }

    pub(crate) fn set(&self, slot: Slot, bytes: &[u8]) {
        self.state().slots[index(slot)] = bytes.to_vec();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

fn index(slot: Slot) -> usize {
    usize::from(slot == Slot::B)
}

fn no_power() -> StorageError {
    StorageError::Medium(io::Error::other("no power"))
}

impl State {
    /// How many of these bytes are handled before the power fails; `None` if all are.
    fn spend(&mut self, bytes: usize) -> Option<(usize, Left, Torn)> {
        self.worn += bytes;
        let (left, ..) = self.cut.as_mut()?;
        let before = *left;
        *left = left.saturating_sub(bytes);
        let (_, kept, torn) = self.cut?;
        (before < bytes || before == 0).then_some((before, kept, torn))
    }
}

impl Storage for Memory {
    fn read(&mut self, slot: Slot, offset: u64, buffer: &mut [u8]) -> Result<usize, StorageError> {
        let state = self.state();
        let bytes = state.slots[index(slot)].get(usize::try_from(offset).unwrap()..).unwrap_or_default();
        // Never all that is wanted at once.
        let read = bytes.len().min(buffer.len()).min(1_000);
        buffer[..read].copy_from_slice(&bytes[..read]);
        Ok(read)
    }

    fn append(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), StorageError> {
        let mut state = self.state();
        if state.room.is_some_and(|room| state.slots[index(slot)].len() + bytes.len() > room) {
            return Err(StorageError::Full);
        }
        let cut = state.spend(bytes.len());
        let slot = &mut state.slots[index(slot)];
        let Some((written, _, torn)) = cut else {
            slot.extend(bytes);
            return Ok(());
        };
        slot.extend(&bytes[..written]);
        match torn {
            Torn::Nothing => {}
            Torn::Zeros => slot.resize(slot.len() + bytes.len() - written, 0),
        }
        Err(no_power())
    }

    fn erase(&mut self, slot: Slot) -> Result<(), StorageError> {
        let mut state = self.state();
        let length = state.slots[index(slot)].len();
        let cut = state.spend(length);
        let slot = &mut state.slots[index(slot)];
        let Some((erased, left, _)) = cut else {
            slot.clear();
            return Ok(());
        };
        match left {
            Left::Beginning => slot.truncate(length - erased),
            Left::End => drop(slot.drain(..erased)),
            Left::Edges => slot[(length - erased) / 2..][..erased].fill(0xff),
        }
        Err(no_power())
    }
}
