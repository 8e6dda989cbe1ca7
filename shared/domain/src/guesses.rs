//! Slows down guessing at a keypad without locking anybody out.
//!
//! Wrong entries use up a budget. It refills with time alone: a correct entry gives nothing back, or somebody with one
//! valid code could guess for ever. When the budget is used up, the keypad is *slow*: it checks one entry and then
//! makes the next one wait, so a guest with a valid code gets in when the wait is over. Locking the keypad instead
//! would be no safer, and would let one person shut out everybody else.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::{ContractId, Instant, KeyId, KeypadRefusal};

const MINUTE_MILLIS: i64 = 60_000;
const HOUR_MILLIS: i64 = 60 * MINUTE_MILLIS;
const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;

/// What is stored about the entries at a keypad.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Keypad {
    /// When the budget is full again, if there is no wrong entry until then.
    pub budget_full_at: Instant,
    /// The pace, if the latest wrong entry made the keypad slow. It expires after an hour without a wrong entry: see
    /// [`Keypad::slow`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow: Option<SlowPace>,
    /// The latest wrong entries, oldest first, at most [`Keypad::REMEMBERED`].
    #[serde(with = "crate::serial::millis")]
    pub wrong: Vec<Instant>,
    /// The entries of the last hour with a known code that was not valid at the time and cost nothing; oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub mistimed_entries: Vec<MistimedEntry>,
    /// When guessing was last recorded, while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guessing_recorded_at: Option<Instant>,
}

/// The pace of a slow keypad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlowPace {
    /// How long the next entry waits, in milliseconds.
    pub wait_millis: i64,
    /// When the next entry is checked.
    pub next_check_at: Instant,
}

/// An entry with a known code that was not valid at the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MistimedEntry {
    #[serde(flatten)]
    pub code: KnownCode,
    pub at: Instant,
}

/// Identifies a code by its owner, without the code or its MAC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownCode {
    #[serde(rename = "keyId")]
    pub key: KeyId,
    /// The contract whose PIN it is; `None` for the key's return code.
    #[serde(rename = "contractId", skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
}

/// The period in which there were so many wrong entries that somebody may be guessing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum GuessingPeriod {
    Hour,
    /// The last 24 hours.
    Day,
}

impl Default for Keypad {
    fn default() -> Self {
        Self {
            budget_full_at: Instant::EPOCH,
            slow: None,
            wrong: Vec::new(),
            mistimed_entries: Vec::new(),
            guessing_recorded_at: None,
        }
    }
}

impl GuessingPeriod {
    /// How many wrong entries in this period count as guessing.
    #[must_use]
    pub const fn threshold(self) -> usize {
        match self {
            Self::Hour => 10,
            Self::Day => Keypad::REMEMBERED,
        }
    }

    const fn millis(self) -> i64 {
        match self {
            Self::Hour => HOUR_MILLIS,
            Self::Day => DAY_MILLIS,
        }
    }
}

impl Keypad {
    /// The number of wrong entries that are checked without a wait.
    pub const BUDGET: i64 = 5;
    /// The time in which the budget refills by one, in milliseconds.
    pub const REFILL_MILLIS: i64 = 5 * MINUTE_MILLIS;
    /// The first wait of a slow keypad, in milliseconds. Each wrong entry doubles it.
    pub const FIRST_WAIT_MILLIS: i64 = 30_000;
    /// The longest wait, in milliseconds. With it, 288 entries are checked in a day.
    pub const LONGEST_WAIT_MILLIS: i64 = 5 * MINUTE_MILLIS;
    /// How long after the last wrong entry the keypad stops being slow, in milliseconds.
    pub const FORGIVEN_MILLIS: i64 = HOUR_MILLIS;
    /// How many times an hour one known code that is not valid now costs nothing.
    pub const FREE_PER_CODE: usize = 3;
    /// The same for all known codes of an automat together. It bounds what is stored.
    pub const FREE_IN_ALL: usize = 24;
    /// The number of wrong entries that are stored.
    pub const REMEMBERED: usize = 40;
    /// An entry is checked only if its own time is within this many milliseconds of the cloud's clock.
    pub const TIMELY_MILLIS: i64 = 15_000;

    /// The pace, if the keypad is slow.
    #[must_use]
    pub fn slow(&self, now: Instant) -> Option<SlowPace> {
        let latest = self.wrong.last()?;
        self.slow.filter(|_| now < latest.plus_millis(Self::FORGIVEN_MILLIS))
    }

    /// Until when it checks no entry, if it has to wait now.
    #[must_use]
    pub fn waits_until(&self, now: Instant) -> Option<Instant> {
        self.slow(now).map(|slow| slow.next_check_at).filter(|next_check_at| now < *next_check_at)
    }

