//! What clients saw of one not-shared key while they raced for it, and whether it can have been right.
//!
//! A client knows only when it asked and when it was answered; what it asked for happened somewhere between. So each
//! hold of the key has a span in which it *certainly* stood (from the answer that made it to the asking of what ended
//! it), and a wider one in which it *possibly* did. No two certain holds at one moment may overlap in contract time,
//! and what a refusal names must possibly have been there, and what was certainly there it must name.

use std::collections::BTreeMap;

/// When a contract has the key, in milliseconds since 1970; without an end for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// Its first millisecond.
    pub start: i64,
    /// The first one after it.
    pub end: Option<i64>,
}

impl Range {
    /// Whether both have some instant.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.end.is_none_or(|end| other.start < end) && other.end.is_none_or(|end| self.start < end)
    }

    fn length(self) -> Option<i64> {
        self.end.map(|end| end - self.start)
    }
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// A new contract.
    Make(Range),
    /// Another range for one that stands.
    Move(Range),
    /// Its removal.
    Remove,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done, and the contract has this version since.
    Done(u64),
    /// Others have the key then: who, and the next free time.
    Overlap(Vec<(String, Range)>, Option<Range>),
    /// There is no such contract.
    NotFound,
    /// Nothing was written: too many at once.
    Busy,
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Which contract it was about; empty for a new one that was not made.
    pub contract: String,
    /// What was asked for.
    pub wish: Wish,
    /// What was answered.
    pub outcome: Outcome,
    /// When it was asked, in microseconds since the race began.
    pub asked: u64,
    /// When it was answered.
    pub answered: u64,
}

/// One version of a contract, and when it stood.
#[derive(Debug, Clone)]
struct Hold {
    contract: String,
    range: Range,
    certain: (u64, u64),
    possible: (u64, u64),
}

impl Hold {
    fn certainly_throughout(&self, act: &Act) -> bool {
        self.certain.0 <= act.asked && act.answered <= self.certain.1
    }

    fn possibly_during(&self, act: &Act) -> bool {
        self.possible.0 <= act.answered && act.asked <= self.possible.1
    }
}

/// Most conflicts that a refusal names.
const NAMED: usize = 20;

/// Holds a history against the rules; says the first thing that cannot have been right. Otherwise what stands at its
/// end, by contract.
pub fn check(acts: &[Act]) -> Result<BTreeMap<String, Range>, String> {
    let (holds, standing) = holds(acts)?;
    for (at, one) in holds.iter().enumerate() {
        for other in &holds[at + 1..] {
            let together = one.certain.0.max(other.certain.0) < one.certain.1.min(other.certain.1);
            if together && one.contract != other.contract && one.range.overlaps(other.range) {
                return Err(format!("two contracts had the key at once:\n{one:?}\n{other:?}"));
            }
        }
    }
    for act in acts {
        match (&act.outcome, act.wish) {
            (Outcome::Done(_), Wish::Make(range) | Wish::Move(range)) => accepted(act, range, &holds)?,
            (Outcome::Overlap(conflicts, next), Wish::Make(range) | Wish::Move(range)) => {
                refused(act, range, conflicts, *next, &holds)?;
            }
            (Outcome::NotFound, Wish::Move(_) | Wish::Remove) => {
                let removal = |other: &&Act| other.wish == Wish::Remove && matches!(other.outcome, Outcome::Done(_));
                let mut removals = acts.iter().filter(removal).filter(|other| other.contract == act.contract);
                if !removals.any(|removal| removal.asked <= act.answered) {
                    return Err(format!("nobody had removed it: {act:?}"));
                }
            }
            (Outcome::Done(_), Wish::Remove) | (Outcome::Busy, _) => {}
            (Outcome::Overlap(..), Wish::Remove) | (Outcome::NotFound, Wish::Make(_)) => {
                return Err(format!("no answer to what was asked: {act:?}"));
            }
        }
    }
    Ok(standing)
}

/// Whether an act moved a contract to where another of the same version had put it: that makes no version.
fn changed_nothing(act: &Act, other: &Act) -> bool {
    let Wish::Move(range) = act.wish else { return false };
    act.outcome == other.outcome && matches!(other.wish, Wish::Make(there) | Wish::Move(there) if there == range)
}

