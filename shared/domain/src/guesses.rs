//! How guessing at a keypad is slowed down, without shutting anybody out.
//!
//! Wrong entries use up a budget, which refills with time and with nothing else: a right entry gives none back, or
//! whoever has one right code could guess for ever. When the budget is used up the keypad is *slow*. It then looks at
//! one entry and makes the next one wait, so a guest with a right code gets in when the wait is over. A lock would be no
//! safer, and would let one person shut out everybody else.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::{ContractId, Instant, KeyId, KeypadRefusal};

const MINUTE_MILLIS: i64 = 60_000;
const HOUR_MILLIS: i64 = 60 * MINUTE_MILLIS;
const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;

/// What a keypad remembers of the entries before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keypad {
    /// When the whole budget is there again, if no wrong entry comes before.
    pub budget_full_at: Instant,
    /// How slow it became with the latest wrong entry, if it did. Over after an hour without one: see [`Keypad::slow`].
    pub slow: Option<Slow>,
    /// The latest wrong entries, oldest first, at most [`Keypad::REMEMBERED`].
    pub wrong: Vec<Instant>,
    /// The entries of the last hour with a known code that was not good then, and that cost nothing; oldest first.
    pub not_good_now: Vec<NotGoodNow>,
    /// When guessing was last recorded, while it goes on.
    pub guessing_recorded_at: Option<Instant>,
}

/// The pace of a slow keypad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slow {
    /// How long it waits between two entries, in milliseconds.
    pub wait_millis: i64,
    /// When it looks at the next entry.
    pub looks_at: Instant,
}

/// An entry with a known code that was not good at that time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotGoodNow {
    /// Whose code.
    pub code: KnownCode,
    /// When.
    pub at: Instant,
}

/// A code by whose it is: neither the code nor its MAC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCode {
    /// The key that it belongs to.
    pub key: KeyId,
    /// The contract whose PIN it is; none for the key's return code.
    pub contract: Option<ContractId>,
}

/// In what time there were so many wrong entries that somebody may be guessing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum GuessingPeriod {
    /// Within an hour.
    Hour,
    /// Within 24 hours.
    Day,
}

impl Default for Keypad {
    fn default() -> Self {
        Self {
            budget_full_at: Instant::EPOCH,
            slow: None,
            wrong: Vec::new(),
            not_good_now: Vec::new(),
            guessing_recorded_at: None,
        }
    }
}

impl GuessingPeriod {
    /// How many wrong entries in this time count as guessing.
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
    /// So many wrong entries are looked at without a wait.
    pub const BUDGET: i64 = 5;
    /// In so many milliseconds the budget refills by one.
    pub const REFILL_MILLIS: i64 = 5 * MINUTE_MILLIS;
    /// The first wait of a slow keypad, in milliseconds; each wrong entry doubles it.
    pub const FIRST_WAIT_MILLIS: i64 = 30_000;
    /// No wait is longer, in milliseconds. With it 288 entries a day are looked at.
    pub const LONGEST_WAIT_MILLIS: i64 = 5 * MINUTE_MILLIS;
    /// After so many milliseconds without a wrong entry the keypad is slow no more.
    pub const FORGIVEN_MILLIS: i64 = HOUR_MILLIS;
    /// A known code that is not good now costs nothing so many times an hour.
    pub const FREE_PER_CODE: usize = 3;
    /// All such codes of an automat together cost nothing so many times an hour. It bounds what is remembered.
    pub const FREE_IN_ALL: usize = 24;
    /// So many wrong entries are remembered.
    pub const REMEMBERED: usize = 40;
    /// An entry whose own time is further off than so many milliseconds is not looked at.
    pub const TIMELY_MILLIS: i64 = 15_000;

    /// Its pace, if it is slow.
    #[must_use]
    pub fn slow(&self, now: Instant) -> Option<Slow> {
        let latest = self.wrong.last()?;
        self.slow.filter(|_| now < latest.plus_millis(Self::FORGIVEN_MILLIS))
    }

    /// Until when it looks at no entry, if it looks at none now.
    #[must_use]
    pub fn waits_until(&self, now: Instant) -> Option<Instant> {
        self.slow(now).map(|slow| slow.looks_at).filter(|looks_at| now < *looks_at)
    }

    /// Whether an entry made at `at` has come soon enough.
    #[must_use]
    pub fn is_timely(at: Instant, now: Instant) -> bool {
        (now.millis() - at.millis()).abs() <= Self::TIMELY_MILLIS
    }