    /// Whether an entry made at `at` arrived soon enough.
    #[must_use]
    pub fn is_timely(at: Instant, now: Instant) -> bool {
        (now.millis() - at.millis()).abs() <= Self::TIMELY_MILLIS
    }

    /// The keypad after a refused entry. `code` is the owner of the code, if it is known. A correct entry changes
    /// nothing.
    #[must_use]
    pub fn after_refusal(&self, refusal: KeypadRefusal, code: Option<&KnownCode>, now: Instant) -> Self {
        match (refusal, code) {
            (KeypadRefusal::KeypadSlow | KeypadRefusal::Late, _) => self.clone(),
            (
                KeypadRefusal::TooEarly
                | KeypadRefusal::Ended
                | KeypadRefusal::OutsideSchedule
                | KeypadRefusal::KeyOut
                | KeypadRefusal::KeyInside,
                Some(code),
            ) => self.after_not_good_now(code, now).unwrap_or_else(|| self.after_wrong(now)),
            _ => self.after_wrong(now),
        }
    }

    /// Returns what to record about the change from `self` to `after`: that somebody may be guessing, with the number
    /// of wrong entries.
    #[must_use]
    pub fn guessing(&self, after: &Self) -> Option<(GuessingPeriod, usize)> {
        let recorded_at = after.guessing_recorded_at.filter(|at| self.guessing_recorded_at != Some(*at))?;
        after.seems_guessed(recorded_at)
    }

    /// The keypad after an entry with a known code that is not valid now, if the entry costs nothing.
    ///
    /// These are counted for each code, so that nobody pays for a guest who came too early. Nobody gains guesses this
    /// way: the code exists, and a guess at one that does not is never free.
    ///
    /// At a slow keypad the next entry waits all the same. Otherwise somebody guessing could tell a code that will be
    /// valid later from one that does not exist.
    fn after_not_good_now(&self, code: &KnownCode, now: Instant) -> Option<Self> {
        let mut mistimed_entries = self.mistimed_entries.clone();
        mistimed_entries.retain(|entry| is_within(entry.at, HOUR_MILLIS, now));
        let with_code = mistimed_entries.iter().filter(|entry| entry.code == *code).count();
        if with_code >= Self::FREE_PER_CODE || mistimed_entries.len() >= Self::FREE_IN_ALL {
            return None;
        }
        mistimed_entries.push(MistimedEntry { code: code.clone(), at: now });
        let slow = self.slow(now).map(|slow| SlowPace { next_check_at: now.plus_millis(slow.wait_millis), ..slow });
        Some(Self { slow, mistimed_entries, ..self.clone() })
    }

    fn after_wrong(&self, now: Instant) -> Self {
        let mut after = match self.slow(now) {
            Some(slow) => Self { slow: Some(SlowPace::new(slow.wait_millis * 2, now)), ..self.clone() },
            None => self.after_paying(now),
        };
        // The clocks of two function instances may differ. The order of the entries is the order of their responses.
        let at = self.wrong.last().map_or(now, |latest| now.max(*latest));
        after.wrong.push(at);
        if after.wrong.len() > Self::REMEMBERED {
            after.wrong.remove(0);
        }
        after.mistimed_entries.retain(|entry| is_within(entry.at, HOUR_MILLIS, now));
        after.guessing_recorded_at = match (after.seems_guessed(at), self.guessing_recorded_at) {
            (None, _) => None,
            (Some(_), Some(recorded_at)) if is_within(recorded_at, DAY_MILLIS, at) => Some(recorded_at),
            (Some(_), _) => Some(at),
        };
        after
    }

    /// The keypad after a wrong entry at normal pace, paid for from the budget.
    fn after_paying(&self, now: Instant) -> Self {
        let budget_full_at = self.budget_full_at.max(now).plus_millis(Self::REFILL_MILLIS);
        let missing = budget_full_at.millis() - now.millis();
        let is_used_up = missing > (Self::BUDGET - 1) * Self::REFILL_MILLIS;
        let slow = is_used_up.then(|| SlowPace::new(Self::FIRST_WAIT_MILLIS, now));
        Self { budget_full_at, slow, ..self.clone() }
    }

    fn seems_guessed(&self, now: Instant) -> Option<(GuessingPeriod, usize)> {
        [GuessingPeriod::Hour, GuessingPeriod::Day].into_iter().find_map(|period| {
            let count = self.wrong.iter().filter(|at| is_within(**at, period.millis(), now)).count();
            (count >= period.threshold()).then_some((period, count))
        })
    }
}

impl SlowPace {
    fn new(wait_millis: i64, now: Instant) -> Self {
        let wait_millis = wait_millis.min(Keypad::LONGEST_WAIT_MILLIS);
        Self { wait_millis, next_check_at: now.plus_millis(wait_millis) }
    }
}

fn is_within(at: Instant, millis: i64, now: Instant) -> bool {
    now.millis() - at.millis() < millis
}

#[cfg(test)]
mod tests;
