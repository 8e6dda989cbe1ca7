//! Checks whether what concurrent clients saw of one key is consistent.
//!
//! A client knows only when it sent a request and when it got the response. The request took effect somewhere between.
//! So each hold of the key *certainly* existed from the response that made it until the request that ended it was sent,
//! and
//! *possibly* existed for a longer time. Two holds that certainly existed at one moment must not overlap in contract
//! time. Each contract that a refusal names must possibly have existed, and it must name each one that certainly
//! existed.
//!
//! If a response is lost, the client repeats its request and believes the last response. A change is *lost* if its last
//! response does not say whether an earlier try was carried out: then it happened at some time after it was sent, or
//! not at all. The bookings that exist once everything is quiet show which.

mod lifecycle;

use std::collections::BTreeMap;

use lifecycle::Lifecycle;

/// When a contract has the key, in milliseconds since 1970. Without an end it is permanent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub start: i64,
    /// The first millisecond after it.
    pub end: Option<i64>,
}

impl Range {
    /// Whether the two have an instant in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.end.is_none_or(|end| other.start < end) && other.end.is_none_or(|end| self.start < end)
    }

    fn length(self) -> Option<i64> {
        self.end.map(|end| end - self.start)
    }
}

/// What a client requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    Create(Range),
    /// Repeats the request that created a contract, under its `Idempotency-Key`.
    Repeat,
    /// Another range for an existing contract.
    Move(Range),
    Remove,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallResult {
    /// It succeeded, and made this version of the contract.
    Done(u64),
    /// Refused: the contracts in conflict, and the next free range.
    Overlap(Vec<(String, Range)>, Option<Range>),
    NotFound,
    /// The contract has another version than the client expected.
    Stale,
    /// The stored response for the `Idempotency-Key` is no longer true.
    Outdated,
    /// Nothing was written, because of too many concurrent writes.
    Busy,
    /// The decisive response was lost: the change was made at some time after it was sent, or never.
    Lost,
}

/// One request and its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The contract's id. Empty for one that was not created.
    pub contract: String,
    pub operation: Operation,
    /// The version in `If-Match`, if there was one. A lost attempt must have one.
    pub expected: Option<u64>,
    pub result: CallResult,
    /// When the first try was sent, in microseconds since the test began.
    pub sent_at: u64,
    /// When the last try was answered.
    pub answered_at: u64,
}

/// The contracts that exist at the end, each with its version and range.
pub type Bookings = BTreeMap<String, (u64, Range)>;

/// One version of a contract, and when it existed.
#[derive(Debug, Clone)]
struct Hold {
    contract: String,
    range: Range,
    certain: (u64, u64),
    possible: (u64, u64),
}

impl Hold {
    fn certainly_throughout(&self, attempt: &Attempt) -> bool {
        self.certain.0 <= attempt.sent_at && attempt.answered_at <= self.certain.1
    }

    fn possibly_during(&self, attempt: &Attempt) -> bool {
        self.possible.0 <= attempt.answered_at && attempt.sent_at <= self.possible.1
    }
}

/// The most conflicts that a refusal names.
const NAMED: usize = 20;

/// Checks the history of a key that is not shared, in which no response was lost. Returns the bookings at its end, or
/// the first inconsistency.
pub fn check(attempts: &[Attempt]) -> Result<BTreeMap<String, Range>, String> {
    let lifecycles = Lifecycle::all(attempts)?;
    let bookings: Bookings = lifecycles.iter().filter_map(Lifecycle::booking).collect();
    check_all(attempts, &lifecycles, &bookings, false)?;
    Ok(bookings.into_iter().map(|(contract, (_, range))| (contract, range)).collect())
}

/// Checks a history with lost responses, given the bookings found once everything was quiet. The key may be shared.
pub fn check_with_losses(attempts: &[Attempt], bookings: &Bookings, shared: bool) -> Result<(), String> {
    let lifecycles = Lifecycle::all(attempts)?;
    for contract in bookings.keys() {
        if !lifecycles.iter().any(|lifecycle| lifecycle.contract == contract) {
            return Err(format!("a ghost: {contract} exists, although its creation was refused"));
        }
    }
    for lifecycle in &lifecycles {
        lifecycle.ends_as(bookings.get(lifecycle.contract))?;
    }
    for (at, (contract, (_, range))) in bookings.iter().enumerate() {
        if let Some((other, _)) = bookings.iter().skip(at + 1).find(|(_, (_, taken))| !shared && taken.overlaps(*range))
        {
            return Err(format!("{contract} and {other} overlap in the end"));
        }
    }
    check_all(attempts, &lifecycles, bookings, shared)
}

