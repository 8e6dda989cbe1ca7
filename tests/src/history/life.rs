//! One contract's life in a history: who made each of its versions, and when each can have stood.

use std::collections::BTreeMap;

use super::{Act, Hold, Outcome, Range, Wish};

/// What was asked of one contract and carried out, or may have been.
pub(super) struct Life<'a> {
    pub(super) contract: &'a str,
    /// By version, what made it.
    done: BTreeMap<u64, &'a Act>,
    removed: Option<&'a Act>,
    /// Moves and removals whose answers were lost.
    lost: Vec<&'a Act>,
}

impl<'a> Life<'a> {
    /// The lives of all contracts that anybody was told of.
    pub(super) fn all(acts: &'a [Act]) -> Result<Vec<Self>, String> {
        let mut of_contract: BTreeMap<&str, Vec<&Act>> = BTreeMap::new();
        for act in acts.iter().filter(|act| !act.contract.is_empty() && act.wish != Wish::Repeat) {
            of_contract.entry(&act.contract).or_default().push(act);
        }
        let lives = of_contract.into_iter().map(|(contract, acts)| Self::of(contract, acts));
        // Of a contract that was refused to its maker there may be nothing but refusals.
        lives.filter(|life| !life.as_ref().is_ok_and(|life| life.done.is_empty())).collect()
    }

    fn of(contract: &'a str, mut acts: Vec<&'a Act>) -> Result<Self, String> {
        acts.sort_by_key(|act| act.asked);
        let mut life = Self { contract, done: BTreeMap::new(), removed: None, lost: Vec::new() };
        let wrong = || format!("the versions of {contract} do not follow each other: {acts:?}");
        for act in &acts {
            match (act.wish, &act.outcome) {
                (Wish::Remove, Outcome::Done(_)) if life.removed.replace(act).is_some() => return Err(wrong()),
                (Wish::Make(_) | Wish::Move(_), Outcome::Done(version)) => {
                    let first = *life.done.entry(*version).or_insert(act);
                    if first != *act && !changed_nothing(act, first) {
                        return Err(wrong());
                    }
                }
                (_, Outcome::Lost) => life.lost.push(act),
                _ => {}
            }
        }
        let is_made = |(version, act): (&u64, &&Act)| (*version == 1) == matches!(act.wish, Wish::Make(_));
        let is_whole = (1..=life.newest()).all(|version| !life.ranges(version).is_empty());
        let from_nothing = life.removed.is_some() && life.done.is_empty();
        if life.done.iter().all(is_made) && is_whole && !from_nothing { Ok(life) } else { Err(wrong()) }
    }

    /// The range that it was made with.
    pub(super) fn made(&self) -> Option<Range> {
        self.ranges(1).first().copied()
    }

    /// What stands of it, where no answer was lost.
    pub(super) fn standing(&self) -> Option<(String, (u64, Range))> {
        let range = self.ranges(self.newest()).first().copied().filter(|_| self.removed.is_none());
        range.map(|range| (self.contract.to_owned(), (self.newest(), range)))
    }

    /// Whether it can have come to what stands in the end.
    pub(super) fn ends_as(&self, standing: Option<&(u64, Range)>) -> Result<(), String> {
        let contract = self.contract;
        match (standing, self.removed) {
            (None, Some(_)) => Ok(()),
            (None, None) if self.lost.iter().any(|act| act.wish == Wish::Remove) => Ok(()),
            (None, None) => Err(format!("an acknowledged contract is gone, and nobody removed it: {contract}")),
            (Some(_), Some(removal)) => Err(format!("an acknowledged removal: {contract} still stands: {removal:?}")),
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
                    Err(format!("nobody asked for {contract} at {range:?}"))
                }
            }
        }
    }

    /// All its versions, those too that only may have been.
    pub(super) fn holds(&self, standing: Option<&(u64, Range)>) -> Vec<Hold> {
        let hold = |act: &Act, version, certain_from| {
            let (Wish::Make(range) | Wish::Move(range)) = act.wish else { return None };
            let (certain_to, possible_to) = self.end_of(version, standing);
            Some(Hold {
                contract: self.contract.to_owned(),
                range,
                certain: (certain_from, certain_to),
                possible: (act.asked, possible_to),
            })
        };
        let done = self.done.iter().filter_map(|(version, act)| hold(act, *version, act.answered));
        let lost = self.lost.iter().filter_map(|act| {
            let version = act.expected? + 1;
            // Another has made that version, so this one did not.
            (!self.done.contains_key(&version)).then(|| hold(act, version, u64::MAX)).flatten()
        });
        done.chain(lost).collect()
    }

    /// When a version certainly still stood, and when it possibly did.
    fn end_of(&self, version: u64, standing: Option<&(u64, Range)>) -> (u64, u64) {
        if standing.is_some_and(|(last, _)| *last == version) {
            return (u64::MAX, u64::MAX);
        }
        let later = self.done.range(version + 1..).map(|(_, act)| *act).chain(self.removed);
        let possible = later.clone().map(|act| act.answered).min();
        let next = self.done.get(&(version + 1)).copied().or(self.removed);
        let lost = self.lost.iter().copied().filter(|act| act.expected == Some(version));
        let certain = lost.chain(next).map(|act| act.asked).min();
        (certain.unwrap_or(u64::MAX), possible.unwrap_or(u64::MAX))
    }

    /// The ranges that a version can have: one where its maker was answered, any of the lost ones otherwise.
    fn ranges(&self, version: u64) -> Vec<Range> {
        let range = |act: &Act| match act.wish {
            Wish::Make(range) | Wish::Move(range) => Some(range),
            Wish::Repeat | Wish::Remove => None,
        };
        if let Some(act) = self.done.get(&version) {
            return range(act).into_iter().collect();
        }
        self.lost
            .iter()
            .filter(|act| act.expected.map(|last| last + 1) == Some(version))
            .filter_map(|act| range(act))
            .collect()
    }

    fn newest(&self) -> u64 {
        self.done.last_key_value().map_or(0, |(version, _)| *version)
    }
}

/// Whether an act moved a contract to where another of the same version had put it: that makes no version.
fn changed_nothing(act: &Act, other: &Act) -> bool {
    let Wish::Move(range) = act.wish else { return false };
    matches!(other.wish, Wish::Make(there) | Wish::Move(there) if there == range)
}
