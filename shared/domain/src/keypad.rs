//! The keypad: what a code opens, and why it may open nothing. `guesses` slows down guessing.

use protocol::{Between, KeyHolder, PinCase, PinRefusal};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::{ContractId, Instant, Key, KeyState, LockerIndex, Schedule, TimeRange, TimeZone};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum CodeKind {
    Pin,
    /// A key's return code, typed after `*`.
    ReturnCode,
}

/// Why a locker is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Purpose {
    Fetch,
    Return,
}

/// Why an entry opened nothing. It is recorded, but never shown at the keypad: it would help somebody who guesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum KeypadRefusal {
    /// No such code.
    Unknown,
    /// The contract has not started yet.
    TooEarly,
    Ended,
    /// The contract's schedule does not allow fetching now.
    OutsideSchedule,
    /// The key is out with another contract.
    KeyOut,
    /// It is a return code, and the key is inside.
    KeyInside,
    /// The keypad is slow after wrong entries, and it was not yet time for the next one.
    KeypadSlow,
    /// The entry arrived too late: whoever typed it may have left.
    Late,
}

/// A locker that an entry may open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedLocker {
    #[serde(rename = "lockerIndex")]
    pub locker: LockerIndex,
    pub purpose: Purpose,
}

/// The lockers that an entry may open, at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllowedLockers {
    /// In order of their numbers. If some are to fetch and some to return, the keypad asks which are wanted.
    pub lockers: Vec<AllowedLocker>,
    /// The lockers whose keys could be fetched if nobody else had them. Empty if there is nothing to fetch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<LockerIndex>,
}

impl AllowedLockers {
    /// What a code opens, given the decision for each of its keys. If it opens nothing, the first reason that tells more
    /// than that the code is unknown.
    pub fn of(mut decisions: Vec<(LockerIndex, Result<Purpose, KeypadRefusal>)>) -> Result<Self, KeypadRefusal> {
        decisions.sort_by_key(|(locker, _)| *locker);
        let allowed = |&(locker, decision): &(_, Result<_, _>)| Some(AllowedLocker { locker, purpose: decision.ok()? });
        let lockers: Vec<_> = decisions.iter().filter_map(allowed).collect();
        if lockers.is_empty() {
            let mut reasons = decisions.iter().filter_map(|(_, decision)| decision.err());
            let known = reasons.find(|reason| *reason != KeypadRefusal::Unknown);
            return Err(known.unwrap_or(KeypadRefusal::Unknown));
        }
        let fetches = lockers.iter().any(|allowed| allowed.purpose == Purpose::Fetch);
        let is_missing = |(_, decision): &&(_, _)| fetches && *decision == Err(KeypadRefusal::KeyOut);
        let missing = decisions.iter().filter(is_missing).map(|(locker, _)| *locker).collect();
        Ok(Self { lockers, missing })
    }

    /// What a locker may be opened for.
    #[must_use]
    pub fn purpose(&self, locker: LockerIndex) -> Option<Purpose> {
        self.lockers.iter().find(|allowed| allowed.locker == locker).map(|allowed| allowed.purpose)
    }

    /// How long the device may act on the response, in milliseconds: longer if the keypad has to ask first.
    #[must_use]
    pub fn acted_on_millis(&self) -> i64 {
        let first = self.lockers.first().map(|allowed| allowed.purpose);
        if self.lockers.iter().all(|allowed| Some(allowed.purpose) == first) { 10_000 } else { 30_000 }
    }
}

/// The response to an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum KeypadAnswer {
    Open {
        #[serde(flatten)]
        allowed: AllowedLockers,
        /// After this time the device must not open the first locker.
        until: Instant,
    },
    /// The code is not valid now.
    No {
        /// Until when the next entry has to wait, if the keypad is slow.
        #[serde(skip_serializing_if = "Option::is_none")]
        wait_until: Option<Instant>,
    },
    /// The keypad is slow, and did not check the entry.
    Wait { until: Instant },
}

/// What is stored with a PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinTerms {
    pub contract: ContractId,
    pub range: TimeRange,
    pub schedule: Option<Schedule>,
}

