//! How far the cloud has recorded the journal of an automat's device.

use domain::AutomatId;
use serde::{Deserialize, Serialize};

use super::{AutomatItem, Item, ItemKey, number, text, write};
use crate::Error;
use crate::expression::{Expression, absent, is};

/// So many journals are remembered that the device had before: their lines may still arrive again.
const FORMER: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredJournal {
    /// Random, drawn by the device.
    pub(crate) journal: String,
    /// The number of the last line that is recorded.
    pub(crate) up_to: u64,
    era: u64,
    /// The journals before it, the oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    former: Vec<String>,
}

impl StoredJournal {
    pub(crate) fn key(automat: &AutomatId) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), "JOURNAL")
    }

    pub(crate) fn write(&self, automat: &AutomatId) -> Result<Item, Error> {
        write(self, Self::key(automat), None, None)
    }

    /// Whether the device had this journal before.
    pub(crate) fn is_former(&self, journal: &str) -> bool {
        self.former.iter().any(|former| former == journal)
    }

    /// The state after the next line.
    pub(crate) fn next(&self) -> Self {
        Self { up_to: self.up_to.saturating_add(1), ..self.clone() }
    }

    /// From which state on the lines of a journal are recorded, of which `first` is the number of the first that the device sends.
    /// `None` if they are not: another journal is known, and these are not its lines nor those of a new one.
    pub(crate) fn before(known: Option<&Self>, journal: &str, first: u64, era: u64) -> Option<Self> {
        let from = first.saturating_sub(1);
        let new = |former| Self { journal: journal.to_owned(), up_to: from, era, former };
        let Some(known) = known else { return Some(new(Vec::new())) };
        if known.journal == journal {
            // After a reset the device may go on from anywhere; what is recorded stays recorded.
            let up_to = if known.era == era { known.up_to } else { known.up_to.max(from) };
            return Some(Self { up_to, era, ..known.clone() });
        }
        let is_new = first == 1 || known.era != era;
        (is_new && !known.is_former(journal)).then(|| {
            let mut former = known.former.clone();
            former.push(known.journal.clone());
            former.drain(..former.len().saturating_sub(FORMER));
            new(former)
        })
    }

    /// Condition: no other line has been recorded since this was read.
    pub(crate) fn unchanged(read: Option<&Self>) -> Expression {
        let Some(read) = read else { return absent() };
        is("journal", text(&read.journal)).and(is("upTo", number(read.up_to))).and(is("era", number(read.era)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(journal: &str, up_to: u64, era: u64) -> StoredJournal {
        StoredJournal { journal: journal.to_owned(), up_to, era, former: Vec::new() }
    }

    #[test]
    fn a_journal_goes_on_where_it_was() {
        let one = known("one", 40, 1);
        for first in [1, 41, 60] {
            assert_eq!(StoredJournal::before(Some(&one), "one", first, 1), Some(one.clone()), "{first}");
        }
    }

    #[test]
    fn a_new_journal_begins_with_its_first_line_and_an_old_one_does_not_come_back() {
        let one = known("one", 40, 1);
        assert_eq!(StoredJournal::before(Some(&one), "two", 5, 1), None);
        let two = StoredJournal::before(Some(&one), "two", 1, 1).unwrap();
        assert_eq!((two.journal.as_str(), two.up_to), ("two", 0));
        assert_eq!(StoredJournal::before(Some(&two), "one", 1, 1), None, "delivered once more");
        let mut last = two;
        for n in 0..20 {
            last = StoredJournal::before(Some(&last), &n.to_string(), 1, 1).unwrap();
        }
        assert_eq!(last.former.len(), FORMER);
    }

    #[test]
    fn after_a_reset_any_line_may_be_the_first() {
        let up_to = |known: Option<&StoredJournal>, journal, first| {
            StoredJournal::before(known, journal, first, 2).map(|journal| journal.up_to)
        };
        let one = known("one", 40, 1);
        assert_eq!(up_to(Some(&one), "two", 17), Some(16));
        assert_eq!(up_to(Some(&one), "one", 61), Some(60), "the table was restored from a backup");
        assert_eq!(up_to(Some(&one), "one", 35), Some(40), "what is recorded is not recorded again");
        assert_eq!(up_to(None, "two", 17), Some(16));
    }
}
