//! The words that the shadow has not taken yet.
//!
//! One report is out at a time, with one word of each locker, the oldest first: the shadow has one place for it, and a
//! newer word would cover an older one before the cloud has read it. What comes of twenty openings at once goes in a few
//! reports, so that the cloud stores it and clears the shadow a few times, and not twenty.

use std::collections::{BTreeMap, VecDeque};

use crate::clock::Millis;

/// After so long without an answer, or after a refusal, it is reported again.
const PATIENCE: Millis = 5_000;
/// A report goes at once; the next one not sooner than this after it, so that it takes along what comes meanwhile. AWS
/// IoT allows a thing 20 shadow requests a second: requests, questions, reports and clearing together.
const PACE: Millis = 200;
/// After a refusal for that rate.
const RATE_REFILLS: Millis = 1_000;
/// The most words in a report: some 2.5 KB of the shadow's 8 with the requests that go with them.
const AT_ONCE: usize = 20;

/// What is to be reported.
#[derive(Debug)]
pub(super) struct Reports {
    life: u64,
    count: u64,
    /// The words by locker, the oldest first. No locker is without one.
    waiting: BTreeMap<u16, VecDeque<String>>,
    out: Option<Out>,
    /// When the next report may go.
    next_at: Millis,
    /// The last report was refused, and this locker's was its last word. Words go one by one until one is taken: one that
    /// is refused for ever keeps no other back.
    refused_at: Option<u16>,
}

/// The report that is out.
#[derive(Debug)]
struct Out {
    report: Report,
    /// When to give up waiting for an answer.
    until: Millis,
}

/// Words to report now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) token: String,
    /// Locker and opening of each.
    pub(super) words: Vec<(u16, String)>,
}

impl Reports {
    pub(super) fn new(life: u64) -> Self {
        Self { life, count: 0, waiting: BTreeMap::new(), out: None, next_at: 0, refused_at: None }
    }

    /// Adds the word on an opening, unless it waits already.
    pub(super) fn add(&mut self, locker: u16, id: &str) {
        let waiting = self.waiting.entry(locker).or_default();
        if !waiting.iter().any(|waiting| waiting == id) {
            waiting.push_back(id.to_owned());
        }
    }

    /// Takes out the report to send now.
    pub(super) fn due(&mut self, now: Millis) -> Option<Report> {
        self.out.take_if(|out| out.until <= now);
        if self.out.is_some() || now < self.next_at || self.waiting.is_empty() {
            return None;
        }
        self.count += 1;
        let report = Report { token: token('r', self.life, self.count), words: self.next_words() };
        self.out = Some(Out { report: report.clone(), until: now + PATIENCE });
        self.next_at = now + PACE;
        Some(report)
    }

    fn next_words(&self) -> Vec<(u16, String)> {
        let first = |(&locker, waiting): (&u16, &VecDeque<String>)| Some((locker, waiting.front()?.clone()));
        match self.refused_at {
            Some(last) => {
                let following = self.waiting.range(last.saturating_add(1)..).chain(&self.waiting);
                following.filter_map(first).take(1).collect()
            }
            None => self.waiting.iter().filter_map(first).take(AT_ONCE).collect(),
        }
    }

    /// The shadow has taken the report with this token: the words in it.
    pub(super) fn accepted(&mut self, token: &str) -> Option<Vec<(u16, String)>> {
        let Out { report, .. } = self.out.take_if(|out| out.report.token == token)?;
        self.refused_at = None;
        report.words.iter().for_each(|(locker, id)| self.remove(*locker, id));
        Some(report.words)
    }

    /// The shadow has refused the report with this token: its words stay until they are due again. Whether it was ours.
    pub(super) fn rejected(&mut self, token: &str, now: Millis) -> bool {
        let Some(Out { report, .. }) = self.out.take_if(|out| out.report.token == token) else { return false };
        self.refused_at = report.words.last().map(|(locker, _)| *locker);
        self.next_at = now + PATIENCE;
        true
    }

    /// The thing's rate did not allow the report with this token: it goes again in a second, as it is.
    pub(super) fn throttled(&mut self, token: &str, now: Millis) {
        if self.out.take_if(|out| out.report.token == token).is_some() {
            self.next_at = now + RATE_REFILLS;
        }
    }

