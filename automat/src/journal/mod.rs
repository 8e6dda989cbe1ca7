//! What the device must remember across power cuts: which requests it has acted on, and their results; and for the time
//! without the cloud, what it may open then and what it did.
//!
//! [`Journal`] is the state, [`Record`] one change to it, and [`JournalFile`] keeps the records on disk. The state is
//! bounded: per locker the highest `seq`, the latest reports and the codes that return its key; and the lines that the
//! cloud has not received, of which reports about lockers leave room for entries.

mod access;
mod file;
mod guesses;
mod lines;
mod record;

use std::collections::{BTreeMap, VecDeque};

use protocol::{JournalFact, OpeningReport};

pub use access::KnownAccess;
pub use file::{JournalError, JournalFile};
pub use guesses::{GuessesLeft, SlowLeft};
pub use lines::Lines;
pub use record::Record;

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
    access: KnownAccess,
    time: Option<i64>,
    lines: Lines,
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
            Record::Access { all, cost, lockers } => self.access = self.access.after(*all, *cost, lockers),
            Record::Time { at } => self.time = Some(*at),
            Record::Line { line } => {
                if let JournalFact::Lockers(report) = &line.what {
                    self.numbers = self.numbers.max(report.n);
                }
                self.lines.add(line);
            }
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

    /// What returns keys without the cloud.
    #[must_use]
    pub fn access(&self) -> &KnownAccess {
        &self.access
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

    /// The fewest records that produce this state.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        let mut records: Vec<Record> = self.started_at.iter().map(|&at| Record::Started { at }).collect();
        records.push(Record::Numbers { up_to: self.numbers });
        records.extend(self.records_of_offline());
        for (&locker, lane) in &self.lockers {
            records.push(Record::Highest { locker, seq: lane.highest });
            for entry in &lane.entries {
                let (seq, id) = (entry.seq, entry.id.clone());
                records.push(match &entry.report {
                    None => Record::Intent { locker, seq, id: id.clone() },
                    Some(report) => Record::Report { locker, seq, report: report.clone() },
                });
                if entry.acknowledged {
                    records.push(Record::Acknowledged { locker, id });
                }
            }
        }
        records
    }

    /// Those that are for the time without the cloud.
    fn records_of_offline(&self) -> Vec<Record> {
        let mut records: Vec<Record> = self.time.iter().map(|&at| Record::Time { at }).collect();
        if self.access != KnownAccess::default() {
            let lockers = self.access.lockers().clone();
            records.push(Record::Access { all: true, cost: self.access.cost(), lockers });
        }
        if self.guesses != GuessesLeft::default() {
            records.push(Record::Guesses(self.guesses));
        }
        if let Some(journal) = self.lines.id() {
            records.push(Record::Received { journal: journal.to_owned(), up_to: self.lines.received_up_to() });
            records.extend(self.lines.waiting().map(|line| Record::Line { line: line.clone() }));
        }
        records
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
    use protocol::{Access, Door, JournalLine, LockerState, LockersMessage, OpeningResult, Times, Verifier};

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

    fn access_of(locker: u16, code: &str) -> BTreeMap<u16, Access> {
        let return_code = (!code.is_empty()).then(|| Verifier(code.to_owned()));
        BTreeMap::from([(locker, Access { return_code, pins: BTreeMap::new() })])
    }

    #[test]
    fn an_answer_replaces_the_access_of_the_lockers_that_were_asked_for() {
        let some = |locker, code| Record::Access { all: false, cost: 14, lockers: access_of(locker, code) };
        let mut journal = Journal::replay(&[some(1, "a"), some(2, "b"), some(1, "c"), some(2, "")]);
        assert_eq!(*journal.access().lockers(), access_of(1, "c"));
        journal.apply(&Record::Access { all: true, cost: 14, lockers: access_of(3, "d") });
        assert_eq!(*journal.access().lockers(), access_of(3, "d"));
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
        let pins = BTreeMap::from([(Verifier("p".to_owned()), "c-1".to_owned())]);
        let lockers = BTreeMap::from([(7, Access { return_code: None, pins })]);
        let state = LockerState { key: true, door: Door::Closed, by: None };
        let message = LockersMessage { n: 1, lockers: BTreeMap::from([(7, state)]), device_keys: Vec::new() };
        let at = Times { from: 1, to: Some(2) };
        let line = JournalLine { j: 1, at, what: JournalFact::Lockers(message) };
        let slow = Some(SlowLeft { wait: 1, next_in: 2 });
        for record in [
            Record::Access { all: true, cost: 14, lockers },
            Record::Line { line },
            Record::Received { journal: "a".to_owned(), up_to: 1 },
            Record::Guesses(GuessesLeft { full_in: 1, forgiven_in: 2, slow }),
            Record::Time { at: 1 },
        ] {
            let json = serde_json::to_string(&record).unwrap();
            assert_eq!(serde_json::from_str::<Record>(&json).unwrap(), record, "{json}");
        }
    }

    fn any_record() -> impl Strategy<Value = Record> {
        let id = (0_u8..30).prop_map(|id| id.to_string());
        (0_u16..2, 0_u64..9, id, 0..13).prop_map(|(locker, seq, id, kind)| match kind {
            0 => Record::Intent { locker, seq, id },
            6 | 7 => {
                Record::Access { all: locker == 0, cost: 14, lockers: access_of(u16::try_from(seq).unwrap(), &id[1..]) }
            }
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
            prop_assert_eq!(Journal::replay(&journal.records()), journal);
        }
    }
}
