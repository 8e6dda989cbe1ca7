//! The keypad: what a right code opens, and why others do not. How guessing is slowed down: `guesses`.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::{ContractId, ContractState, Instant, Key, KeyState, LockerIndex, TimeRange, Whereabouts};

/// What was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum CodeKind {
    /// A contract's PIN.
    Pin,
    /// A key's return code, after `*`.
    ReturnCode,
}

/// What a locker is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Purpose {
    /// To take the key.
    Fetch,
    /// To put it back.
    Return,
}

/// Why an entry opened nothing. Recorded, and never shown at the keypad: it would help whoever guesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum KeypadRefusal {
    /// Nobody has the code.
    Unknown,
    /// The contract has yet to start.
    TooEarly,
    /// The contract is over.
    Ended,
    /// The key is out with another contract.
    KeyOut,
    /// A return code, and the key is inside.
    KeyInside,
    /// The keypad is slow after wrong entries, and it was not yet time for the next one.
    KeypadSlow,
    /// The entry took too long to reach us: whoever typed it may be gone.
    Late,
}

/// The answer to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeypadAnswer {
    /// Open this locker.
    Open {
        /// Which.
        locker: LockerIndex,
        /// What for.
        purpose: Purpose,
        /// From when on it must not be acted on.
        until: Instant,
    },
    /// Not valid now.
    No {
        /// Until when the next entry has to wait, if the keypad is slow.
        wait_until: Option<Instant>,
    },
    /// The keypad is slow, and did not look at the entry.
    Wait {
        /// Until when.
        until: Instant,
    },
}

impl KeypadAnswer {
    /// How long an answer may be acted on, in milliseconds: whoever typed the code is still there.
    pub const ACTED_ON_MILLIS: i64 = 10_000;
}

impl Key {
    /// What a contract's PIN opens the key's locker for. Whether the key is inside is the device's own view, sent with
    /// the entry: ours may be behind. `range` is the contract's by its PIN; the calendar, where it still has the
    /// contract, knows better.
    pub fn answer_pin(
        &self,
        contract: &ContractId,
        range: TimeRange,
        inside: bool,
        now: Instant,
    ) -> Result<Purpose, KeypadRefusal> {
        if self.state == KeyState::Removing {
            return Err(KeypadRefusal::Unknown);
        }
        let range = self.calendar.entry(contract).map_or(range, |entry| entry.range);
        let holder = match &self.whereabouts {
            Whereabouts::Out { contract } => contract.as_ref(),
            Whereabouts::Unknown | Whereabouts::Inside => None,
        };
        // Whoever has the key can bring it back, whatever the time.
        if !inside && holder == Some(contract) {
            return Ok(Purpose::Return);
        }
        match ContractState::of(range, now) {
            ContractState::Upcoming => Err(KeypadRefusal::TooEarly),
            // Out with nobody that we know of, it may be with this one: an empty locker is no risk, a key kept out is.
            ContractState::Active | ContractState::Ended if !inside && holder.is_none() => Ok(Purpose::Return),
            ContractState::Ended => Err(KeypadRefusal::Ended),
            ContractState::Active if inside => Ok(Purpose::Fetch),
            ContractState::Active => Err(KeypadRefusal::KeyOut),
        }
    }

