//! One contract in a history: the attempt that made each of its versions, and when each version can have existed.

use std::collections::BTreeMap;

use super::{Attempt, CallResult, Hold, Operation, Range};

/// The attempts on one contract that were carried out, or may have been.
pub(super) struct Lifecycle<'a> {
    pub(super) contract: &'a str,
    /// The attempt that made each version.
    done: BTreeMap<u64, &'a Attempt>,
    removed: Option<&'a Attempt>,
    /// Moves and removals whose responses were lost.
    lost: Vec<&'a Attempt>,
}

impl<'a> Lifecycle<'a> {
    /// All contracts that any client knows of.
    pub(super) fn all(attempts: &'a [Attempt]) -> Result<Vec<Self>, String> {
        let mut of_contract: BTreeMap<&str, Vec<&Attempt>> = BTreeMap::new();
        for attempt in
            attempts.iter().filter(|attempt| !attempt.contract.is_empty() && attempt.operation != Operation::Repeat)
        {
            of_contract.entry(&attempt.contract).or_default().push(attempt);
        }
        let lifecycles = of_contract.into_iter().map(|(contract, attempts)| Self::of(contract, attempts));
        // A contract whose creation was never acknowledged may have refusals only.
        lifecycles.filter(|lifecycle| !lifecycle.as_ref().is_ok_and(|lifecycle| lifecycle.done.is_empty())).collect()
    }

    fn of(contract: &'a str, mut attempts: Vec<&'a Attempt>) -> Result<Self, String> {
        attempts.sort_by_key(|attempt| attempt.sent_at);
        let mut lifecycle = Self { contract, done: BTreeMap::new(), removed: None, lost: Vec::new() };
        let wrong = || format!("the versions of {contract} do not follow each other: {attempts:?}");
        for attempt in &attempts {
            match (attempt.operation, &attempt.result) {
                (Operation::Remove, CallResult::Done(_)) if lifecycle.removed.replace(attempt).is_some() => {
                    return Err(wrong());
                }
                (Operation::Create(_) | Operation::Move(_), CallResult::Done(version)) => {
                    let first = *lifecycle.done.entry(*version).or_insert(attempt);
                    if first != *attempt && !changed_nothing(attempt, first) {
                        return Err(wrong());
                    }
                }
                (_, CallResult::Lost) => lifecycle.lost.push(attempt),
                _ => {}
            }
        }
        let is_made = |(version, attempt): (&u64, &&Attempt)| {
            (*version == 1) == matches!(attempt.operation, Operation::Create(_))
        };
        let is_whole = (1..=lifecycle.newest()).all(|version| !lifecycle.ranges(version).is_empty());
        let from_nothing = lifecycle.removed.is_some() && lifecycle.done.is_empty();
        if lifecycle.done.iter().all(is_made) && is_whole && !from_nothing { Ok(lifecycle) } else { Err(wrong()) }
    }

    /// The range that it was created with.
    pub(super) fn made(&self) -> Option<Range> {
        self.ranges(1).first().copied()
    }

    /// The contract's last version, if it was not removed and no response was lost.
    pub(super) fn booking(&self) -> Option<(String, (u64, Range))> {
        let range = self.ranges(self.newest()).first().copied().filter(|_| self.removed.is_none());
        range.map(|range| (self.contract.to_owned(), (self.newest(), range)))
    }

    /// Whether this history can end with this booking.
    pub(super) fn ends_as(&self, booking: Option<&(u64, Range)>) -> Result<(), String> {
        let contract = self.contract;
        match (booking, self.removed) {
            (None, Some(_)) => Ok(()),
            (None, None) if self.lost.iter().any(|attempt| attempt.operation == Operation::Remove) => Ok(()),
            (None, None) => Err(format!("an acknowledged contract is gone, and nobody removed it: {contract}")),
            (Some(_), Some(removal)) => Err(format!("an acknowledged removal: {contract} still exists: {removal:?}")),
            (Some((version, _)), None) if *version < self.newest() => {
                Err(format!("an acknowledged version of {contract} is gone: it has {version}"))
            }
            (Some((version, range)), None) => {
                if (1..=*version).any(|version| self.ranges(version).is_empty()) {
                    return Err(format!("the versions of {contract} do not follow each other up to {version}"));
                }
                if self.ranges(*version).contains(range) {
                    Ok(())
                } else {
                    Err(format!("nobody requested {contract} at {range:?}"))
                }
            }
        }
    }

    /// All its versions, including those that only may have existed.
    pub(super) fn holds(&self, booking: Option<&(u64, Range)>) -> Vec<Hold> {
        let hold = |attempt: &Attempt, version, certain_from| {
            let (Operation::Create(range) | Operation::Move(range)) = attempt.operation else { return None };
            let (certain_to, possible_to) = self.end_of(version, booking);
            Some(Hold {
                contract: self.contract.to_owned(),
                range,
                certain: (certain_from, certain_to),
                possible: (attempt.sent_at, possible_to),
            })
        };
        let done = self.done.iter().filter_map(|(version, attempt)| hold(attempt, *version, attempt.answered_at));
        let lost = self.lost.iter().filter_map(|attempt| {
            let version = attempt.expected? + 1;
            // Another attempt made that version, so this one did not.
            (!self.done.contains_key(&version)).then(|| hold(attempt, version, u64::MAX)).flatten()
        });
        done.chain(lost).collect()
    }

    /// Until when a version certainly existed, and until when it possibly did.
    fn end_of(&self, version: u64, booking: Option<&(u64, Range)>) -> (u64, u64) {
        if booking.is_some_and(|(last, _)| *last == version) {
            return (u64::MAX, u64::MAX);
        }
        let later = self.done.range(version + 1..).map(|(_, attempt)| *attempt).chain(self.removed);
        let possible = later.clone().map(|attempt| attempt.answered_at).min();
        let next = self.done.get(&(version + 1)).copied().or(self.removed);
        let lost = self.lost.iter().copied().filter(|attempt| attempt.expected == Some(version));
        let certain = lost.chain(next).map(|attempt| attempt.sent_at).min();
        (certain.unwrap_or(u64::MAX), possible.unwrap_or(u64::MAX))
    }

    /// The ranges that a version can have: one if its attempt was answered, otherwise those of the lost attempts.
    fn ranges(&self, version: u64) -> Vec<Range> {
        let range = |attempt: &Attempt| match attempt.operation {
            Operation::Create(range) | Operation::Move(range) => Some(range),
            Operation::Repeat | Operation::Remove => None,
        };
        if let Some(attempt) = self.done.get(&version) {
            return range(attempt).into_iter().collect();
        }
        self.lost
            .iter()
            .filter(|attempt| attempt.expected.map(|last| last + 1) == Some(version))
            .filter_map(|attempt| range(attempt))
            .collect()
    }

    fn newest(&self) -> u64 {
        self.done.last_key_value().map_or(0, |(version, _)| *version)
    }
}

/// Whether an attempt moved a contract to the range that it already had, which makes no new version.
fn changed_nothing(attempt: &Attempt, other: &Attempt) -> bool {
    let Operation::Move(range) = attempt.operation else { return false };
    matches!(other.operation, Operation::Create(there) | Operation::Move(there) if there == range)
}
