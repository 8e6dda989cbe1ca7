//! What the device must remember across power cuts: which requests it has acted on, and their results; and for the time
//! without the cloud, what it may open then and what it did.
//!
//! [`Journal`] is the state, [`Record`] one change to it, and [`StoredJournal`] keeps the records in a
//! [`Storage`](crate::storage::Storage). The state is
//! bounded: per locker the highest `seq`, the latest reports, the latest page and who has its key; and the lines that
//! the cloud has not received, of which reports about lockers leave room for entries.

mod guesses;
mod holders;
mod lines;
mod pages;
mod record;
mod slot;
mod stored;

use std::collections::{BTreeMap, VecDeque};

use protocol::{Handle, JournalFact, OpeningReport};

pub use guesses::{GuessesLeft, SlowLeft};
use holders::Holders;
pub use holders::KnownHolder;
pub use lines::Lines;
pub use pages::SealedPages;
pub use record::Record;
pub use stored::{JournalError, StoredJournal};

/// Reports kept per locker. The cloud has one running opening per locker, so only one may be requested again. The
/// others are those that the cloud may not have received; more of them than this come only of minutes without a
/// response.
const REPORTS_KEPT: usize = 16;

/// The state that the records produce.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    started_at: Option<i64>,
    lockers: BTreeMap<u16, Lane>,
    numbers: u64,
    pages: SealedPages,
    time: Option<i64>,
    lines: Lines,
    holders: Holders,
    guesses: GuessesLeft,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Lane {
    highest: u64,
    entries: VecDeque<JournalEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    pub seq: u64,
    pub id: String,
    /// The result. `None`: the motor may or may not have run.
    pub report: Option<OpeningReport>,
    /// Whether the shadow has accepted the report.
    pub acknowledged: bool,
}

