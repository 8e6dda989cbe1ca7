//! Sends what was done without the cloud: one message at a time, and on with what its receipt leaves.
//!
//! The lockers are reported after that, so that the cloud knows why they have changed.

use protocol::{JournalFact, JournalLine, JournalMessage, JournalReceipt};

use super::{Device, Effect};
use crate::clock::Millis;
use crate::journal::{Lines, Record};

/// After this long without a receipt, the lines are sent again.
const PATIENCE: Millis = 5_000;
/// The most lines in a message, and bytes: AWS IoT accepts 128 KiB.
const AT_ONCE: usize = 100;
const BYTES_AT_ONCE: usize = 100_000;
/// How long reports about lockers wait for the lines.
const HELD: Millis = 60_000;

#[derive(Debug)]
pub(super) struct Upload {
    /// The last line that survives a power cut. Later ones are not sent: another one could get their number.
    durable: u64,
    out: Option<Out>,
    /// Until when reports about lockers wait, while there are lines.
    held_until: Option<Millis>,
}

/// The message that waits for its receipt.
#[derive(Debug)]
struct Out {
    first: u64,
    until: Millis,
}

impl Upload {
    pub(super) fn new(lines: &Lines) -> Self {
        Self { durable: lines.next().saturating_sub(1), out: None, held_until: None }
    }

    pub(super) fn connected(&mut self, now: Millis) {
        (self.out, self.held_until) = (None, Some(now.saturating_add(HELD)));
    }

    /// The connection is lost, and the receipt with it.
    pub(super) fn lose_all(&mut self) {
        (self.out, self.held_until) = (None, None);
    }

    /// A line is about to be written. Reports wait for it, unless they have waited for others too long.
    pub(super) fn adds_to(&mut self, lines: &Lines, now: Millis) {
        if lines.is_empty() {
            self.held_until = Some(now.saturating_add(HELD));
        }
    }

    /// The line with this number survives a power cut.
    pub(super) fn written(&mut self, j: u64) {
        self.durable = self.durable.max(j);
    }

    /// The message to send now, if there is one.
    pub(super) fn due(&mut self, lines: &Lines, now: Millis) -> Option<JournalMessage> {
        self.out.take_if(|out| out.until <= now);
        if self.out.is_some() {
            return None;
        }
        let batch: Vec<JournalLine> = batch(lines.waiting().take_while(|line| line.j <= self.durable));
        let first = batch.first()?.j;
        self.out = Some(Out { first, until: now.saturating_add(PATIENCE) });
        Some(JournalMessage { journal: lines.id()?.to_owned(), lines: batch })
    }

    /// Whether a receipt is for these lines. If it is for none of the message, the message is sent again after its time: it
    /// may be the receipt of an earlier one.
    pub(super) fn received(&mut self, receipt: &JournalReceipt, lines: &Lines) -> bool {
        if lines.id() != Some(receipt.journal.as_str()) {
            return false;
        }
        self.durable = self.durable.max(receipt.up_to);
        self.out.take_if(|out| receipt.up_to >= out.first);
        true
    }

    /// Whether reports about lockers wait.
    pub(super) fn holds_reports(&self, lines: &Lines) -> bool {
        self.held_until.is_some() && !lines.is_empty()
    }

    /// Whether reports have waited for so long that they wait no more.
    pub(super) fn gives_up(&mut self, lines: &Lines, now: Millis) -> bool {
        self.held_until.take_if(|until| *until <= now && !lines.is_empty()).is_some()
    }

    pub(super) fn wake_at(&self, lines: &Lines) -> Option<Millis> {
        let held = self.held_until.filter(|_| !lines.is_empty());
        self.out.as_ref().map(|out| out.until).into_iter().chain(held).min()
    }
}

impl Device {
    /// Whether reports about lockers are sent: not before the cloud has what was done without it.
    pub(super) fn reports_lockers(&self) -> bool {
        self.connected && self.lockers.can_be_reported() && !self.upload.holds_reports(self.journal.lines())
    }

    /// Makes the lockers that have changed due, or a line. Without room for one, the next report has how they are then.
    pub(super) fn note_changes(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        if self.connected && self.upload.gives_up(self.journal.lines(), now) {
            self.lockers.report_all();
        }
        if self.reports_lockers() || self.journal.lines().is_full() {
            self.lockers.report_changed();
        } else {
            let millis = self.time.clock().map(|clock| clock.millis(now));
            while let Some(report) = self.lockers.write_changed(&mut self.numbers, millis) {
                self.write_line(JournalFact::Lockers(report), now, effects);
            }
        }
    }

    /// Writes what was done without the cloud. Returns the number of the line.
    pub(super) fn write_line(&mut self, what: JournalFact, now: Millis, effects: &mut Vec<Effect>) -> u64 {
        if self.journal.lines().id().is_none() {
            let journal = format!("{:016x}", self.identity.life);
            self.persist(Record::Received { journal, up_to: 0 }, effects);
        }
        self.upload.adds_to(self.journal.lines(), now);
        let j = self.journal.lines().next();
        self.persist(Record::Line { line: JournalLine { j, at: self.time.times(now), what } }, effects);
        j
    }