fn holds(acts: &[Act]) -> Result<(Vec<Hold>, BTreeMap<String, Range>), String> {
    let mut contracts: BTreeMap<&str, Vec<&Act>> = BTreeMap::new();
    for act in acts.iter().filter(|act| matches!(act.outcome, Outcome::Done(_))) {
        contracts.entry(&act.contract).or_default().push(act);
    }
    let (mut holds, mut standing) = (Vec::new(), BTreeMap::new());
    for (contract, mut acts) in contracts {
        acts.sort_by_key(|act| match (act.wish, &act.outcome) {
            (Wish::Remove, _) => (u64::MAX, act.asked),
            (_, Outcome::Done(version)) => (*version, act.asked),
            _ => (0, act.asked),
        });
        acts.dedup_by(|later, earlier| changed_nothing(later, earlier));
        for (number, act) in (1..).zip(&acts) {
            let is_next = match act.wish {
                Wish::Make(_) => number == 1 && act.outcome == Outcome::Done(1),
                Wish::Move(_) => number > 1 && act.outcome == Outcome::Done(number),
                Wish::Remove => number > 1 && acts.len() as u64 == number,
            };
            if !is_next {
                return Err(format!("the versions of {contract} do not follow each other: {acts:?}"));
            }
            let (Wish::Make(range) | Wish::Move(range)) = act.wish else { continue };
            let after = acts.get(usize::try_from(number).unwrap());
            let (next_asked, next_answered) = after.map_or((u64::MAX, u64::MAX), |next| (next.asked, next.answered));
            holds.push(Hold {
                contract: contract.to_owned(),
                range,
                certain: (act.answered, next_asked),
                possible: (act.asked, next_answered),
            });
            if after.is_none() {
                standing.insert(contract.to_owned(), range);
            }
        }
    }
    Ok((holds, standing))
}

fn accepted(act: &Act, range: Range, holds: &[Hold]) -> Result<(), String> {
    let others = holds.iter().filter(|hold| hold.contract != act.contract && hold.range.overlaps(range));
    match others.into_iter().find(|hold| hold.certainly_throughout(act)) {
        Some(hold) => Err(format!("accepted over another contract:\n{act:?}\n{hold:?}")),
        None => Ok(()),
    }
}