impl Journal {
    /// Applies records to an empty journal.
    #[must_use]
    pub fn replay<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut journal = Self::default();
        records.into_iter().for_each(|record| journal.apply(record));
        journal
    }

    pub fn apply(&mut self, record: &Record) {
        match record {
            Record::Started { at } => self.started_at = self.started_at.or(Some(*at)),
            Record::Intent { locker, seq, id } => {
                let entry = JournalEntry { seq: *seq, id: id.clone(), report: None, acknowledged: false };
                self.lane(*locker, *seq).put(entry);
            }
            Record::Report { locker, seq, report } => {
                let entry = JournalEntry {
                    seq: *seq,
                    id: report.id.clone(),
                    report: Some(report.clone()),
                    acknowledged: false,
                };
                self.lane(*locker, *seq).put(entry);
            }
            Record::Acknowledged { locker, id } => {
                if let Some(entry) = self.lane(*locker, 0).entries.iter_mut().find(|entry| entry.id == *id) {
                    entry.acknowledged = true;
                }
            }
            Record::Highest { locker, seq } => {
                self.lane(*locker, *seq);
            }
            Record::Numbers { up_to } => self.numbers = self.numbers.max(*up_to),
            Record::Pages { pages, end } => {
                let newer = pages.iter().filter(|(locker, page)| self.pages.has_older(**locker, page.version));
                self.holders.forget(newer.map(|(locker, _)| locker), self.lines.received_up_to());
                self.pages.add(pages, end.as_ref());
            }
            Record::Time { at } => self.time = Some(*at),
            Record::Line { line } => {
                if let JournalFact::Lockers(report) = &line.what {
                    self.numbers = self.numbers.max(report.n);
                }
                if self.lines.add(line) {
                    self.holders.add(line);
                }
            }
            Record::Holder { locker, known } => self.holders.set(*locker, known),
            Record::Received { journal, up_to } => self.lines.received(journal, *up_to),
            Record::Guesses(left) => self.guesses = *left,
        }
    }

    /// When the journal was started, in seconds since 1970; `None` while it is new. It holds everything that the device
    /// has done since, and nothing from before.
    #[must_use]
    pub fn started_at(&self) -> Option<i64> {
        self.started_at
    }

    #[must_use]
    pub fn find(&self, locker: u16, id: &str) -> Option<&JournalEntry> {
        self.lockers.get(&locker)?.entries.iter().find(|entry| entry.id == id)
    }

    /// The highest `seq` ever requested of a locker.
    #[must_use]
    pub fn highest(&self, locker: u16) -> u64 {
        self.lockers.get(&locker).map_or(0, |lane| lane.highest)
    }

    /// Requests for which the motor may or may not have run.
    pub fn intents(&self) -> impl Iterator<Item = (u16, &JournalEntry)> {
        self.entries().filter(|(_, entry)| entry.report.is_none())
    }

    /// Reports that the shadow may not have accepted, per locker the oldest first.
    pub fn unacknowledged(&self) -> impl Iterator<Item = (u16, &JournalEntry)> {
        self.entries().filter(|(_, entry)| entry.report.is_some() && !entry.acknowledged)
    }

    /// The highest reserved sequence number of locker reports.
    #[must_use]
    pub fn numbers(&self) -> u64 {
        self.numbers
    }

    /// What may be opened without the cloud.
    #[must_use]
    pub fn pages(&self) -> &SealedPages {
        &self.pages
    }

    /// The contract that a locker's key is out with, if it is not inside: what is known here, or else what its page
    /// says.
    #[must_use]
    pub fn holder(&self, locker: u16, by_page: Option<Handle>) -> Option<Handle> {
        self.holders.of(locker, by_page)
    }

    /// The latest time that was written, in seconds since 1970: it is not before it.
    #[must_use]
    pub fn time(&self) -> Option<i64> {
        self.time
    }

    /// What was done without the cloud.
    #[must_use]
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// What the latest wrong entry without the cloud left of the budget.
    #[must_use]
    pub fn guesses(&self) -> GuessesLeft {
        self.guesses
    }

    /// The fewest records that produce this state, one after the other: together they would be a second copy of it.
    pub fn records(&self) -> impl Iterator<Item = Record> {
        let started = self.started_at.map(|at| Record::Started { at });
        let lockers = self.lockers.iter().flat_map(|(&locker, lane)| lane.records(locker));
        let numbers = Record::Numbers { up_to: self.numbers };
        started.into_iter().chain([numbers]).chain(self.records_of_offline()).chain(lockers)
    }

    /// Those that are for the time without the cloud.
    fn records_of_offline(&self) -> impl Iterator<Item = Record> {
        let time = self.time.map(|at| Record::Time { at });
        let guesses = (self.guesses != GuessesLeft::default()).then_some(Record::Guesses(self.guesses));
        let received = |id: &str| Record::Received { journal: id.to_owned(), up_to: self.lines.received_up_to() };
        let lines = self.lines.waiting().map(|line| Record::Line { line: line.clone() });
        let journal = self.lines.id().map(received).into_iter().chain(lines);
        // Pages before the holders: they would forget them.
        time.into_iter().chain(guesses).chain(journal).chain(self.pages.records()).chain(self.holders.records())
    }

    fn entries(&self) -> impl Iterator<Item = (u16, &JournalEntry)> {
        self.lockers.iter().flat_map(|(&locker, lane)| lane.entries.iter().map(move |entry| (locker, entry)))
    }

    fn lane(&mut self, locker: u16, seq: u64) -> &mut Lane {
        let lane = self.lockers.entry(locker).or_default();
        lane.highest = lane.highest.max(seq);
        lane
    }
}

impl Lane {
    fn records(&self, locker: u16) -> impl Iterator<Item = Record> {
        let of_entry = move |entry: &JournalEntry| {
            let (seq, id) = (entry.seq, entry.id.clone());
            let acknowledged = entry.acknowledged.then(|| Record::Acknowledged { locker, id: id.clone() });
            let record = match &entry.report {
                None => Record::Intent { locker, seq, id },
                Some(report) => Record::Report { locker, seq, report: report.clone() },
            };
            [record].into_iter().chain(acknowledged)
        };
        [Record::Highest { locker, seq: self.highest }].into_iter().chain(self.entries.iter().flat_map(of_entry))
    }

    /// Adds an entry, replacing an earlier one of the same opening.
    fn put(&mut self, entry: JournalEntry) {
        self.entries.retain(|known| known.id != entry.id);
        self.entries.push_back(entry);
        while self.entries.iter().filter(|entry| entry.report.is_some()).count() > REPORTS_KEPT {
            self.forget_one();
        }
    }

