//! What clients saw of one key while they raced for it, and whether it can have been right.
//!
//! A client knows only when it asked and when it was answered; what it asked for happened somewhere between. So each
//! hold of the key has a span in which it *certainly* stood (from the answer that made it to the asking of what ended
//! it), and a wider one in which it *possibly* did. No two certain holds at one moment may overlap in contract time,
//! and what a refusal names must possibly have been there, and what was certainly there it must name.
//!
//! Where answers are lost, a client repeats what it asked, and the last answer is what it believes. A change whose last
//! answer does not say whether an earlier try was carried out is *lost*: it happened at some time after it was asked, or
//! not at all. What stands in the end, once nothing runs any more, tells what came of it.

mod life;

use std::collections::BTreeMap;

use life::Life;

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
    /// The answer that made one, under its `Idempotency-Key`, once more.
    Repeat,
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
    /// The contract has another version than the client expected.
    Stale,
    /// What was answered under the `Idempotency-Key` is no longer so.
    Outdated,
    /// Nothing was written: too many at once.
    Busy,
    /// The answer that would tell was lost: it was done at some time after it was asked, or never.
    Lost,
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Which contract it was about; empty for a new one that was not made.
    pub contract: String,
    /// What was asked for.
    pub wish: Wish,
    /// The version that it was to change, if the client said so. What is lost must say so.
    pub expected: Option<u64>,
    /// What was answered.
    pub outcome: Outcome,
    /// When it was asked, in microseconds since the race began; what was done by one of several tries, the first time.
    pub asked: u64,
    /// When it was answered.
    pub answered: u64,
}

/// What stands when all is over, by contract: its version and its range.
pub type Standing = BTreeMap<String, (u64, Range)>;

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

/// Holds the history of a key that is not shared, in which no answer was lost, against the rules; says the first thing
/// that cannot have been right. Otherwise what stands at its end, by contract.
pub fn check(acts: &[Act]) -> Result<BTreeMap<String, Range>, String> {
    let lives = Life::all(acts)?;
    let standing: Standing = lives.iter().filter_map(Life::standing).collect();
    check_all(acts, &lives, &standing, false)?;
    Ok(standing.into_iter().map(|(contract, (_, range))| (contract, range)).collect())
}

/// The same where answers were lost and the key may be shared, with what was found to stand when nothing ran any more.
pub fn check_with_losses(acts: &[Act], standing: &Standing, shared: bool) -> Result<(), String> {
    let lives = Life::all(acts)?;
    for contract in standing.keys() {
        if !lives.iter().any(|life| life.contract == contract) {
            return Err(format!("a ghost: {contract} stands, and whoever asked for it was told that it does not"));
        }
    }
    for life in &lives {
        life.ends_as(standing.get(life.contract))?;
    }
    for (at, (contract, (_, range))) in standing.iter().enumerate() {
        if let Some((other, _)) = standing.iter().skip(at + 1).find(|(_, (_, taken))| !shared && taken.overlaps(*range))
        {
            return Err(format!("{contract} and {other} overlap in the end"));
        }
    }
    check_all(acts, &lives, standing, shared)
}

fn check_all(acts: &[Act], lives: &[Life], standing: &Standing, shared: bool) -> Result<(), String> {
    let holds: Vec<_> = lives.iter().flat_map(|life| life.holds(standing.get(life.contract))).collect();
    if !shared {
        never_at_once(&holds)?;
    }
    for act in acts {
        match (&act.outcome, act.wish) {
            (Outcome::Done(_), Wish::Make(range) | Wish::Move(range)) => {
                if !shared {
                    accepted(act, range, &holds)?;
                }
            }
            (Outcome::Overlap(conflicts, next), Wish::Make(range) | Wish::Move(range)) if !shared => {
                refused(act, range, conflicts, *next, &holds)?;
            }
            (Outcome::Done(_), Wish::Repeat) => repeated(act, lives, &holds)?,
            (Outcome::NotFound, Wish::Move(_) | Wish::Remove) => {
                if !changed_by(acts, act, |other| other.wish == Wish::Remove) {
                    return Err(format!("nobody had removed it: {act:?}"));
                }
            }
            (Outcome::Outdated, Wish::Repeat) => {
                if !changed_by(acts, act, |_| true) {
                    return Err(format!("nobody had changed it: {act:?}"));
                }
            }
            (Outcome::Stale, Wish::Move(_) | Wish::Remove) => {
                if !changed_by(acts, act, |other| other.expected == act.expected) {
                    return Err(format!("it still had that version: {act:?}"));
                }
            }
            // What was made and removed before the last try may be outdated, and so is what was refused before.
            (Outcome::Outdated, Wish::Make(_))
            | (Outcome::Done(_), Wish::Remove)
            | (Outcome::Lost, Wish::Move(_) | Wish::Remove)
            | (Outcome::Busy, _) => {}
            (Outcome::Overlap(..) | Outcome::NotFound | Outcome::Stale | Outcome::Outdated | Outcome::Lost, _) => {
                return Err(format!("no answer to what was asked: {act:?}"));
            }
        }
    }
    Ok(())
}

fn never_at_once(holds: &[Hold]) -> Result<(), String> {
    for (at, one) in holds.iter().enumerate() {
        for other in &holds[at + 1..] {
            let together = one.certain.0.max(other.certain.0) < one.certain.1.min(other.certain.1);
            if together && one.contract != other.contract && one.range.overlaps(other.range) {
                return Err(format!("two contracts had the key at once:\n{one:?}\n{other:?}"));
            }
        }
    }
    Ok(())
}