fn check_all(attempts: &[Attempt], lifecycles: &[Lifecycle], bookings: &Bookings, shared: bool) -> Result<(), String> {
    let holds: Vec<_> =
        lifecycles.iter().flat_map(|lifecycle| lifecycle.holds(bookings.get(lifecycle.contract))).collect();
    if !shared {
        never_at_once(&holds)?;
    }
    for attempt in attempts {
        match (&attempt.result, attempt.operation) {
            (CallResult::Done(_), Operation::Create(range) | Operation::Move(range)) => {
                if !shared {
                    accepted(attempt, range, &holds)?;
                }
            }
            (CallResult::Overlap(conflicts, next), Operation::Create(range) | Operation::Move(range)) if !shared => {
                refused(attempt, range, conflicts, *next, &holds)?;
            }
            (CallResult::Done(_), Operation::Repeat) => repeated(attempt, lifecycles, &holds)?,
            (CallResult::NotFound, Operation::Move(_) | Operation::Remove) => {
                if !changed_by(attempts, attempt, |other| other.operation == Operation::Remove) {
                    return Err(format!("nobody had removed it: {attempt:?}"));
                }
            }
            (CallResult::Outdated, Operation::Repeat) => {
                if !changed_by(attempts, attempt, |_| true) {
                    return Err(format!("nobody had changed it: {attempt:?}"));
                }
            }
            (CallResult::Stale, Operation::Move(_) | Operation::Remove) => {
                if !changed_by(attempts, attempt, |other| other.expected == attempt.expected) {
                    return Err(format!("it still had that version: {attempt:?}"));
                }
            }
            // A contract that was created and removed before the last try may be outdated, and so may a refusal.
            (CallResult::Outdated, Operation::Create(_))
            | (CallResult::Done(_), Operation::Remove)
            | (CallResult::Lost, Operation::Move(_) | Operation::Remove)
            | (CallResult::Busy, _) => {}
            (
                CallResult::Overlap(..)
                | CallResult::NotFound
                | CallResult::Stale
                | CallResult::Outdated
                | CallResult::Lost,
                _,
            ) => {
                return Err(format!("not a valid response to the request: {attempt:?}"));
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

/// Whether another attempt of this kind may have moved or removed the contract before this one was answered.
fn changed_by(attempts: &[Attempt], attempt: &Attempt, kind: impl Fn(&Attempt) -> bool) -> bool {
    let changes = |other: &Attempt| {
        matches!(other.operation, Operation::Move(_) | Operation::Remove)
            && matches!(other.result, CallResult::Done(_) | CallResult::Lost)
    };
    let mut others =
        attempts.iter().filter(|other| other.contract == attempt.contract && changes(other) && kind(other));
    others.any(|other| other.sent_at <= attempt.answered_at)
}

/// A stored response may only be repeated while the contract possibly is as it was created.
fn repeated(attempt: &Attempt, lifecycles: &[Lifecycle], holds: &[Hold]) -> Result<(), String> {
    let made = lifecycles.iter().find(|lifecycle| lifecycle.contract == attempt.contract).and_then(Lifecycle::made);
    let mut as_made = holds.iter().filter(|hold| hold.contract == attempt.contract && Some(hold.range) == made);
    if as_made.any(|hold| hold.possibly_during(attempt)) {
        Ok(())
    } else {
        Err(format!("answered with a contract that was gone or moved by then, and so with a dead PIN: {attempt:?}"))
    }
}

fn accepted(attempt: &Attempt, range: Range, holds: &[Hold]) -> Result<(), String> {
    let others = holds.iter().filter(|hold| hold.contract != attempt.contract && hold.range.overlaps(range));
    match others.into_iter().find(|hold| hold.certainly_throughout(attempt)) {
        Some(hold) => Err(format!("accepted over another contract:\n{attempt:?}\n{hold:?}")),
        None => Ok(()),
    }
}

fn refused(
    attempt: &Attempt,
    range: Range,
    conflicts: &[(String, Range)],
    next: Option<Range>,
    holds: &[Hold],
) -> Result<(), String> {
    if conflicts.is_empty() {
        return Err(format!("refused without a conflict: {attempt:?}"));
    }
    for (contract, taken) in conflicts {
        let mut versions = holds.iter().filter(|hold| hold.contract == *contract && hold.range == *taken);
        if *contract == attempt.contract
            || !taken.overlaps(range)
            || !versions.any(|hold| hold.possibly_during(attempt))
        {
            return Err(format!("refused for {contract} at {taken:?}, which was not in conflict then:\n{attempt:?}"));
        }
    }
    let others = || holds.iter().filter(|hold| hold.contract != attempt.contract && hold.certainly_throughout(attempt));
    let named = |hold: &Hold| conflicts.iter().any(|(contract, _)| *contract == hold.contract);
    if conflicts.len() < NAMED
        && let Some(hold) = others().find(|hold| hold.range.overlaps(range) && !named(hold))
    {
        return Err(format!("the refusal does not name a conflicting contract:\n{attempt:?}\n{hold:?}"));
    }
    let Some(next) = next else { return Ok(()) };
    if next.length() != range.length() || next.start <= range.start {
        return Err(format!("the next free range has another length, or is not later: {attempt:?}"));
    }
    match others().find(|hold| hold.range.overlaps(next)) {
        Some(hold) => Err(format!("the next free range is taken:\n{attempt:?}\n{hold:?}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
