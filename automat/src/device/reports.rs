//! The reports that the shadow has not accepted yet.
//!
//! One update is sent at a time, with one report of each locker, the oldest first: the shadow holds one report per
//! locker, and a newer one would replace an older one before the cloud has read it. The results of twenty openings at
//! once go in a few updates, so that the cloud stores them and clears the shadow a few times instead of twenty.

use std::collections::{BTreeMap, VecDeque};

use crate::clock::Millis;

/// After this long without a response, or after a rejection, the report is repeated.
const PATIENCE: Millis = 5_000;
/// The first report is sent at once, the next one not before this, so that it can include later results. AWS IoT allows
/// 20 shadow requests per second and thing: the cloud's requests and the device's reads and reports together.
const PACE: Millis = 200;
/// The wait after a throttled update.
const RATE_REFILLS: Millis = 1_000;
/// The most reports in an update: with their requests, some 2.5 KB of the shadow's 8.
const AT_ONCE: usize = 20;

#[derive(Debug)]
pub(super) struct Reports {
    life: u64,
    count: u64,
    /// The openings to report, by locker, the oldest first. No list is empty.
    waiting: BTreeMap<u16, VecDeque<String>>,
    out: Option<Out>,
    /// When the next update may be sent.
    next_at: Millis,
    /// The last update was rejected, and this locker was the last one in it. Then reports are sent one by one until one
    /// is accepted, so that a report that is always rejected does not block the others.
    refused_at: Option<u16>,
}

/// The update that waits for a response.
#[derive(Debug)]
struct Out {
    batch: Batch,
    until: Millis,
}

/// Reports to send in one update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) token: String,
    pub(super) openings: Vec<(u16, String)>,
}

impl Reports {
    pub(super) fn new(life: u64) -> Self {
        Self { life, count: 0, waiting: BTreeMap::new(), out: None, next_at: 0, refused_at: None }
    }

    /// Adds an opening to report, unless it is waiting already.
    pub(super) fn add(&mut self, locker: u16, id: &str) {
        let waiting = self.waiting.entry(locker).or_default();
        if !waiting.iter().any(|waiting| waiting == id) {
            waiting.push_back(id.to_owned());
        }
    }

    /// The update to send now, if there is one.
    pub(super) fn due(&mut self, now: Millis) -> Option<Batch> {
        self.out.take_if(|out| out.until <= now);
        if self.out.is_some() || now < self.next_at || self.waiting.is_empty() {
            return None;
        }
        self.count += 1;
        let batch = Batch { token: token('r', self.life, self.count), openings: self.next_openings() };
        self.out = Some(Out { batch: batch.clone(), until: now + PATIENCE });
        self.next_at = now + PACE;
        Some(batch)
    }

    fn next_openings(&self) -> Vec<(u16, String)> {
        let first = |(&locker, waiting): (&u16, &VecDeque<String>)| Some((locker, waiting.front()?.clone()));
        match self.refused_at {
            Some(last) => {
                let following = self.waiting.range(last.saturating_add(1)..).chain(&self.waiting);
                following.filter_map(first).take(1).collect()
            }
            None => self.waiting.iter().filter_map(first).take(AT_ONCE).collect(),
        }
    }

    /// The update with this token was accepted. Returns what was in it.
    pub(super) fn accepted(&mut self, token: &str) -> Option<Vec<(u16, String)>> {
        let Out { batch, .. } = self.out.take_if(|out| out.batch.token == token)?;
        self.refused_at = None;
        batch.openings.iter().for_each(|(locker, id)| self.remove(*locker, id));
        Some(batch.openings)
    }

    /// The update with this token was rejected; its reports wait for the next try. Returns whether it was the current
    /// one.
    pub(super) fn rejected(&mut self, token: &str, now: Millis) -> bool {
        let Some(Out { batch, .. }) = self.out.take_if(|out| out.batch.token == token) else { return false };
        self.refused_at = batch.openings.last().map(|(locker, _)| *locker);
        self.next_at = now + PATIENCE;
        true
    }

