//! The journal on a disk.
//!
//! A record is a line: the first nine bytes of its SHA-256 in base64url, a space, and the record as JSON. A line is
//! synced before the device acts on it, so a power cut can damage only the last line, which nothing depends on yet. A
//! damaged line with an intact one after it means that the disk has lost data it had confirmed. Then the device must
//! stop, because a forgotten intent could open a locker twice.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, IntoInnerError, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest;

use super::{Journal, Record};

/// After this many records the file is rewritten; or, if it is longer, once it has twice the records that are needed.
const COMPACT_AFTER: usize = 1024;
/// The same in bytes: a record with pages may have 128 KiB.
const COMPACT_AFTER_BYTES: usize = 4 * 1024 * 1024;

/// The journal cannot be read or written. The device must stop: it could not remember what it does next.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error("the journal in {} cannot be read or written", .folder.display())]
    Disk { folder: PathBuf, source: io::Error },
    /// A line is damaged and intact ones follow it.
    #[error("the journal {} is damaged in line {line}, and not by a power cut", .file.display())]
    Corrupt {
        file: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// Another device runs on this journal.
    #[error("the journal in {} is in use", .folder.display())]
    InUse { folder: PathBuf },
}

#[derive(Debug)]
pub struct JournalFile {
    folder: PathBuf,
    file: File,
    journal: Journal,
    /// Records and bytes since the file was rewritten.
    appended: Size,
    /// After how many of them it is rewritten again.
    compact_after: Size,
    _lock: File,
}

#[derive(Debug, Clone, Copy, Default)]
struct Size {
    records: usize,
    bytes: usize,
}

impl JournalFile {
    /// Opens the journal in a folder, or creates one.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let disk = |source| JournalError::Disk { folder: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(disk)?;
        let lock = File::create(folder.join("journal.lock")).map_err(disk)?;
        lock.try_lock().map_err(|refusal| match refusal {
            TryLockError::WouldBlock => JournalError::InUse { folder: folder.to_owned() },
            TryLockError::Error(source) => disk(source),
        })?;
        let journal = match fs::read(path(folder)) {
            Ok(bytes) => read(&bytes).map_err(|line| JournalError::Corrupt { file: path(folder), line })?,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => Journal::default(),
            Err(source) => return Err(disk(source)),
        };
        // Always rewritten: that removes a damaged end, after which nothing may be appended.
        let (file, written) = rewrite(folder, &journal).map_err(disk)?;
        let (appended, compact_after) = (Size::default(), written.until_rewritten());
        Ok(Self { folder: folder.to_owned(), file, journal, appended, compact_after, _lock: lock })
    }

    #[must_use]
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Appends a record. When this returns, the record survives a power cut.
    pub fn append(&mut self, record: &Record) -> Result<(), JournalError> {
        self.journal.apply(record);
        self.write(record).map_err(|source| JournalError::Disk { folder: self.folder.clone(), source })
    }

    fn write(&mut self, record: &Record) -> io::Result<()> {
        if self.appended.records >= self.compact_after.records || self.appended.bytes >= self.compact_after.bytes {
            let (file, written) = rewrite(&self.folder, &self.journal)?;
            (self.file, self.appended, self.compact_after) = (file, Size::default(), written.until_rewritten());
            return Ok(());
        }
        let line = line(record)?;
        self.file.write_all(&line)?;
        self.file.sync_data()?;
        self.appended = self.appended.with(&line);
        Ok(())
    }
}

impl Size {
    fn with(self, line: &[u8]) -> Self {
        Self { records: self.records + 1, bytes: self.bytes + line.len() }
    }