    /// The word on this opening needs to be reported no more.
    pub(super) fn remove(&mut self, locker: u16, id: &str) {
        if let Some(waiting) = self.waiting.get_mut(&locker) {
            waiting.retain(|waiting| waiting != id);
        }
        self.waiting.retain(|_, waiting| !waiting.is_empty());
    }

    /// The openings that wait to be reported, by locker.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (u16, &str)> {
        self.waiting.iter().flat_map(|(&locker, ids)| ids.iter().map(move |id| (locker, id.as_str())))
    }

    /// The connection is gone, and with it whatever was out.
    pub(super) fn lose_all(&mut self) {
        (self.out, self.next_at, self.refused_at) = (None, 0, None);
    }

    pub(super) fn wake_at(&self) -> Option<Millis> {
        let next = (!self.waiting.is_empty()).then_some(self.next_at);
        self.out.as_ref().map(|out| out.until).or(next)
    }
}

/// A client token that no other message of any life of this device has.
pub(super) fn token(kind: char, life: u64, count: u64) -> String {
    format!("{kind}{life:016x}-{count}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(report: Option<Report>) -> Vec<(u16, String)> {
        report.map(|report| report.words).unwrap_or_default()
    }

    fn some(words: &[(u16, &str)]) -> Vec<(u16, String)> {
        words.iter().map(|(locker, id)| (*locker, (*id).to_owned())).collect()
    }

    #[test]
    fn a_lockers_words_go_one_after_the_other_and_lockers_together() {
        let mut reports = Reports::new(1);
        for (locker, id) in [(7, "a"), (7, "b"), (8, "c"), (7, "a")] {
            reports.add(locker, id);
        }
        let first = reports.due(0).unwrap();
        assert_eq!(first.words, some(&[(7, "a"), (8, "c")]));
        assert_eq!(reports.due(PATIENCE - 1), None);
        assert_eq!(reports.accepted("another device's"), None);
        assert_eq!(reports.accepted(&first.token), Some(first.words.clone()));
        assert_eq!(reports.accepted(&first.token), None);
        assert_eq!(words(reports.due(PACE)), some(&[(7, "b")]));
    }

    #[test]
    fn what_comes_within_a_fifth_of_a_second_goes_together() {
        let mut reports = Reports::new(1);
        reports.add(7, "a");
        let first = reports.due(0).unwrap();
        reports.accepted(&first.token);
        assert_eq!(reports.wake_at(), None);
        for locker in 8..40 {
            reports.add(locker, "b");
        }
        assert_eq!((reports.due(PACE - 1), reports.wake_at()), (None, Some(PACE)));
        let second = reports.due(PACE).unwrap();
        assert_eq!(second.words.len(), AT_ONCE);
        reports.accepted(&second.token);
        assert_eq!(words(reports.due(2 * PACE)).len(), 12);
    }

    #[test]
    fn words_are_reported_again_after_silence_a_refusal_and_a_new_connection() {
        let mut reports = Reports::new(1);
        reports.add(7, "a");
        reports.due(0);
        assert_eq!(reports.wake_at(), Some(PATIENCE));
        let again = reports.due(PATIENCE).unwrap();
        assert_eq!(again.words, some(&[(7, "a")]));
        assert!(reports.rejected(&again.token, 6_000));
        assert_eq!(reports.due(6_000 + PATIENCE - 1), None);
        assert_eq!(words(reports.due(6_000 + PATIENCE)), some(&[(7, "a")]));
        reports.lose_all();
        assert_eq!(words(reports.due(12_000)), some(&[(7, "a")]));
    }

    #[test]
    fn after_a_refusal_words_go_one_by_one_and_round_until_one_is_taken() {
        let mut reports = Reports::new(1);
        (1..=3).for_each(|locker| reports.add(locker, "a"));
        let mut now = 0;
        for expected in [vec![1, 2, 3], vec![1], vec![2], vec![3], vec![1]] {
            let report = reports.due(now).unwrap();
            assert_eq!(report.words.iter().map(|(locker, _)| *locker).collect::<Vec<_>>(), expected);
            reports.rejected(&report.token, now);
            now += PATIENCE;
        }
        let report = reports.due(now).unwrap();
        reports.accepted(&report.token);
        assert_eq!(words(reports.due(now + PACE)), some(&[(1, "a"), (3, "a")]));
    }
}