    /// The update with this token was throttled. It is repeated a second later, unchanged.
    pub(super) fn throttled(&mut self, token: &str, now: Millis) {
        if self.out.take_if(|out| out.batch.token == token).is_some() {
            self.next_at = now + RATE_REFILLS;
        }
    }

    /// This opening need not be reported any more.
    pub(super) fn remove(&mut self, locker: u16, id: &str) {
        if let Some(waiting) = self.waiting.get_mut(&locker) {
            waiting.retain(|waiting| waiting != id);
        }
        self.waiting.retain(|_, waiting| !waiting.is_empty());
    }

    /// The openings that are yet to be reported, by locker.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (u16, &str)> {
        self.waiting.iter().flat_map(|(&locker, ids)| ids.iter().map(move |id| (locker, id.as_str())))
    }

    /// The connection is lost, and the response with it.
    pub(super) fn lose_all(&mut self) {
        (self.out, self.next_at, self.refused_at) = (None, 0, None);
    }

    pub(super) fn wake_at(&self) -> Option<Millis> {
        let next = (!self.waiting.is_empty()).then_some(self.next_at);
        self.out.as_ref().map(|out| out.until).or(next)
    }
}

/// A client token that is unique over all messages and restarts of this device.
pub(super) fn token(kind: char, life: u64, count: u64) -> String {
    format!("{kind}{life:016x}-{count}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn openings(batch: Option<Batch>) -> Vec<(u16, String)> {
        batch.map(|batch| batch.openings).unwrap_or_default()
    }

    fn some(openings: &[(u16, &str)]) -> Vec<(u16, String)> {
        openings.iter().map(|(locker, id)| (*locker, (*id).to_owned())).collect()
    }

    #[test]
    fn reports_of_one_locker_go_one_after_the_other() {
        let mut reports = Reports::new(1);
        for (locker, id) in [(7, "a"), (7, "b"), (8, "c"), (7, "a")] {
            reports.add(locker, id);
        }
        let first = reports.due(0).unwrap();
        assert_eq!(first.openings, some(&[(7, "a"), (8, "c")]));
        assert_eq!(reports.due(PATIENCE - 1), None);
        assert_eq!(reports.accepted("another device's"), None);
        assert_eq!(reports.accepted(&first.token), Some(first.openings.clone()));
        assert_eq!(reports.accepted(&first.token), None);
        assert_eq!(openings(reports.due(PACE)), some(&[(7, "b")]));
    }

    #[test]
    fn results_within_a_fifth_of_a_second_go_together() {
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
        assert_eq!(second.openings.len(), AT_ONCE);
        reports.accepted(&second.token);
        assert_eq!(openings(reports.due(2 * PACE)).len(), 12);
    }

    #[test]
    fn a_report_is_repeated_after_silence_a_rejection_and_a_new_connection() {
        let mut reports = Reports::new(1);
        reports.add(7, "a");
        reports.due(0);
        assert_eq!(reports.wake_at(), Some(PATIENCE));
        let again = reports.due(PATIENCE).unwrap();
        assert_eq!(again.openings, some(&[(7, "a")]));
        assert!(reports.rejected(&again.token, 6_000));
        assert_eq!(reports.due(6_000 + PATIENCE - 1), None);
        assert_eq!(openings(reports.due(6_000 + PATIENCE)), some(&[(7, "a")]));
        reports.lose_all();
        assert_eq!(openings(reports.due(12_000)), some(&[(7, "a")]));
    }

    #[test]
    fn after_a_rejection_reports_go_one_by_one_until_one_is_accepted() {
        let mut reports = Reports::new(1);
        (1..=3).for_each(|locker| reports.add(locker, "a"));
        let mut now = 0;
        for expected in [vec![1, 2, 3], vec![1], vec![2], vec![3], vec![1]] {
            let batch = reports.due(now).unwrap();
            assert_eq!(batch.openings.iter().map(|(locker, _)| *locker).collect::<Vec<_>>(), expected);
            reports.rejected(&batch.token, now);
            now += PATIENCE;
        }
        let batch = reports.due(now).unwrap();
        reports.accepted(&batch.token);
        assert_eq!(openings(reports.due(now + PACE)), some(&[(1, "a"), (3, "a")]));
    }
}
