//! The journal over a storage: what it has confirmed is there after a power cut at any byte, or the device stops.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use automat::journal::{Journal, JournalError, Record, StoredJournal};
use automat::storage::{FileStorage, Slot, StorageError};
use protocol::{
    CodeKind, JournalFact, JournalLine, OfflineEntry, OpeningReport, OpeningResult, Sealed, SealedPage, Times,
};

use crate::memory::{Left, Memory, Torn};

const CUTS: [(Left, Torn); 4] = [
    (Left::Beginning, Torn::Nothing),
    (Left::End, Torn::Zeros),
    (Left::Edges, Torn::Nothing),
    (Left::Edges, Torn::Zeros),
];
/// Room for five of [`records`] after the state.
const ROOM: usize = 800;

/// Different records, whose state does not grow.
fn records() -> Vec<Record> {
    let report = |seq: u64| OpeningReport { id: seq.to_string(), result: OpeningResult::Opened, at: 9 };
    let each = |seq: u64| {
        [
            Record::Intent { locker: 7, seq, id: seq.to_string() },
            Record::Numbers { up_to: seq },
            Record::Report { locker: 7, seq, report: report(seq) },
            Record::Acknowledged { locker: 7, id: seq.to_string() },
        ]
    };
    (1..=2).flat_map(each).chain((10..28).map(|at| Record::Time { at })).collect()
}

static RECORDS: LazyLock<Vec<Record>> = LazyLock::new(records);

/// The state after each of the records, beginning with none.
static STATES: LazyLock<Vec<Journal>> =
    LazyLock::new(|| (0..=RECORDS.len()).map(|count| Journal::replay(&RECORDS[..count])).collect());

/// Opens the storage and appends the rest of the records, until the power fails. Returns how many were confirmed.
fn run(memory: &Memory) -> Result<usize, JournalError> {
    let (mut stored, mut journal) = StoredJournal::open(memory.clone())?;
    let mut confirmed = STATES.iter().position(|state| *state == journal).unwrap();
    for record in &RECORDS[confirmed..] {
        journal.apply(record);
        if stored.append(record, &journal).is_err() {
            break;
        }
        confirmed += 1;
    }
    Ok(confirmed)
}

fn open(memory: &Memory) -> Result<Journal, JournalError> {
    StoredJournal::open(memory.clone()).map(|(_, journal)| journal)
}

fn is_corrupt(memory: &Memory) -> bool {
    matches!(open(memory), Err(JournalError::Corrupt { .. }))
}

/// All of the records, with the state written anew between them.
fn whole() -> Memory {
    let memory = Memory::of(ROOM);
    assert_eq!(run(&memory).unwrap(), RECORDS.len());
    memory
}