/// Whether somebody else's move or removal of the act's contract, of this kind, may have come before its answer.
fn changed_by(acts: &[Act], act: &Act, kind: impl Fn(&Act) -> bool) -> bool {
    let changes = |other: &Act| {
        matches!(other.wish, Wish::Move(_) | Wish::Remove) && matches!(other.outcome, Outcome::Done(_) | Outcome::Lost)
    };
    let mut others = acts.iter().filter(|other| other.contract == act.contract && changes(other) && kind(other));
    others.any(|other| other.asked <= act.answered)
}

/// A first answer is given again only where the contract possibly is as it was made.
fn repeated(act: &Act, lives: &[Life], holds: &[Hold]) -> Result<(), String> {
    let made = lives.iter().find(|life| life.contract == act.contract).and_then(Life::made);
    let mut as_made = holds.iter().filter(|hold| hold.contract == act.contract && Some(hold.range) == made);
    if as_made.any(|hold| hold.possibly_during(act)) {
        Ok(())
    } else {
        Err(format!("answered with a contract that was gone or moved by then, and so with a dead PIN: {act:?}"))
    }
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
        Act { contract: contract.to_owned(), wish, expected: None, outcome, asked, answered }
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

    fn expecting(version: u64, act: Act) -> Act {
        Act { expected: Some(version), ..act }
    }

    fn lost(wish: Wish, version: u64, asked: u64) -> Act {
        expecting(version, act("a", wish, Outcome::Lost, asked, asked + 5))
    }

    fn stands(contracts: &[(&str, u64, Range)]) -> Standing {
        contracts.iter().map(|(contract, version, range)| ((*contract).to_owned(), (*version, *range))).collect()
    }

    fn wrong_with_losses(acts: &[Act], standing: &[(&str, u64, Range)], why: &str) {
        let found = check_with_losses(acts, &stands(standing), false).unwrap_err();
        assert!(found.contains(why), "{found}");
    }

    #[test]
    fn what_was_lost_was_done_or_was_not() {
        let acts = [made("a", 0, 10, 0, 5), lost(Wish::Move(range(20, 30)), 1, 10)];
        for end in [("a", 1, range(0, 10)), ("a", 2, range(20, 30))] {
            check_with_losses(&acts, &stands(&[end]), false).unwrap();
        }
        wrong_with_losses(&acts, &[("a", 2, range(20, 31))], "nobody asked for");
        wrong_with_losses(&acts, &[("a", 3, range(20, 30))], "do not follow");
        wrong_with_losses(&acts, &[], "acknowledged");
        let acts = [made("a", 0, 10, 0, 5), lost(Wish::Remove, 1, 10), made("b", 0, 10, 30, 35)];
        check_with_losses(&acts, &stands(&[("b", 1, range(0, 10))]), false).unwrap();
        let acts = [made("a", 0, 10, 0, 5), made("b", 0, 10, 30, 35)];
        wrong_with_losses(&acts, &[("b", 1, range(0, 10))], "acknowledged");
    }

    #[test]
    fn a_lost_move_fills_the_gap_between_two_that_were_answered() {
        let after = expecting(2, act("a", Wish::Move(range(40, 50)), Outcome::Done(3), 30, 35));
        let acts = [made("a", 0, 10, 0, 5), lost(Wish::Move(range(20, 30)), 1, 10), after.clone()];
        check_with_losses(&acts, &stands(&[("a", 3, range(40, 50))]), false).unwrap();
        wrong_with_losses(&acts, &[("a", 2, range(20, 30))], "acknowledged");
        wrong_with_losses(&[made("a", 0, 10, 0, 5), after], &[("a", 3, range(40, 50))], "do not follow");
    }

    #[test]
    fn ghosts_and_dead_pins_are_found() {
        let refused = act("", Wish::Make(range(5, 8)), Outcome::Outdated, 6, 9);
        wrong_with_losses(&[refused], &[("g", 1, range(5, 8))], "a ghost");
        let removed = act("a", Wish::Remove, Outcome::Done(0), 10, 15);
        let repeat = |outcome, asked| act("a", Wish::Repeat, outcome, asked, asked + 2);
        let story = |repeat| [made("a", 0, 10, 0, 5), removed.clone(), repeat];
        wrong_with_losses(&story(repeat(Outcome::Done(1), 16)), &[], "dead PIN");
        check_with_losses(&story(repeat(Outcome::Done(1), 14)), &Standing::new(), false).unwrap();
        check_with_losses(&story(repeat(Outcome::Outdated, 16)), &Standing::new(), false).unwrap();
        wrong_with_losses(&story(repeat(Outcome::Outdated, 6)), &[], "nobody had changed it");
    }

    #[test]
    fn contracts_of_a_shared_key_may_overlap_and_no_others() {
        let acts = [made("a", 0, 10, 0, 5), made("b", 5, 15, 6, 9)];
        let standing = stands(&[("a", 1, range(0, 10)), ("b", 1, range(5, 15))]);
        check_with_losses(&acts, &standing, true).unwrap();
        assert!(check_with_losses(&acts, &standing, false).unwrap_err().contains("overlap"));
        let stale = |asked| expecting(1, act("a", Wish::Remove, Outcome::Stale, asked, asked + 1));
        let moved = expecting(1, act("a", Wish::Move(range(20, 30)), Outcome::Done(2), 10, 15));
        let standing = stands(&[("a", 2, range(20, 30))]);
        check_with_losses(&[made("a", 0, 10, 0, 5), moved.clone(), stale(11)], &standing, false).unwrap();
        let early = [made("a", 0, 10, 0, 5), moved, stale(7)];
        assert!(check_with_losses(&early, &standing, false).unwrap_err().contains("still had that version"));
    }
}
