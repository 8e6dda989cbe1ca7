//! What the device must not forget when it loses power: which requests it has acted on and what came of them.
//!
//! [`Journal`] is the state, [`Record`] one step of it, [`JournalFile`] keeps the records on a disk. The state is bounded:
//! per locker the highest `seq` and a few of the latest words.

mod file;
mod record;

use std::collections::{BTreeMap, VecDeque};

use protocol::Word;

pub use file::{JournalError, JournalFile};
pub use record::Record;

/// Words kept per locker. The cloud has one live opening per locker, so one is asked about again; the others are those
/// whose word it may not have heard yet, and more of them than this come only of minutes without an answer.
const WORDS_KEPT: usize = 16;

/// What the records so far add up to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    begun: Option<i64>,
    lockers: BTreeMap<u16, Lane>,
    numbers: u64,
}

/// The requests to one locker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Lane {
    highest: u64,
    entries: VecDeque<JournalEntry>,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its `seq`.
    pub seq: u64,
    /// The opening's id.
    pub id: String,
    /// What came of it. `None`: the motor may or may not have run.
    pub word: Option<Word>,
    /// Whether the shadow has taken the word.
    pub acknowledged: bool,
}

impl Journal {
    /// The state that some records add up to.
    #[must_use]
    pub fn replay<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut journal = Self::default();
        records.into_iter().for_each(|record| journal.apply(record));
        journal
    }

    /// Takes one more step.
    pub fn apply(&mut self, record: &Record) {
        match record {
            Record::Begun { at } => self.begun = self.begun.or(Some(*at)),
            Record::Intent { locker, seq, id } => {
                let entry = JournalEntry { seq: *seq, id: id.clone(), word: None, acknowledged: false };
                self.lane(*locker, *seq).put(entry);
            }
            Record::Word { locker, seq, word } => {
                let entry =
                    JournalEntry { seq: *seq, id: word.id.clone(), word: Some(word.clone()), acknowledged: false };
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
        }
    }

    /// When the journal was begun, in seconds since 1970; `None` while it is new. It holds everything that the device has
    /// done since, and nothing of what it did before.
    #[must_use]
    pub fn begun(&self) -> Option<i64> {
        self.begun
    }

    /// What is known of an opening.
    #[must_use]
    pub fn find(&self, locker: u16, id: &str) -> Option<&JournalEntry> {
        self.lockers.get(&locker)?.entries.iter().find(|entry| entry.id == id)
    }

    /// The highest `seq` that a locker was ever asked with.
    #[must_use]
    pub fn highest(&self, locker: u16) -> u64 {
        self.lockers.get(&locker).map_or(0, |lane| lane.highest)
    }

    /// Requests that the motor may have run for, and nobody knows.
    pub fn intents(&self) -> impl Iterator<Item = (u16, &JournalEntry)> {
        self.entries().filter(|(_, entry)| entry.word.is_none())
    }

    /// Words that the shadow may not have taken yet, per locker the oldest first.
    pub fn untold(&self) -> impl Iterator<Item = (u16, &JournalEntry)> {
        self.entries().filter(|(_, entry)| entry.word.is_some() && !entry.acknowledged)
    }

    /// Up to which number tellings of lockers may have been sent.
    #[must_use]
    pub fn numbers(&self) -> u64 {
        self.numbers
    }

    /// The fewest records that add up to this.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        let mut records: Vec<Record> = self.begun.iter().map(|&at| Record::Begun { at }).collect();
        records.push(Record::Numbers { up_to: self.numbers });
        for (&locker, lane) in &self.lockers {
            records.push(Record::Highest { locker, seq: lane.highest });
            for entry in &lane.entries {
                let (seq, id) = (entry.seq, entry.id.clone());
                records.push(match &entry.word {
                    None => Record::Intent { locker, seq, id: id.clone() },
                    Some(word) => Record::Word { locker, seq, word: word.clone() },
                });
                if entry.acknowledged {
                    records.push(Record::Acknowledged { locker, id });
                }
            }
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
    /// Puts an entry last, in the place of what was known of its opening.
    fn put(&mut self, entry: JournalEntry) {
        self.entries.retain(|known| known.id != entry.id);
        self.entries.push_back(entry);
        while self.entries.iter().filter(|entry| entry.word.is_some()).count() > WORDS_KEPT {
            self.forget_one();
        }
    }

    /// Forgets the oldest word, of those that the shadow has if it has any. An intent is never forgotten.
    fn forget_one(&mut self) {
        let told = self.entries.iter().position(|entry| entry.acknowledged);
        if let Some(place) = told.or_else(|| self.entries.iter().position(|entry| entry.word.is_some())) {
            self.entries.remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use protocol::Outcome;

    use super::*;

    fn intent(seq: u64, id: &str) -> Record {
        Record::Intent { locker: 7, seq, id: id.to_owned() }
    }

    fn word(seq: u64, id: &str) -> Record {
        Record::Word { locker: 7, seq, word: Word { id: id.to_owned(), outcome: Outcome::Opened, at: 1 } }
    }

    fn acknowledged(id: &str) -> Record {
        Record::Acknowledged { locker: 7, id: id.to_owned() }
    }

    fn ids(journal: &Journal) -> Vec<&str> {
        journal.entries().map(|(_, entry)| entry.id.as_str()).collect()
    }

    #[test]
    fn a_word_takes_the_place_of_its_intent() {
        let mut journal = Journal::replay(&[intent(1, "a")]);
        assert_eq!(journal.intents().count(), 1);
        journal.apply(&word(1, "a"));
        assert_eq!((journal.intents().count(), journal.untold().count()), (0, 1));
        journal.apply(&acknowledged("a"));
        assert_eq!(journal.untold().count(), 0);
        assert!(journal.find(7, "a").is_some_and(|entry| entry.acknowledged));
        assert_eq!(journal.find(8, "a"), None);
    }

    #[test]
    fn told_words_are_forgotten_before_untold_ones_and_intents_never() {
        let mut journal = Journal::replay(&[intent(1, "intent")]);
        for seq in 0..WORDS_KEPT {
            journal.apply(&word(2, &seq.to_string()));
        }
        journal.apply(&acknowledged("1"));
        journal.apply(&word(6, "x"));
        assert_eq!(ids(&journal)[..4], ["intent", "0", "2", "3"]);
        journal.apply(&word(7, "y"));
        assert_eq!(ids(&journal)[..4], ["intent", "2", "3", "4"]);
        assert_eq!(ids(&journal).len(), 1 + WORDS_KEPT);
    }

    #[test]
    fn the_highest_seq_outlives_its_request() {
        let mut journal = Journal::replay(&[word(90, "high"), acknowledged("high")]);
        (1..=16).for_each(|seq| journal.apply(&word(seq, &format!("low {seq}"))));
        assert_eq!(journal.find(7, "high"), None);
        assert_eq!((journal.highest(7), journal.highest(8)), (90, 0));
    }

    fn any_record() -> impl Strategy<Value = Record> {
        let id = (0_u8..30).prop_map(|id| id.to_string());
        (0_u16..2, 0_u64..9, id, 0..6).prop_map(|(locker, seq, id, kind)| match kind {
            0 => Record::Intent { locker, seq, id },
            1 | 2 => Record::Word { locker, seq, word: Word { id, outcome: Outcome::Expired, at: 3 } },
            3 => Record::Acknowledged { locker, id },
            4 => Record::Begun { at: i64::from(locker) },
            _ => Record::Numbers { up_to: seq },
        })
    }

    proptest! {
        #[test]
        fn its_own_records_add_up_to_the_same_journal(records in prop::collection::vec(any_record(), 0..120)) {
            let journal = Journal::replay(&records);
            prop_assert_eq!(Journal::replay(&journal.records()), journal);
        }
    }
}