impl Key {
    /// Decides whether a contract's PIN opens the key's locker, and what for, by the rule that devices have as well ([`PinCase`]).
    ///
    /// `inside` is the device's own view, sent with the entry: what the cloud knows may be older. If the calendar still
    /// has the contract, its range is more recent than the PIN's and applies. `zone` is the automat's.
    pub fn answer_pin(
        &self,
        PinTerms { contract, range, schedule }: &PinTerms,
        zone: TimeZone,
        inside: bool,
        now: Instant,
    ) -> Result<Purpose, KeypadRefusal> {
        if self.state == KeyState::Removing {
            return Err(KeypadRefusal::Unknown);
        }
        let range = self.calendar.entry(contract).map_or(*range, |entry| entry.range);
        let case = PinCase {
            start: range.start().millis(),
            end: range.end().map(Instant::millis),
            is_in_schedule: schedule.as_ref().is_none_or(|schedule| schedule.contains(zone.local(now))),
            is_inside: inside,
            holder: self.whereabouts.holder().map_or(KeyHolder::Unknown, |holder| {
                if holder == contract { KeyHolder::Own } else { KeyHolder::Other }
            }),
        };
        match case.decide(Between { from: now.millis(), to: Some(now.millis()) }) {
            Ok(protocol::Purpose::Fetch) => Ok(Purpose::Fetch),
            Ok(protocol::Purpose::Return) => Ok(Purpose::Return),
            Err(PinRefusal::TooEarly) => Err(KeypadRefusal::TooEarly),
            Err(PinRefusal::Ended) => Err(KeypadRefusal::Ended),
            Err(PinRefusal::OutsideSchedule) => Err(KeypadRefusal::OutsideSchedule),
            Err(PinRefusal::KeyOut) => Err(KeypadRefusal::KeyOut),
        }
    }

    /// Decides whether the key's return code opens its locker. It only ever returns the key.
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
    use crate::{AutomatId, Calendar, Entry, KeyDraft, KeyId, Property, Sharing, Whereabouts};

    fn at(second: i64) -> Instant {
        Instant::from_millis(second * 1000).unwrap()
    }

    fn range(start: i64, end: Option<i64>) -> TimeRange {
        TimeRange::new(at(start), end.map(at)).unwrap()
    }

    fn contract(n: u64) -> ContractId {
        ContractId::generated(n)
    }