    /// Sends the lines that the cloud may not have, once the shadow was read.
    pub(super) fn send_lines(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        if !self.lockers.can_be_reported() {
            return;
        }
        if let Some(message) = self.upload.due(self.journal.lines(), now) {
            effects.push(Effect::publish(self.identity.topics.journal(), &message));
        }
    }

    /// The cloud has recorded lines.
    pub(super) fn receipt(&mut self, receipt: JournalReceipt, effects: &mut Vec<Effect>) {
        let lines = self.journal.lines();
        if self.upload.received(&receipt, lines) && receipt.up_to > lines.received_up_to() {
            self.persist(Record::Received { journal: receipt.journal, up_to: receipt.up_to }, effects);
        }
    }
}

/// The first of these lines, as many as fit into a message.
fn batch<'a>(lines: impl Iterator<Item = &'a JournalLine>) -> Vec<JournalLine> {
    let mut bytes = 0;
    let fits = |line: &&JournalLine| {
        let is_first = bytes == 0;
        bytes += serde_json::to_vec(line).map_or(0, |json| json.len());
        is_first || bytes <= BYTES_AT_ONCE
    };
    lines.take(AT_ONCE).take_while(fits).cloned().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use protocol::{CodeKind, Door, JournalFact, LockerState, LockersMessage, Times};

    use super::*;
    use crate::journal::Journal;

    fn line(j: u64) -> Record {
        let at = Times { from: 0, to: None };
        Record::Line { line: JournalLine { j, at, what: JournalFact::WrongEntry(CodeKind::Pin) } }
    }

    fn received(up_to: u64) -> Record {
        Record::Received { journal: "a".to_owned(), up_to }
    }

    fn journal(lines: std::ops::RangeInclusive<u64>) -> Journal {
        let mut journal = Journal::replay(&[received(lines.start() - 1)]);
        lines.for_each(|j| journal.apply(&line(j)));
        journal
    }

    fn numbers(message: Option<JournalMessage>) -> Option<(u64, u64)> {
        let lines = message?.lines;
        Some((lines.first()?.j, lines.last()?.j))
    }

    fn receipt(journal: &str, up_to: u64) -> JournalReceipt {
        JournalReceipt { journal: journal.to_owned(), up_to }
    }

    #[test]
    fn a_hundred_lines_go_at_once_and_the_rest_after_the_receipt() {
        let mut journal = journal(41..=250);
        let mut upload = Upload::new(journal.lines());
        upload.connected(0);
        assert_eq!(numbers(upload.due(journal.lines(), 0)), Some((41, 140)));
        assert_eq!(upload.due(journal.lines(), 4_999), None);
        assert_eq!(numbers(upload.due(journal.lines(), 5_000)), Some((41, 140)), "again");
        assert!(!upload.received(&receipt("b", 140), journal.lines()));
        for (up_to, next) in [(100, Some((101, 200))), (200, Some((201, 250))), (250, None)] {
            assert!(upload.received(&receipt("a", up_to), journal.lines()));
            journal.apply(&received(up_to));
            assert_eq!(numbers(upload.due(journal.lines(), 5_100)), next);
        }
    }

    #[test]
    fn a_receipt_of_an_earlier_message_does_not_send_the_next_one_twice() {
        let journal = journal(1..=3);
        let mut upload = Upload::new(journal.lines());
        upload.due(journal.lines(), 0);
        upload.received(&receipt("a", 0), journal.lines());
        assert_eq!(upload.due(journal.lines(), 4_999), None);
    }

    #[test]
    fn a_line_is_sent_once_it_survives_a_power_cut() {
        let mut journal = journal(1..=1);
        let mut upload = Upload::new(journal.lines());
        journal.apply(&line(2));
        assert_eq!(numbers(upload.due(journal.lines(), 0)), Some((1, 1)));
        upload.written(2);
        assert_eq!(numbers(upload.due(journal.lines(), 5_000)), Some((1, 2)));
    }

    #[test]
    fn a_message_is_below_the_limit_of_aws() {
        let mut journal = Journal::replay(&[received(0)]);
        let state = LockerState { key: true, door: Door::Closed, by: Some("01KB0000000000000000000000".to_owned()) };
        for j in 1..=20 {
            let lockers: BTreeMap<_, _> = (0..500).map(|locker| (locker, state.clone())).collect();
            let what = JournalFact::Lockers(LockersMessage { n: j, lockers, device_keys: Vec::new() });
            journal.apply(&Record::Line { line: JournalLine { j, at: Times { from: 0, to: None }, what } });
        }
        let message = Upload::new(journal.lines()).due(journal.lines(), 0).unwrap();
        assert!(!message.lines.is_empty() && serde_json::to_vec(&message).unwrap().len() < 128 * 1024);
    }

    #[test]
    fn reports_wait_for_lines_for_at_most_a_minute() {
        let (none, some) = (Journal::default(), journal(1..=1));
        let mut upload = Upload::new(some.lines());
        upload.connected(0);
        assert_eq!((upload.holds_reports(none.lines()), upload.holds_reports(some.lines())), (false, true));
        assert_eq!((upload.gives_up(some.lines(), 59_999), upload.wake_at(some.lines())), (false, Some(60_000)));
        assert_eq!((upload.gives_up(some.lines(), 60_000), upload.wake_at(some.lines())), (true, None));
        assert!(!upload.holds_reports(some.lines()));
    }
}