    /// How much may be appended to a file of this size.
    fn until_rewritten(self) -> Self {
        Self { records: self.records.max(COMPACT_AFTER), bytes: self.bytes.max(COMPACT_AFTER_BYTES) }
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("journal")
}

/// Replaces the file atomically: a power cut leaves either the old or the new one. Returns it with its size.
fn rewrite(folder: &Path, journal: &Journal) -> io::Result<(File, Size)> {
    let new = folder.join("journal.new");
    let mut file = BufWriter::new(File::create(&new)?);
    let mut written = Size::default();
    for record in &journal.records() {
        let line = line(record)?;
        file.write_all(&line)?;
        written = written.with(&line);
    }
    file.into_inner().map_err(IntoInnerError::into_error)?.sync_all()?;
    fs::rename(&new, path(folder))?;
    File::open(folder)?.sync_all()?;
    Ok((OpenOptions::new().append(true).open(path(folder))?, written))
}

/// The state from a file's lines, or the number of a damaged line.
fn read(bytes: &[u8]) -> Result<Journal, usize> {
    let mut journal = Journal::default();
    let mut broken = None;
    for (at, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        match (parse(line), broken) {
            (Some(record), None) => journal.apply(&record),
            (Some(_), Some(broken)) => return Err(broken),
            (None, _) => broken = broken.or(Some(at + 1)),
        }
    }
    Ok(journal)
}

fn line(record: &Record) -> io::Result<Vec<u8>> {
    let json = serde_json::to_string(record)?;
    Ok(format!("{} {json}\n", checksum(json.as_bytes())).into_bytes())
}

fn parse(line: &[u8]) -> Option<Record> {
    let line = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let (sum, json) = line.split_once(' ')?;
    (sum == checksum(json.as_bytes())).then(|| serde_json::from_str(json).ok())?
}

fn checksum(json: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, json).as_ref()[..9])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use protocol::{
        CodeKind, JournalFact, JournalLine, OfflineEntry, OpeningReport, OpeningResult, Sealed, SealedPage, Times,
    };

    use super::*;

    fn records() -> Vec<Record> {
        vec![
            Record::Intent { locker: 7, seq: 1, id: "a".to_owned() },
            Record::Report {
                locker: 7,
                seq: 1,
                report: OpeningReport { id: "a".to_owned(), result: OpeningResult::Opened, at: 9 },
            },
            Record::Intent { locker: 8, seq: 4, id: "b".to_owned() },
        ]
    }

    fn lines(bytes: &[u8]) -> usize {
        bytes.split(|&byte| byte == b'\n').count() - 1
    }

    fn written(folder: &Path) -> Vec<u8> {
        let mut journal = JournalFile::open(folder).unwrap();
        for record in records() {
            journal.append(&record).unwrap();
        }
        fs::read(path(folder)).unwrap()
    }

    #[test]
    fn appended_records_are_there_after_reopening() {
        let folder = tempfile::tempdir().unwrap();
        written(folder.path());
        assert_eq!(*JournalFile::open(folder.path()).unwrap().journal(), Journal::replay(&records()));
    }

    #[test]
    fn a_file_cut_at_any_byte_holds_the_records_before_the_cut_and_can_be_appended_to() {
        let folder = tempfile::tempdir().unwrap();
        let whole = written(folder.path());
        for cut in 0..whole.len() {
            let kept: Vec<Record> = whole[..cut].split_inclusive(|&byte| byte == b'\n').filter_map(parse).collect();
            assert_eq!(kept.len(), lines(&whole[..cut]));
            fs::write(path(folder.path()), &whole[..cut]).unwrap();
            let mut journal = JournalFile::open(folder.path()).unwrap();
            assert_eq!(*journal.journal(), Journal::replay(&kept), "cut at {cut}");
            journal.append(&records()[2]).unwrap();
            drop(journal);
            let again = JournalFile::open(folder.path()).unwrap();
            assert!(again.journal().find(8, "b").is_some(), "cut at {cut}");
        }
    }

    #[test]
    fn a_damaged_byte_before_the_last_line_is_an_error_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let whole = written(folder.path());
        let last = whole[..whole.len() - 1].iter().rposition(|&byte| byte == b'\n').unwrap();
        for broken in 0..last {
            let mut bytes = whole.clone();
            bytes[broken] ^= 1;
            fs::write(path(folder.path()), &bytes).unwrap();
            let line = lines(&whole[..broken]) + 1;
            let refusal = JournalFile::open(folder.path()).map(|_| ()).unwrap_err();
            assert!(matches!(refusal, JournalError::Corrupt { line: found, .. } if found == line), "{refusal:?}");
        }
    }

    #[test]
    fn a_half_written_last_line_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let mut bytes = written(folder.path());
        let end = bytes.len() - 1;
        bytes[end - 9..end].fill(0);
        fs::write(path(folder.path()), &bytes).unwrap();
        assert_eq!(*JournalFile::open(folder.path()).unwrap().journal(), Journal::replay(&records()[..2]));
    }

    #[test]
    fn the_file_stays_small() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = JournalFile::open(folder.path()).unwrap();
        for up_to in 0..=COMPACT_AFTER as u64 {
            journal.append(&Record::Numbers { up_to }).unwrap();
        }
        assert_eq!(fs::read(path(folder.path())).unwrap(), line(&Record::Numbers { up_to: 1024 }).unwrap());
    }

    #[test]
    fn the_file_stays_small_with_large_records() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = JournalFile::open(folder.path()).unwrap();
        let mut largest = 0;
        for version in 1..=60 {
            let page = SealedPage { version, sealed: Sealed("s".repeat(100_000)) };
            journal.append(&Record::Pages { pages: BTreeMap::from([(7, page)]), end: None }).unwrap();
            largest = largest.max(fs::metadata(path(folder.path())).unwrap().len());
        }
        assert!((3_000_000..5_000_000).contains(&largest), "{largest}");
        assert!(fs::metadata(path(folder.path())).unwrap().len() < 2_500_000, "it was rewritten");
        assert_eq!(journal.journal().pages().pages()[&7].version, 60);
    }

    #[test]
    fn lines_that_the_cloud_does_not_have_survive_every_rewriting() {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = JournalFile::open(folder.path()).unwrap();
        journal.append(&Record::Received { journal: "a".to_owned(), up_to: 0 }).unwrap();
        let at = Times { from: 1, to: None };
        let (id, kind) = ("e".to_owned(), CodeKind::Pin);
        let entry = OfflineEntry { id, kind, contract: None, fetch: Vec::new(), give_back: vec![7] };
        journal.append(&Record::Line { line: JournalLine { j: 1, at, what: JournalFact::Entry(entry) } }).unwrap();
        for up_to in 0..2 * COMPACT_AFTER as u64 {
            journal.append(&Record::Numbers { up_to }).unwrap();
        }
        let kept = journal.journal().clone();
        assert_eq!((kept.lines().waiting().len(), kept.lines().next()), (1, 2));
        drop(journal);
        assert_eq!(*JournalFile::open(folder.path()).unwrap().journal(), kept);
    }

    #[test]
    fn two_devices_cannot_share_a_journal() {
        let folder = tempfile::tempdir().unwrap();
        let first = JournalFile::open(folder.path()).unwrap();
        assert!(matches!(JournalFile::open(folder.path()), Err(JournalError::InUse { .. })));
        drop(first);
        JournalFile::open(folder.path()).unwrap();
    }
}