    fn terms(range: TimeRange) -> PinTerms {
        PinTerms { contract: contract(1), range, schedule: None }
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

    /// The response to the PIN of contract 1, which runs from 10 to 20: before, during and after it.
    fn through_time(whereabouts: Whereabouts, inside: bool) -> [Result<Purpose, KeypadRefusal>; 3] {
        let key = key(whereabouts);
        [9, 10, 20].map(|second| key.answer_pin(&terms(range(10, Some(20))), TimeZone::UTC, inside, at(second)))
    }

    #[test]
    fn a_key_inside_is_fetched_while_the_contract_is_active() {
        let expected = [Err(KeypadRefusal::TooEarly), Ok(Purpose::Fetch), Err(KeypadRefusal::Ended)];
        // What the cloud knows does not matter: the device detects the key.
        for believed in [Whereabouts::Unknown, Whereabouts::Inside, out_with(1), out_with(2)] {
            assert_eq!(through_time(believed, true), expected);
        }
    }

    #[test]
    fn the_holder_of_the_key_returns_it_at_any_time() {
        assert_eq!(through_time(out_with(1), false), [Ok(Purpose::Return); 3]);
    }

    #[test]
    fn a_key_with_no_known_holder_is_returned_by_any_started_contract() {
        let expected = [Err(KeypadRefusal::TooEarly), Ok(Purpose::Return), Ok(Purpose::Return)];
        for believed in [Whereabouts::Unknown, Whereabouts::Inside, Whereabouts::Out { contract: None }] {
            assert_eq!(through_time(believed, false), expected);
        }
    }

    #[test]
    fn a_key_out_with_another_contract_cannot_be_fetched() {
        let expected = [Err(KeypadRefusal::TooEarly), Err(KeypadRefusal::KeyOut), Err(KeypadRefusal::Ended)];
        assert_eq!(through_time(out_with(2), false), expected);
    }

    #[test]
    fn the_calendars_range_overrides_the_pins() {
        let entry = Entry { contract: contract(1), range: range(10, Some(90)) };
        let key = Key { calendar: Calendar::new(vec![entry]), ..key(Whereabouts::Inside) };
        assert_eq!(key.answer_pin(&terms(range(10, Some(20))), TimeZone::UTC, true, at(50)), Ok(Purpose::Fetch));
    }

    #[test]
    fn a_schedule_limits_fetching_and_never_returning() {
        // 1 January 1970 was a Thursday. Helsinki was two hours ahead of UTC.
        let schedule = Some(Schedule::parse("Th 08:00-17:00").unwrap());
        let terms = PinTerms { schedule, ..terms(range(0, None)) };
        let answer =
            |zone, inside, hour: i64| key(Whereabouts::Inside).answer_pin(&terms, zone, inside, at(hour * 3_600));
        let helsinki = TimeZone::parse("Europe/Helsinki").unwrap();
        assert_eq!(answer(TimeZone::UTC, true, 8), Ok(Purpose::Fetch));
        assert_eq!(answer(TimeZone::UTC, true, 7), Err(KeypadRefusal::OutsideSchedule));
        assert_eq!(answer(helsinki, true, 6), Ok(Purpose::Fetch));
        assert_eq!(answer(helsinki, true, 15), Err(KeypadRefusal::OutsideSchedule));
        assert_eq!(answer(TimeZone::UTC, false, 7), Ok(Purpose::Return));
    }

    #[test]
    fn a_permanent_contract_does_not_end() {
        let key = key(Whereabouts::Inside);
        assert_eq!(key.answer_pin(&terms(range(10, None)), TimeZone::UTC, true, at(1_000_000_000)), Ok(Purpose::Fetch));
    }

    #[test]
    fn a_return_code_returns_a_key_and_never_takes_one() {
        let key = key(out_with(1));
        assert_eq!(key.answer_return_code(false), Ok(Purpose::Return));
        assert_eq!(key.answer_return_code(true), Err(KeypadRefusal::KeyInside));
    }

    #[test]
    fn a_code_of_several_keys_opens_every_locker_that_it_can() {
        let of = |decisions: &[(u32, Result<Purpose, KeypadRefusal>)]| {
            let decisions = decisions.iter().map(|&(n, decision)| (LockerIndex::new(n).unwrap(), decision));
            AllowedLockers::of(decisions.collect()).map(|AllowedLockers { lockers, missing }| {
                let lockers: Vec<_> = lockers.iter().map(|allowed| (allowed.locker.get(), allowed.purpose)).collect();
                (lockers, missing.into_iter().map(LockerIndex::get).collect::<Vec<_>>())
            })
        };
        let (fetch, give_back, out) = (Ok(Purpose::Fetch), Ok(Purpose::Return), Err(KeypadRefusal::KeyOut));
        assert_eq!(of(&[(7, fetch), (3, fetch)]), Ok((vec![(3, Purpose::Fetch), (7, Purpose::Fetch)], vec![])));
        assert_eq!(
            of(&[(1, fetch), (2, give_back), (3, out)]),
            Ok((vec![(1, Purpose::Fetch), (2, Purpose::Return)], vec![3]))
        );
        assert_eq!(
            of(&[(1, give_back), (3, out)]),
            Ok((vec![(1, Purpose::Return)], vec![])),
            "there is nothing to fetch"
        );
        assert_eq!(of(&[(1, Err(KeypadRefusal::Unknown)), (2, Err(KeypadRefusal::Ended))]), Err(KeypadRefusal::Ended));
        assert_eq!(of(&[]), Err(KeypadRefusal::Unknown));
    }

    #[test]
    fn a_key_that_is_being_removed_has_no_codes() {
        let key = Key { state: KeyState::Removing, ..key(out_with(1)) };
        assert_eq!(key.answer_pin(&terms(range(10, None)), TimeZone::UTC, false, at(15)), Err(KeypadRefusal::Unknown));
        assert_eq!(key.answer_return_code(false), Err(KeypadRefusal::Unknown));
    }
}
