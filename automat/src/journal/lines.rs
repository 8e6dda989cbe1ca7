//! What was done without the cloud, until the cloud has it.

use std::collections::VecDeque;

use protocol::JournalLine;

/// With more lines than this, doors and keys are no longer written, and nothing is fetched: other entries always are
/// written.
const KEPT: usize = 20_000;

/// Lines, numbered without a gap.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    /// `None` before the first line.
    id: Option<String>,
    /// The number of the last line that there ever was.
    last: u64,
    /// Those that the cloud may not have, the oldest first.
    waiting: VecDeque<JournalLine>,
}

impl Lines {
    /// How many lines there is room for.
    pub const ROOM: usize = KEPT;

    /// The id under which the lines are numbered.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The number of the next line.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.last.saturating_add(1)
    }

    /// The lines that the cloud may not have, the oldest first.
    #[must_use]
    pub fn waiting(&self) -> impl ExactSizeIterator<Item = &JournalLine> {
        self.waiting.iter()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether there is no room for what can be left out.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.waiting.len() >= KEPT
    }

    /// Adds a line. `false` if it has been there before.
    pub(super) fn add(&mut self, line: &JournalLine) -> bool {
        let is_new = self.id.is_some() && line.j > self.last;
        if is_new {
            self.last = line.j;
            self.waiting.push_back(line.clone());
        }
        is_new
    }

    pub(super) fn received(&mut self, journal: &str, up_to: u64) {
        self.id = Some(journal.to_owned());
        self.last = self.last.max(up_to);
        while self.waiting.front().is_some_and(|line| line.j <= up_to) {
            self.waiting.pop_front();
        }
    }

    /// The cloud has all lines up to this one.
    #[must_use]
    pub fn received_up_to(&self) -> u64 {
        self.waiting.front().map_or(self.last, |line| line.j.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use protocol::{CodeKind, JournalFact, Times};

    use super::*;

    fn lines(numbers: impl IntoIterator<Item = u64>) -> Lines {
        let mut lines = Lines::default();
        lines.received("a", 0);
        for j in numbers {
            let at = Times { from: 0, to: None };
            lines.add(&JournalLine { j, at, what: JournalFact::WrongEntry(CodeKind::Pin) });
        }
        lines
    }

    fn numbers(lines: &Lines) -> Vec<u64> {
        lines.waiting().map(|line| line.j).collect()
    }

    #[test]
    fn a_receipt_removes_the_lines_up_to_its_number() {
        let mut lines = lines(1..=4);
        lines.received("a", 2);
        assert_eq!((numbers(&lines), lines.next(), lines.received_up_to()), (vec![3, 4], 5, 2));
        lines.received("a", 4);
        assert_eq!((numbers(&lines), lines.next(), lines.received_up_to()), (vec![], 5, 4));
    }

    #[test]
    fn a_receipt_of_lines_that_are_not_known_makes_the_numbers_go_on_above_it() {
        let mut lines = lines(1..=4);
        lines.received("a", 9);
        assert_eq!((numbers(&lines), lines.next()), (vec![], 10));
    }

    #[test]
    fn twenty_thousand_lines_are_kept() {
        assert!(!lines(1..=19_999).is_full());
        assert!(lines(1..=20_000).is_full());
    }
}