    /// What the key's return code opens its locker for: the return, and nothing but that.
    pub fn answer_return_code(&self, inside: bool) -> Result<Purpose, KeypadRefusal> {
        match self.state {
            KeyState::Removing => Err(KeypadRefusal::Unknown),
            KeyState::Active if inside => Err(KeypadRefusal::KeyInside),
            KeyState::Active => Ok(Purpose::Return),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AutomatId, Calendar, Entry, KeyDraft, KeyId, Property, Sharing};

    fn at(second: i64) -> Instant {
        Instant::from_millis(second * 1000).unwrap()
    }

    fn range(start: i64, end: Option<i64>) -> TimeRange {
        TimeRange::new(at(start), end.map(at)).unwrap()
    }

    fn contract(n: u64) -> ContractId {
        ContractId::generated(n)
    }

    fn key(whereabouts: Whereabouts) -> Key {
        let draft = KeyDraft {
            id: KeyId::parse("A").unwrap(),
            automat: AutomatId::parse("lobby").unwrap(),
            locker: None,
            sharing: Sharing::Shared,
            return_code: None,
            property: Property::parse("").unwrap(),
        };
        Key { whereabouts, ..Key::new(draft, LockerIndex::new(0).unwrap(), at(0)) }
    }

    fn out_with(n: u64) -> Whereabouts {
        Whereabouts::Out { contract: Some(contract(n)) }
    }

    /// What the PIN of contract 1, from 10 to 20, comes to before, during and after it.
    fn through_time(whereabouts: Whereabouts, inside: bool) -> [Result<Purpose, KeypadRefusal>; 3] {
        let key = key(whereabouts);
        [9, 10, 20].map(|second| key.answer_pin(&contract(1), range(10, Some(20)), inside, at(second)))
    }

    #[test]
    fn a_key_that_is_inside_is_fetched_while_the_contract_runs() {
        let expected = [Err(KeypadRefusal::TooEarly), Ok(Purpose::Fetch), Err(KeypadRefusal::Ended)];
        // What we believe does not count: the device sees the key.
        for believed in [Whereabouts::Unknown, Whereabouts::Inside, out_with(1), out_with(2)] {
            assert_eq!(through_time(believed, true), expected);
        }
    }

    #[test]
    fn whoever_has_the_key_returns_it_at_any_time() {
        assert_eq!(through_time(out_with(1), false), [Ok(Purpose::Return); 3]);
    }

    #[test]
    fn a_key_that_nobody_is_known_to_have_is_returned_by_whoever_may_have_it() {
        let expected = [Err(KeypadRefusal::TooEarly), Ok(Purpose::Return), Ok(Purpose::Return)];
        for believed in [Whereabouts::Unknown, Whereabouts::Inside, Whereabouts::Out { contract: None }] {
            assert_eq!(through_time(believed, false), expected);
        }
    }

    #[test]
    fn a_key_that_another_has_is_out() {
        let expected = [Err(KeypadRefusal::TooEarly), Err(KeypadRefusal::KeyOut), Err(KeypadRefusal::Ended)];
        assert_eq!(through_time(out_with(2), false), expected);
    }

    #[test]
    fn the_calendar_knows_a_live_contract_better_than_its_pin_does() {
        let entry = Entry { contract: contract(1), range: range(10, Some(90)) };
        let key = Key { calendar: Calendar::new(vec![entry]), ..key(Whereabouts::Inside) };
        assert_eq!(key.answer_pin(&contract(1), range(10, Some(20)), true, at(50)), Ok(Purpose::Fetch));
    }

    #[test]
    fn a_permanent_contract_does_not_end() {
        let key = key(Whereabouts::Inside);
        assert_eq!(key.answer_pin(&contract(1), range(10, None), true, at(1_000_000_000)), Ok(Purpose::Fetch));
    }

    #[test]
    fn a_return_code_returns_a_key_and_never_takes_one() {
        let key = key(out_with(1));
        assert_eq!(key.answer_return_code(false), Ok(Purpose::Return));
        assert_eq!(key.answer_return_code(true), Err(KeypadRefusal::KeyInside));
    }

    #[test]
    fn a_key_that_is_being_removed_has_no_codes() {
        let key = Key { state: KeyState::Removing, ..key(out_with(1)) };
        assert_eq!(key.answer_pin(&contract(1), range(10, None), false, at(15)), Err(KeypadRefusal::Unknown));
        assert_eq!(key.answer_return_code(false), Err(KeypadRefusal::Unknown));
    }
}