    /// After an entry that opened nothing; `code` is whose it is, where it is known. After a right entry the keypad is
    /// as it was before.
    #[must_use]
    pub fn after_refusal(&self, refusal: KeypadRefusal, code: Option<&KnownCode>, now: Instant) -> Self {
        match (refusal, code) {
            (KeypadRefusal::KeypadSlow | KeypadRefusal::Late, _) => self.clone(),
            (
                KeypadRefusal::TooEarly | KeypadRefusal::Ended | KeypadRefusal::KeyOut | KeypadRefusal::KeyInside,
                Some(code),
            ) => self.after_not_good_now(code, now).unwrap_or_else(|| self.after_wrong(now)),
            _ => self.after_wrong(now),
        }
    }

    /// What has to be recorded of the change from `self` to `after`: that somebody may be guessing, with the number of
    /// wrong entries.
    #[must_use]
    pub fn guessing(&self, after: &Self) -> Option<(GuessingPeriod, usize)> {
        let recorded_at = after.guessing_recorded_at.filter(|at| self.guessing_recorded_at != Some(*at))?;
        after.seems_guessed(recorded_at)
    }

    /// After an entry with a code that is somebody's and not good now, if it costs nothing.
    ///
    /// Counted for each code, so that nobody pays for a guest who came too early. Nobody gains guesses by it: the code
    /// is one that exists, so a guess at one that does not is never free.
    ///
    /// A slow keypad makes the next entry wait all the same. Were it otherwise, whoever guesses could tell a code that
    /// will be good later from one that nobody has.
    fn after_not_good_now(&self, code: &KnownCode, now: Instant) -> Option<Self> {
        let mut not_good_now = self.not_good_now.clone();
        not_good_now.retain(|entry| is_within(entry.at, HOUR_MILLIS, now));
        let with_code = not_good_now.iter().filter(|entry| entry.code == *code).count();
        if with_code >= Self::FREE_PER_CODE || not_good_now.len() >= Self::FREE_IN_ALL {
            return None;
        }
        not_good_now.push(NotGoodNow { code: code.clone(), at: now });
        let slow = self.slow(now).map(|slow| Slow { looks_at: now.plus_millis(slow.wait_millis), ..slow });
        Some(Self { slow, not_good_now, ..self.clone() })
    }

    fn after_wrong(&self, now: Instant) -> Self {
        let mut after = match self.slow(now) {
            Some(slow) => Self { slow: Some(Slow::new(slow.wait_millis * 2, now)), ..self.clone() },
            None => self.after_paying(now),
        };
        // Clocks of two function instances may differ; the order of the entries is that of their answers.
        let at = self.wrong.last().map_or(now, |latest| now.max(*latest));
        after.wrong.push(at);
        if after.wrong.len() > Self::REMEMBERED {
            after.wrong.remove(0);
        }
        after.not_good_now.retain(|entry| is_within(entry.at, HOUR_MILLIS, now));
        after.guessing_recorded_at = match (after.seems_guessed(at), self.guessing_recorded_at) {
            (None, _) => None,
            (Some(_), Some(recorded_at)) if is_within(recorded_at, DAY_MILLIS, at) => Some(recorded_at),
            (Some(_), _) => Some(at),
        };
        after
    }

    /// After a wrong entry at the normal pace, which is paid for from the budget.
    fn after_paying(&self, now: Instant) -> Self {
        let budget_full_at = self.budget_full_at.max(now).plus_millis(Self::REFILL_MILLIS);
        let missing = budget_full_at.millis() - now.millis();
        let is_used_up = missing > (Self::BUDGET - 1) * Self::REFILL_MILLIS;
        let slow = is_used_up.then(|| Slow::new(Self::FIRST_WAIT_MILLIS, now));
        Self { budget_full_at, slow, ..self.clone() }
    }

    fn seems_guessed(&self, now: Instant) -> Option<(GuessingPeriod, usize)> {
        [GuessingPeriod::Hour, GuessingPeriod::Day].into_iter().find_map(|period| {
            let count = self.wrong.iter().filter(|at| is_within(**at, period.millis(), now)).count();
            (count >= period.threshold()).then_some((period, count))
        })
    }
}

impl Slow {
    fn new(wait_millis: i64, now: Instant) -> Self {
        let wait_millis = wait_millis.min(Keypad::LONGEST_WAIT_MILLIS);
        Self { wait_millis, looks_at: now.plus_millis(wait_millis) }
    }
}

/// Whether less than `millis` have passed.
fn is_within(at: Instant, millis: i64, now: Instant) -> bool {
    now.millis() - at.millis() < millis
}

#[cfg(test)]
mod tests;
