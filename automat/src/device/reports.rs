//! The words that the shadow has not taken yet.
//!
//! Per locker one word is out at a time, the oldest first, because the shadow has one place for it: a newer word would
//! cover an older one before the cloud has read it.

use std::collections::{BTreeMap, VecDeque};

use crate::clock::Millis;

/// After so long without an answer, or after a refusal, a word is reported again.
const PATIENCE: Millis = 5_000;
/// AWS IoT takes ten unanswered shadow requests of a thing at once; some are left for questions.
const AT_ONCE: usize = 6;

/// What is to be reported, by locker.
#[derive(Debug)]
pub(super) struct Reports {
    life: u64,
    count: u64,
    slots: BTreeMap<u16, Slot>,
}

/// The words of one locker.
#[derive(Debug, Default)]
struct Slot {
    waiting: VecDeque<String>,
    /// The token of the report that is out, of the first of those waiting.
    out: Option<String>,
    /// When to report again; 0: as soon as there is room.
    again: Millis,
}

/// A word to report now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) locker: u16,
    pub(super) id: String,
    pub(super) token: String,
}

impl Reports {
    pub(super) fn new(life: u64) -> Self {
        Self { life, count: 0, slots: BTreeMap::new() }
    }

    /// Adds the word on an opening, unless it waits already.
    pub(super) fn add(&mut self, locker: u16, id: &str) {
        let slot = self.slots.entry(locker).or_default();
        if !slot.waiting.iter().any(|waiting| waiting == id) {
            slot.waiting.push_back(id.to_owned());
        }
    }

    /// Takes out the words to report now.
    pub(super) fn due(&mut self, now: Millis) -> Vec<Due> {
        let out = self.slots.values().filter(|slot| slot.out.is_some() && slot.again > now).count();
        let mut room = AT_ONCE.saturating_sub(out);
        let mut due = Vec::new();
        for (&locker, slot) in self.slots.iter_mut().filter(|(_, slot)| slot.again <= now) {
            (slot.out, slot.again) = (None, 0);
            if let Some(id) = slot.waiting.front().filter(|_| room > 0) {
                room -= 1;
                self.count += 1;
                let token = token('r', self.life, self.count);
                (slot.out, slot.again) = (Some(token.clone()), now + PATIENCE);
                due.push(Due { locker, id: id.clone(), token });
            }
        }
        due
    }

    /// The shadow has taken the report with this token.
    pub(super) fn accepted(&mut self, token: &str) -> Option<(u16, String)> {
        let (locker, slot) = self.slots.iter_mut().find(|(_, slot)| slot.out.as_deref() == Some(token))?;
        let locker = *locker;
        let id = slot.waiting.pop_front()?;
        (slot.out, slot.again) = (None, 0);
        self.slots.retain(|_, slot| !slot.waiting.is_empty());
        Some((locker, id))
    }

    /// The shadow has refused the report with this token: it stays until it is due again.
    pub(super) fn rejected(&mut self, token: &str, now: Millis) {
        if let Some(slot) = self.slots.values_mut().find(|slot| slot.out.as_deref() == Some(token)) {
            (slot.out, slot.again) = (None, now + PATIENCE);
        }
    }

    /// The word on this opening cannot be told any more.
    pub(super) fn remove(&mut self, locker: u16, id: &str) {
        if let Some(slot) = self.slots.get_mut(&locker) {
            slot.waiting.retain(|waiting| waiting != id);
            (slot.out, slot.again) = (None, 0);
        }
        self.slots.retain(|_, slot| !slot.waiting.is_empty());
    }

    /// The connection is gone, and with it whatever was out.
    pub(super) fn lose_all(&mut self) {
        self.slots.values_mut().for_each(|slot| (slot.out, slot.again) = (None, 0));
    }

    pub(super) fn wake_at(&self) -> Option<Millis> {
        self.slots.values().map(|slot| slot.again).filter(|&again| again > 0).min()
    }
}

/// A client token that no other message of any life of this device has.
pub(super) fn token(kind: char, life: u64, count: u64) -> String {
    format!("{kind}{life:016x}-{count}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(due: &[Due]) -> Vec<(u16, &str)> {
        due.iter().map(|due| (due.locker, due.id.as_str())).collect()
    }

    #[test]
    fn a_lockers_words_go_one_after_the_other_and_lockers_beside_each_other() {
        let mut reports = Reports::new(1);
        for (locker, id) in [(7, "a"), (7, "b"), (8, "c"), (7, "a")] {
            reports.add(locker, id);
        }
        let first = reports.due(0);
        assert_eq!(ids(&first), [(7, "a"), (8, "c")]);
        assert_eq!(reports.due(PATIENCE - 1), []);
        assert_eq!(reports.accepted("another device's"), None);
        assert_eq!(reports.accepted(&first[0].token), Some((7, "a".to_owned())));
        assert_eq!(reports.accepted(&first[0].token), None);
        assert_eq!(ids(&reports.due(1)), [(7, "b")]);
    }

    #[test]
    fn a_word_is_reported_again_after_silence_a_refusal_and_a_new_connection() {
        let mut reports = Reports::new(1);
        reports.add(7, "a");
        reports.due(0);
        assert_eq!(reports.wake_at(), Some(PATIENCE));
        let again = reports.due(PATIENCE);
        assert_eq!(ids(&again), [(7, "a")]);
        reports.rejected(&again[0].token, 6_000);
        assert_eq!(reports.due(6_000 + PATIENCE - 1), []);
        assert_eq!(ids(&reports.due(6_000 + PATIENCE)), [(7, "a")]);
        reports.lose_all();
        assert_eq!(ids(&reports.due(12_000)), [(7, "a")]);
    }

    #[test]
    fn few_reports_are_out_at_once() {
        let mut reports = Reports::new(1);
        (0..20).for_each(|locker| reports.add(locker, "a"));
        let first = reports.due(0);
        assert_eq!(first.len(), AT_ONCE);
        assert_eq!(reports.due(1), []);
        reports.accepted(&first[0].token);
        assert_eq!(reports.due(2).len(), 1);
    }
}
