//! What one slot holds: a generation of the journal.
//!
//! A generation is a header with its number, the records of the state when it was begun, a commit, and the records that were
//! appended since. Each is a line: the first nine bytes of the SHA-256 of its JSON in base64url, a separator, and the JSON. The
//! separator is a space, and `+` for what was appended after the commit: so a lost commit is not mistaken for one that was
//! never written.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;
use serde::{Deserialize, Serialize};

use super::stored::JournalError;
use super::{Journal, Record};
use crate::storage::{Slot, Storage, StorageError};

/// Of everything that is written here.
const FORMAT: u32 = 1;
/// No line is longer: an answer with pages has at most 128 KiB.
const LONGEST_LINE: usize = 256 * 1024;
/// How much is read at once.
const AT_ONCE: usize = 32 * 1024;
/// More than a header has: less than this without a readable header can be the beginning of one.
const SHORT: u64 = 128;

/// What is in a slot.
#[derive(Debug)]
pub(super) enum Found {
    Empty,
    /// It was being written or erased.
    Unfinished {
        /// `None`: the header cannot be read.
        generation: Option<u64>,
        is_short: bool,
    },
    Complete(Box<Contents>),
    /// It was complete, and what had been confirmed is damaged.
    Damaged {
        generation: u64,
        line: usize,
    },
}

#[derive(Debug)]
pub(super) struct Contents {
    pub(super) generation: u64,
    pub(super) journal: Journal,
    /// The bytes up to the commit, and those since.
    pub(super) written: u64,
    pub(super) appended: u64,
    /// Whether the last line is damaged: nothing depends on it yet, but nothing may follow it.
    pub(super) is_torn: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: u32,
    generation: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Commit {
    complete: u64,
}

pub(super) fn header(generation: u64) -> Result<Vec<u8>, serde_json::Error> {
    encode(b' ', &Header { format: FORMAT, generation })
}

pub(super) fn commit(generation: u64) -> Result<Vec<u8>, serde_json::Error> {
    encode(b' ', &Commit { complete: generation })
}

/// A record of the state.
pub(super) fn line(record: &Record) -> Result<Vec<u8>, serde_json::Error> {
    encode(b' ', record)
}

/// A record after the commit.
pub(super) fn appended(record: &Record) -> Result<Vec<u8>, serde_json::Error> {
    encode(b'+', record)
}

fn encode(separator: u8, value: &impl Serialize) -> Result<Vec<u8>, serde_json::Error> {
    let json = serde_json::to_vec(value)?;
    let sum = checksum(&json);
    Ok([sum.as_bytes(), &[separator], &json, b"\n"].concat())
}

fn checksum(json: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, json).as_ref()[..9])
}

/// The separator and the JSON of an intact line.
fn decode(line: &[u8]) -> Option<(u8, &[u8])> {
    let (sum, rest) = line.strip_suffix(b"\n")?.split_at_checked(12)?;
    let (&separator, json) = rest.split_first()?;
    (sum == checksum(json).as_bytes() && matches!(separator, b' ' | b'+')).then_some((separator, json))
}

/// Reads a slot.
pub(super) fn read(storage: &mut impl Storage, slot: Slot) -> Result<Found, JournalError> {
    let mut lines = LineReader { storage, slot, offset: 0, buffer: Vec::new(), used: 0 };
    let Some(first) = lines.next()? else { return Ok(Found::Empty) };
    let Some((b' ', header)) = decode(first) else { return lines.unreadable() };
    let header = match serde_json::from_slice::<Header>(header) {
        Ok(header) if header.format == FORMAT => header,
        Ok(Header { format, .. }) => return Err(JournalError::Format { slot, format }),
        Err(_) => return lines.unreadable(),
    };
    let mut reading =
        Reading { generation: header.generation, journal: Journal::default(), broken: None, written: None };
    let mut number = 1;
    while let Some(line) = lines.next()? {
        number += 1;
        if !reading.take(line, number) {
            let line = reading.broken.unwrap_or(number);
            return Ok(Found::Damaged { generation: reading.generation, line });
        }
        if reading.written == Some(0) {
            reading.written = Some(lines.position());
        }
    }
    let Reading { generation, journal, broken, written } = reading;
    Ok(match written {
        Some(written) => {
            let appended = lines.position() - written;
            Found::Complete(Box::new(Contents { generation, journal, written, appended, is_torn: broken.is_some() }))
        }
        None => Found::Unfinished { generation: Some(generation), is_short: false },
    })
}