    /// Forgets the oldest report, preferably one that the shadow has accepted. An intent is never forgotten.
    fn forget_one(&mut self) {
        let acknowledged = self.entries.iter().position(|entry| entry.acknowledged);
        if let Some(position) = acknowledged.or_else(|| self.entries.iter().position(|entry| entry.report.is_some())) {
            self.entries.remove(position);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::{
        AnswerEnd, CodeKind, Door, JournalLine, LockerState, LockersMessage, OfflineEntry, OpeningResult, Sealed,
        SealedPage, Times,
    };

    use super::*;

    fn intent(seq: u64, id: &str) -> Record {
        Record::Intent { locker: 7, seq, id: id.to_owned() }
    }

    fn report(seq: u64, id: &str) -> Record {
        Record::Report {
            locker: 7,
            seq,
            report: OpeningReport { id: id.to_owned(), result: OpeningResult::Opened, at: 1 },
        }
    }

    fn acknowledged(id: &str) -> Record {
        Record::Acknowledged { locker: 7, id: id.to_owned() }
    }

    fn ids(journal: &Journal) -> Vec<&str> {
        journal.entries().map(|(_, entry)| entry.id.as_str()).collect()
    }

    #[test]
    fn a_report_replaces_its_intent() {
        let mut journal = Journal::replay(&[intent(1, "a")]);
        assert_eq!(journal.intents().count(), 1);
        journal.apply(&report(1, "a"));
        assert_eq!((journal.intents().count(), journal.unacknowledged().count()), (0, 1));
        journal.apply(&acknowledged("a"));
        assert_eq!(journal.unacknowledged().count(), 0);
        assert!(journal.find(7, "a").is_some_and(|entry| entry.acknowledged));
        assert_eq!(journal.find(8, "a"), None);
    }

    #[test]
    fn acknowledged_reports_are_forgotten_first_and_intents_never() {
        let mut journal = Journal::replay(&[intent(1, "intent")]);
        for seq in 0..REPORTS_KEPT {
            journal.apply(&report(2, &seq.to_string()));
        }
        journal.apply(&acknowledged("1"));
        journal.apply(&report(6, "x"));
        assert_eq!(ids(&journal)[..4], ["intent", "0", "2", "3"]);
        journal.apply(&report(7, "y"));
        assert_eq!(ids(&journal)[..4], ["intent", "2", "3", "4"]);
        assert_eq!(ids(&journal).len(), 1 + REPORTS_KEPT);
    }

    #[test]
    fn the_highest_seq_outlives_its_request() {
        let mut journal = Journal::replay(&[report(90, "high"), acknowledged("high")]);
        (1..=16).for_each(|seq| journal.apply(&report(seq, &format!("low {seq}"))));
        assert_eq!(journal.find(7, "high"), None);
        assert_eq!((journal.highest(7), journal.highest(8)), (90, 0));
    }

    fn report_line(j: u64, n: u64) -> Record {
        let report = LockersMessage { n, lockers: BTreeMap::new(), device_keys: Vec::new() };
        let at = Times { from: 1, to: None };
        Record::Line { line: JournalLine { j, at, what: JournalFact::Lockers(report) } }
    }

    fn pages(locker: u16, version: u32) -> Record {
        let page = SealedPage { version, sealed: Sealed("sealed".to_owned()) };
        Record::Pages { pages: BTreeMap::from([(locker, page)]), end: None }
    }

    fn end(lease: bool) -> Record {
        let lease = lease.then(|| Sealed("lease".to_owned()));
        Record::Pages { pages: BTreeMap::new(), end: Some(AnswerEnd { cost: 14, lease }) }
    }

    fn line(j: u64, what: JournalFact) -> Record {
        Record::Line { line: JournalLine { j, at: Times { from: 1, to: None }, what } }
    }

    fn fetch(j: u64, locker: u16) -> Record {
        let contract = Some(Handle([1; 8]));
        let (id, kind) = ("a".to_owned(), CodeKind::Pin);
        line(j, JournalFact::Entry(OfflineEntry { id, kind, contract, fetch: vec![locker], give_back: Vec::new() }))
    }

    fn key_report(j: u64, locker: u16, key: bool) -> Record {
        let state = LockerState { key, door: Door::Open, by: Some("a".to_owned()) };
        let lockers = BTreeMap::from([(locker, state)]);
        line(j, JournalFact::Lockers(LockersMessage { n: j, lockers, device_keys: Vec::new() }))
    }

    fn received(up_to: u64) -> Record {
        Record::Received { journal: "a".to_owned(), up_to }
    }

    #[test]
    fn who_has_a_key_is_known_here_until_the_cloud_has_the_lines_and_has_sent_a_newer_page() {
        let mut journal = Journal::replay(&[received(0), pages(7, 1), fetch(1, 7), key_report(2, 7, false)]);
        let by_page = Some(Handle([9; 8]));
        for record in [pages(7, 2), received(1), pages(7, 3), received(2)] {
            journal.apply(&record);
            assert_eq!(journal.holder(7, by_page), Some(Handle([1; 8])), "{record:?}");
            assert_eq!(Journal::replay(&journal.records().collect::<Vec<_>>()), journal);
        }
        journal.apply(&pages(7, 4));
        assert_eq!(journal.holder(7, by_page), by_page);
    }

    #[test]
    fn the_number_of_a_report_in_a_line_is_used() {
        let begun = Record::Received { journal: "a".to_owned(), up_to: 0 };
        let mut journal = Journal::replay(&[begun, Record::Numbers { up_to: 5 }, report_line(1, 9)]);
        journal.apply(&Record::Received { journal: "a".to_owned(), up_to: 1 });
        assert_eq!((journal.numbers(), journal.lines().waiting().len()), (9, 0));
    }

    #[test]
    fn every_record_can_be_read_again() {
        let state = LockerState { key: true, door: Door::Closed, by: None };
        let message = LockersMessage { n: 1, lockers: BTreeMap::from([(7, state)]), device_keys: Vec::new() };
        let at = Times { from: 1, to: Some(2) };
        let line = JournalLine { j: 1, at, what: JournalFact::Lockers(message) };
        let slow = Some(SlowLeft { wait: 1, next_in: 2 });
        for record in [
            pages(7, 1),
            end(true),
            end(false),
            fetch(1, 7),
            Record::Line { line },
            Record::Received { journal: "a".to_owned(), up_to: 1 },
            Record::Guesses(GuessesLeft { full_in: 1, forgiven_in: 2, slow }),
            Record::Time { at: 1 },
        ]
        .into_iter()
        .chain(Journal::replay(&[received(0), fetch(1, 7)]).records())
        {
            let json = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record, "{json}");
        }
    }

    fn any_record() -> impl Strategy<Value = Record> {
        let id = (0_u8..30).prop_map(|id| id.to_string());
        (0_u16..2, 0_u64..9, id, 0..17).prop_map(|(locker, seq, id, kind)| match kind {
            0 => Record::Intent { locker, seq, id },
            6 => end(locker == 0),
            7 => pages(locker, u32::try_from(seq).unwrap()),
            13 => fetch(seq, locker),
            14 => key_report(seq, locker, id.len() == 1),
            8 => Record::Time { at: i64::try_from(seq).unwrap() },
            9 | 10 => report_line(seq, u64::from(locker)),
            11 => Record::Received { journal: locker.to_string(), up_to: seq },
            12 => Record::Guesses(GuessesLeft { full_in: seq, forgiven_in: 0, slow: None }),
            1 | 2 => {
                Record::Report { locker, seq, report: OpeningReport { id, result: OpeningResult::Expired, at: 3 } }
            }
            3 => Record::Acknowledged { locker, id },
            4 => Record::Started { at: i64::from(locker) },
            _ => Record::Numbers { up_to: seq },
        })
    }

    proptest! {
        #[test]
        fn its_own_records_produce_the_same_journal(records in prop::collection::vec(any_record(), 0..120)) {
            let journal = Journal::replay(&records);
            prop_assert_eq!(Journal::replay(&journal.records().collect::<Vec<_>>()), journal);
        }
    }
}
