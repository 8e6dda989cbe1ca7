//! Whether a contract's PIN opens a locker, and what for: one rule, for the cloud and for a device without it.
//!
//! Plain numbers only, so that it can be ported to any device.

use crate::Purpose;

/// Between which times it is now, in the same unit as the range of the contract. The cloud knows the time: for it both are equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between {
    pub from: i64,
    /// `None`: it may be any later time.
    pub to: Option<i64>,
}

/// Who has the key, if it is not inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyHolder {
    /// Whoever has the PIN.
    Own,
    /// Another contract.
    Other,
    /// It is not known who.
    Unknown,
}

/// One locker, and what a PIN has to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinCase {
    /// Of the contract, included.
    pub start: i64,
    /// Not included; `None` for a permanent contract.
    pub end: Option<i64>,
    /// Whether the contract's schedule allows fetching for certain. It limits fetching only.
    pub is_in_schedule: bool,
    /// Whether the key is in the locker.
    pub is_inside: bool,
    pub holder: KeyHolder,
}

/// Why a PIN does not open a locker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinRefusal {
    /// The contract has not started, or may not have.
    TooEarly,
    /// It has ended, or may have.
    Ended,
    OutsideSchedule,
    /// The key is out with another contract.
    KeyOut,
}

impl PinCase {
    /// Decides it.
    ///
    /// A key is fetched only while the contract runs for certain. It can be returned as soon as the contract may have started:
    /// opening an empty locker is no risk, and a key that cannot be returned is one.
    pub fn decide(self, now: Between) -> Result<Purpose, PinRefusal> {
        // Whoever has the key can bring it back at any time.
        if !self.is_inside && self.holder == KeyHolder::Own {
            return Ok(Purpose::Return);
        }
        if !self.is_inside && self.holder == KeyHolder::Unknown {
            let may_have_started = now.to.is_none_or(|to| self.start <= to);
            return if may_have_started { Ok(Purpose::Return) } else { Err(PinRefusal::TooEarly) };
        }
        if now.from < self.start {
            return Err(PinRefusal::TooEarly);
        }
        if let Some(end) = self.end
            && now.to.is_none_or(|to| end <= to)
        {
            return Err(PinRefusal::Ended);
        }
        if !self.is_inside {
            return Err(PinRefusal::KeyOut);
        }
        if self.is_in_schedule { Ok(Purpose::Fetch) } else { Err(PinRefusal::OutsideSchedule) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From 10 to 20, at these times.
    fn at(is_inside: bool, holder: KeyHolder, times: &[(i64, Option<i64>)]) -> Vec<Result<Purpose, PinRefusal>> {
        let case = PinCase { start: 10, end: Some(20), is_in_schedule: true, is_inside, holder };
        times.iter().map(|&(from, to)| case.decide(Between { from, to })).collect()
    }

    #[test]
    fn a_key_is_fetched_only_while_the_contract_runs_for_certain() {
        let times = [(9, Some(9)), (9, Some(11)), (10, Some(19)), (19, Some(20)), (20, Some(20)), (12, None)];
        let (early, fetch, ended) = (Err(PinRefusal::TooEarly), Ok(Purpose::Fetch), Err(PinRefusal::Ended));
        assert_eq!(at(true, KeyHolder::Unknown, &times), [early, early, fetch, ended, ended, ended]);
        assert_eq!(at(true, KeyHolder::Other, &times), [early, early, fetch, ended, ended, ended], "the sensor counts");
    }

    #[test]
    fn the_holder_returns_a_key_at_any_time_and_others_once_they_may_have_started() {
        let times = [(0, Some(9)), (9, Some(10)), (30, Some(30)), (0, None)];
        let give_back = Ok(Purpose::Return);
        assert_eq!(at(false, KeyHolder::Own, &times), [give_back; 4]);
        assert_eq!(at(false, KeyHolder::Unknown, &times), [Err(PinRefusal::TooEarly), give_back, give_back, give_back]);
        assert_eq!(at(false, KeyHolder::Other, &[(10, Some(10))]), [Err(PinRefusal::KeyOut)]);
    }

    #[test]
    fn a_schedule_limits_fetching_only() {
        let case = PinCase { start: 0, end: None, is_in_schedule: false, is_inside: true, holder: KeyHolder::Unknown };
        let now = Between { from: 5, to: Some(5) };
        assert_eq!(case.decide(now), Err(PinRefusal::OutsideSchedule));
        assert_eq!(PinCase { is_inside: false, ..case }.decide(now), Ok(Purpose::Return));
    }
}