/// The lines of a slot, with their line feeds.
fn lines(memory: &Memory, slot: Slot) -> Vec<Vec<u8>> {
    memory.slot(slot).split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// A slot that has something, and the other one, which is empty.
fn used(memory: &Memory) -> (Slot, Slot) {
    let used = if memory.slot(Slot::A).is_empty() { Slot::B } else { Slot::A };
    assert!(!memory.slot(used).is_empty() && memory.slot(used.other()).is_empty());
    (used, used.other())
}

#[test]
fn a_power_cut_at_any_byte_leaves_what_was_confirmed_and_possibly_the_record_that_was_being_written() {
    let whole = whole().worn();
    let mut generations = 0;
    for (left, torn) in CUTS {
        for cut in 0..whole {
            let memory = Memory::of(ROOM);
            memory.cut_after(cut, left, torn);
            let confirmed = run(&memory).unwrap_or(0);
            assert!(memory.repower(), "{cut}");
            generations += usize::from(!memory.slot(Slot::A).is_empty() && !memory.slot(Slot::B).is_empty());
            let journal = open(&memory).unwrap_or_else(|error| panic!("cut at {cut} {left:?} {torn:?}: {error}"));
            let possible = &STATES[confirmed..=(confirmed + 1).min(RECORDS.len())];
            assert!(possible.contains(&journal), "cut at {cut} {left:?} {torn:?} after {confirmed}");
            assert_eq!(run(&memory).unwrap(), RECORDS.len(), "it goes on");
            assert_eq!(open(&memory).unwrap(), STATES[RECORDS.len()]);
        }
    }
    assert!(generations > 1_000, "{generations} cuts between two generations are too few");
}

#[test]
fn a_second_power_cut_while_the_first_is_repaired_changes_nothing() {
    let whole = whole().worn();
    for (left, torn) in CUTS {
        for cut in (0..whole).step_by(149) {
            let first = Memory::of(ROOM);
            first.cut_after(cut, left, torn);
            let confirmed = run(&first).unwrap_or(0);
            first.repower();
            let repaired = first.image();
            open(&repaired).unwrap();
            for second in (0..repaired.worn()).step_by(41) {
                let memory = first.image();
                memory.cut_after(second, left, torn);
                assert!(open(&memory).is_err() && memory.repower(), "{cut} {second}");
                let journal = open(&memory).unwrap_or_else(|error| panic!("{cut} {second} {left:?} {torn:?}: {error}"));
                let possible = &STATES[confirmed..=(confirmed + 1).min(RECORDS.len())];
                assert!(possible.contains(&journal), "{cut} {second} {left:?} {torn:?} after {confirmed}");
            }
        }
    }
}

#[test]
fn a_damaged_byte_before_the_last_line_stops_the_device() {
    let whole = whole();
    let (slot, _) = used(&whole);
    let last = lines(&whole, slot).pop().unwrap().len();
    let bytes = whole.slot(slot);
    assert!(lines(&whole, slot).last().unwrap().contains(&b'+'), "it was appended");
    for damaged in 0..bytes.len() - last - 1 {
        let memory = whole.image();
        let mut changed = bytes.clone();
        changed[damaged] ^= 1;
        memory.set(slot, &changed);
        assert!(is_corrupt(&memory), "{damaged}: {:?}", open(&memory));
    }
}

#[test]
fn the_error_names_the_line() {
    let whole = whole();
    let (slot, _) = used(&whole);
    let mut lines = lines(&whole, slot);
    let third = lines.len() - 3;
    lines[third][20] ^= 1;
    whole.set(slot, &lines.concat());
    let error = open(&whole).unwrap_err().to_string();
    let expected = format!("the journal is damaged in line {} of slot {slot}, and not by a power cut", third + 1);
    assert_eq!(error, expected);
}

#[test]
fn a_half_written_last_line_is_dropped_and_nothing_is_appended_to_it() {
    let whole = whole();
    let (slot, other) = used(&whole);
    let mut bytes = whole.slot(slot);
    let end = bytes.len() - 1;
    bytes[end - 9..end].fill(0);
    whole.set(slot, &bytes);
    let count = RECORDS.len();
    assert_eq!(open(&whole).unwrap(), STATES[count - 1]);
    assert_eq!(used(&whole), (other, slot), "the state was written into the other slot");
    assert_eq!(run(&whole).unwrap(), count);
    assert_eq!(open(&whole).unwrap(), STATES[count]);
}

/// Two slots: the older generation as it was before the state was written anew, and the newer one.
fn both() -> (Memory, Slot) {
    let memory = Memory::of(ROOM);
    let (mut stored, mut journal) = StoredJournal::open(memory.clone()).unwrap();
    let (first, _) = used(&memory);
    let mut older = memory.slot(first);
    for record in records() {
        journal.apply(&record);
        stored.append(&record, &journal).unwrap();
        if used(&memory).0 != first {
            let (newer, older_slot) = used(&memory);
            memory.set(older_slot, &older);
            return (memory, newer);
        }
        older = memory.slot(first);
    }
    unreachable!("the state is written anew");
}

#[test]
fn an_older_slot_that_was_left_behind_does_not_count_and_is_erased() {
    let (memory, newer) = both();
    let alone = memory.image();
    alone.set(newer.other(), b"");
    assert_eq!(open(&memory).unwrap(), open(&alone).unwrap());
    assert_eq!(used(&memory), (newer, newer.other()));
}

#[test]
fn a_damaged_newer_slot_is_not_replaced_by_an_older_one() {
    let (memory, newer) = both();
    let mut lines = lines(&memory, newer);
    assert!(lines.len() >= 4, "a header, records and a commit");
    lines[1][20] ^= 1;
    memory.set(newer, &lines.concat());
    assert!(matches!(open(&memory), Err(JournalError::Corrupt { slot, line: 2 }) if slot == newer));
}

#[test]
fn a_slot_without_a_commit_counts_only_if_there_never_was_one() {
    let (memory, newer) = both();
    let whole = memory.slot(newer);
    let commit = lines(&memory, newer).last().unwrap().len();
    memory.set(newer, &whole[..whole.len() - commit]);
    let older = memory.image();
    older.set(newer, b"");
    assert_eq!(open(&memory.image()).unwrap(), open(&older).unwrap(), "the older one counts");
    memory.set(newer.other(), b"");
    assert!(is_corrupt(&memory), "both are lost");
    let first = Memory::of(ROOM);
    open(&first).unwrap();
    let (slot, _) = used(&first);
    let begun = lines(&first, slot);
    first.set(slot, &begun[..begun.len() - 1].concat());
    assert_eq!(open(&first).unwrap(), Journal::default(), "the first generation has nothing to lose");
}

#[test]
fn two_damaged_slots_stop_the_device() {
    let (memory, _) = both();
    for slot in [Slot::A, Slot::B] {
        let mut bytes = memory.slot(slot);
        bytes[3] ^= 1;
        memory.set(slot, &bytes);
    }
    assert!(is_corrupt(&memory));
    memory.set(Slot::A, &[0; 4_000]);
    memory.set(Slot::B, &vec![0xff; 600_000]);
    assert!(is_corrupt(&memory), "nor are unreadable ones taken for new");
}

#[test]
fn another_format_stops_the_device() {
    let memory = Memory::of(ROOM);
    memory.set(Slot::B, b"nmfhqdZKE56S {\"format\":2,\"generation\":1}\n");
    let sum = "the journal in slot b has the unknown format 2";
    assert_eq!(open(&memory).unwrap_err().to_string(), sum);
}

#[test]
fn empty_lines_fill_up_what_a_medium_writes_at_once() {
    let whole = whole();
    let (slot, _) = used(&whole);
    let padded: Vec<_> = lines(&whole, slot).into_iter().flat_map(|line| [line, b"\n\n\n".to_vec()]).collect();
    let (expected, padded) = (open(&whole.image()).unwrap(), padded.concat());
    whole.set(slot, &padded);
    assert_eq!(open(&whole).unwrap(), expected);
    assert_eq!(whole.slot(slot), padded, "nothing was damaged");
}

#[test]
fn a_storage_that_is_too_small_for_the_state_is_an_error() {
    let memory = Memory::of(150);
    let (mut stored, mut journal) = StoredJournal::open(memory).unwrap();
    let mut results = records().into_iter().map(|record| {
        journal.apply(&record);
        stored.append(&record, &journal)
    });
    let refusal = results.find_map(Result::err);
    assert!(matches!(refusal, Some(JournalError::Storage(StorageError::Full))), "{refusal:?}");
}

#[test]
fn a_slot_grows_by_a_mebibyte_or_by_its_state() {
    let memory = Memory::default();
    let (mut stored, mut journal) = StoredJournal::open(memory.clone()).unwrap();
    let mut largest = 0;
    for version in 1..=60 {
        let page = SealedPage { version, sealed: Sealed("s".repeat(100_000)) };
        let record = Record::Pages { pages: BTreeMap::from([(7, page)]), end: None };
        journal.apply(&record);
        stored.append(&record, &journal).unwrap();
        largest = largest.max(memory.slot(used(&memory).0).len());
    }
    assert!((1_000_000..1_300_000).contains(&largest), "{largest}");
    assert_eq!(open(&memory).unwrap().pages().pages()[&7].version, 60);
}

#[test]
fn lines_that_the_cloud_does_not_have_survive_every_generation() {
    let memory = Memory::of(ROOM);
    let (mut stored, mut journal) = StoredJournal::open(memory.clone()).unwrap();
    let (id, kind) = ("e".to_owned(), CodeKind::Pin);
    let entry = OfflineEntry { id, kind, contract: None, fetch: Vec::new(), give_back: vec![7] };
    let line = JournalLine { j: 1, at: Times { from: 1, to: None }, what: JournalFact::Entry(entry) };
    let begun = [Record::Received { journal: "a".to_owned(), up_to: 0 }, Record::Line { line }];
    for record in begun.into_iter().chain((0..50).map(|up_to| Record::Numbers { up_to })) {
        journal.apply(&record);
        stored.append(&record, &journal).unwrap();
    }
    assert_eq!((journal.lines().waiting().len(), journal.lines().next()), (1, 2));
    assert_eq!(open(&memory).unwrap(), journal);
}

#[test]
fn a_journal_in_files_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let open = || StoredJournal::open(FileStorage::open(folder.path()).unwrap()).unwrap();
    let (mut stored, mut journal) = open();
    for record in records() {
        journal.apply(&record);
        stored.append(&record, &journal).unwrap();
    }
    drop(stored);
    assert_eq!(open().1, journal);
}