fn refused(
    act: &Act,
    range: Range,
    conflicts: &[(String, Range)],
    next: Option<Range>,
    holds: &[Hold],
) -> Result<(), String> {
    if conflicts.is_empty() {
        return Err(format!("refused for nobody: {act:?}"));
    }
    for (contract, taken) in conflicts {
        let mut versions = holds.iter().filter(|hold| hold.contract == *contract && hold.range == *taken);
        if *contract == act.contract || !taken.overlaps(range) || !versions.any(|hold| hold.possibly_during(act)) {
            return Err(format!("refused for {contract} at {taken:?}, which was not in the way then:\n{act:?}"));
        }
    }
    let others = || holds.iter().filter(|hold| hold.contract != act.contract && hold.certainly_throughout(act));
    let named = |hold: &Hold| conflicts.iter().any(|(contract, _)| *contract == hold.contract);
    if conflicts.len() < NAMED
        && let Some(hold) = others().find(|hold| hold.range.overlaps(range) && !named(hold))
    {
        return Err(format!("the refusal does not name a contract in the way:\n{act:?}\n{hold:?}"));
    }
    let Some(next) = next else { return Ok(()) };
    if next.length() != range.length() || next.start <= range.start {
        return Err(format!("the next free time is not as long as asked, or not later: {act:?}"));
    }
    match others().find(|hold| hold.range.overlaps(next)) {
        Some(hold) => Err(format!("the next free time is taken:\n{act:?}\n{hold:?}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: i64, end: i64) -> Range {
        Range { start, end: Some(end) }
    }

    fn act(contract: &str, wish: Wish, outcome: Outcome, asked: u64, answered: u64) -> Act {
        Act { contract: contract.to_owned(), wish, outcome, asked, answered }
    }

    fn made(contract: &str, start: i64, end: i64, asked: u64, answered: u64) -> Act {
        act(contract, Wish::Make(range(start, end)), Outcome::Done(1), asked, answered)
    }

    fn wrong(acts: &[Act], why: &str) {
        let found = check(acts).unwrap_err();
        assert!(found.contains(why), "{found}");
    }

    #[test]
    fn what_is_right_passes_and_what_stands_is_told() {
        let acts = [
            made("a", 0, 10, 0, 5),
            act("a", Wish::Move(range(20, 30)), Outcome::Done(2), 10, 15),
            made("b", 0, 10, 12, 20),
            act(
                "",
                Wish::Make(range(5, 8)),
                Outcome::Overlap(vec![("b".into(), range(0, 10))], Some(range(10, 13))),
                21,
                25,
            ),
            act("a", Wish::Remove, Outcome::Done(0), 30, 35),
            act("a", Wish::Remove, Outcome::NotFound, 31, 36),
            made("c", 25, 26, 36, 40),
        ];
        let standing = check(&acts).unwrap();
        assert_eq!(standing.into_iter().collect::<Vec<_>>(), [("b".into(), range(0, 10)), ("c".into(), range(25, 26))]);
    }

    #[test]
    fn a_move_to_where_it_stands_makes_no_version() {
        let stayed = |asked| act("a", Wish::Move(range(0, 10)), Outcome::Done(1), asked, asked + 2);
        let moved = act("a", Wish::Move(range(20, 30)), Outcome::Done(2), 9, 12);
        let acts =
            [made("a", 0, 10, 0, 5), stayed(6), stayed(7), moved, act("a", Wish::Remove, Outcome::Done(0), 30, 35)];
        assert!(check(&acts).unwrap().is_empty());
        let elsewhere = act("a", Wish::Move(range(1, 10)), Outcome::Done(1), 6, 7);
        wrong(&[made("a", 0, 10, 0, 5), elsewhere], "do not follow each other");
    }

    #[test]
    fn two_holds_at_once_are_found() {
        wrong(&[made("a", 0, 10, 0, 5), made("b", 9, 12, 1, 6)], "had the key at once");
        let moved = act("b", Wish::Move(range(9, 12)), Outcome::Done(2), 20, 25);
        wrong(&[made("a", 0, 10, 0, 5), made("b", 10, 12, 1, 6), moved], "had the key at once");
        let for_good = act("b", Wish::Make(Range { start: 5, end: None }), Outcome::Done(1), 1, 6);
        wrong(&[made("a", 0, 10, 0, 5), for_good], "had the key at once");
    }

    #[test]
    fn an_acceptance_over_what_was_removed_only_later_is_found() {
        let removed = act("a", Wish::Remove, Outcome::Done(0), 20, 25);
        wrong(&[made("a", 0, 10, 0, 5), removed.clone(), made("b", 0, 10, 6, 20)], "accepted over another");
        assert!(check(&[made("a", 0, 10, 0, 5), removed, made("b", 0, 10, 6, 21)]).is_ok(), "they may have crossed");
    }

    #[test]
    fn refusals_must_have_reasons() {
        let a = made("a", 0, 10, 0, 5);
        let refusal = |conflict: (&str, Range), next, asked, answered| {
            let conflicts = vec![(conflict.0.to_owned(), conflict.1)];
            act("", Wish::Make(range(8, 12)), Outcome::Overlap(conflicts, next), asked, answered)
        };
        let never = refusal(("x", range(0, 10)), None, 6, 9);
        wrong(&[a.clone(), never], "was not in the way then");
        let other_range = refusal(("a", range(0, 11)), None, 6, 9);
        wrong(&[a.clone(), other_range], "was not in the way then");
        let gone =
            [a.clone(), act("a", Wish::Remove, Outcome::Done(0), 6, 9), refusal(("a", range(0, 10)), None, 10, 12)];
        wrong(&gone, "was not in the way then");
        wrong(&[a.clone(), refusal(("a", range(0, 10)), Some(range(10, 13)), 6, 9)], "not as long as asked");
        let b = made("b", 10, 14, 0, 5);
        wrong(&[a.clone(), b.clone(), refusal(("a", range(0, 10)), None, 6, 9)], "does not name");
        let named = vec![("a".into(), range(0, 10)), ("b".into(), range(10, 14))];
        let taken = act("", Wish::Make(range(8, 12)), Outcome::Overlap(named, Some(range(13, 17))), 6, 9);
        wrong(&[a, b, taken], "the next free time is taken");
    }

    #[test]
    fn versions_follow_each_other_and_nothing_vanishes() {
        wrong(&[made("a", 0, 1, 0, 1), act("a", Wish::Move(range(2, 3)), Outcome::Done(3), 2, 3)], "do not follow");
        wrong(&[made("a", 0, 1, 0, 1), act("a", Wish::Remove, Outcome::NotFound, 2, 3)], "nobody had removed it");
        let removed = act("a", Wish::Remove, Outcome::Done(0), 2, 3);
        wrong(&[made("a", 0, 1, 0, 1), removed.clone(), removed], "do not follow");
    }
}