/// What the lines after the header came to.
struct Reading {
    generation: u64,
    journal: Journal,
    /// The first damaged line.
    broken: Option<usize>,
    /// The bytes up to the commit; 0 while they are not counted.
    written: Option<u64>,
}

impl Reading {
    /// Takes the next line. `false`: a generation that was complete is damaged.
    fn take(&mut self, line: &[u8], number: usize) -> bool {
        let Some((separator, json)) = decode(line) else {
            self.broken = self.broken.or(Some(number));
            return true;
        };
        if separator == b'+' {
            return self.broken.is_none() && self.written.is_some() && self.apply(json);
        }
        if self.written.is_some() {
            return false;
        }
        if let Ok(commit) = serde_json::from_slice::<Commit>(json) {
            self.written = Some(0);
            return self.broken.is_none() && commit.complete == self.generation;
        }
        // After a damaged line there may be others, if it was being erased.
        if self.broken.is_none() && !self.apply(json) {
            self.broken = Some(number);
        }
        true
    }

    /// `false`: it is no record.
    fn apply(&mut self, json: &[u8]) -> bool {
        serde_json::from_slice(json).map(|record: Record| self.journal.apply(&record)).is_ok()
    }
}

/// The lines of a slot, one after the other, in memory for one of them.
struct LineReader<'a, S> {
    storage: &'a mut S,
    slot: Slot,
    /// Of what is read next.
    offset: u64,
    buffer: Vec<u8>,
    /// How much of the buffer has been returned.
    used: usize,
}

impl<S: Storage> LineReader<'_, S> {
    /// With its line feed, if it has one. Empty lines fill up what a medium writes at once, and are skipped.
    fn next(&mut self) -> Result<Option<&[u8]>, StorageError> {
        let mut searched = self.used;
        let end = loop {
            if self.buffer.get(self.used) == Some(&b'\n') {
                self.used += 1;
                searched = self.used;
            } else if let Some(position) = self.buffer[searched..].iter().position(|&byte| byte == b'\n') {
                break searched + position + 1;
            } else if self.buffer.len() - self.used > LONGEST_LINE {
                break self.buffer.len();
            } else {
                self.buffer.drain(..self.used);
                self.used = 0;
                searched = self.buffer.len();
                if self.fill()? == 0 {
                    break self.buffer.len();
                }
            }
        };
        let start = std::mem::replace(&mut self.used, end);
        Ok((start < end).then(|| &self.buffer[start..end]))
    }

    fn fill(&mut self) -> Result<usize, StorageError> {
        let length = self.buffer.len();
        self.buffer.resize(length + AT_ONCE, 0);
        let read = self.storage.read(self.slot, self.offset, &mut self.buffer[length..])?;
        self.buffer.truncate(length + read);
        self.offset += u64::try_from(read).unwrap_or(u64::MAX);
        Ok(read)
    }

    /// The end of the line that was returned last.
    fn position(&self) -> u64 {
        self.offset - u64::try_from(self.buffer.len() - self.used).unwrap_or(0)
    }

    /// A slot without a header.
    fn unreadable(mut self) -> Result<Found, JournalError> {
        while self.position() < SHORT && self.next()?.is_some() {}
        Ok(Found::Unfinished { generation: None, is_short: self.position() < SHORT })
    }
}
