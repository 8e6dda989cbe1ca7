//! Codes typed at the keypad. They are secrets: masked in `Debug`, without `Display`, and revealed by one explicit
//! method.

use std::fmt;

use crate::{Invalid, LockerCount};

/// A contract's keypad code: 4 to 9 digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl Pin {
    /// Accepts 4 to 9 ASCII digits.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let fits = u32::try_from(text.len()).is_ok_and(|length| PinDigits::new(length).is_ok());
        (fits && only_digits(text)).then(|| Self(text.to_owned())).ok_or(Invalid::PinForm)
    }

    /// Makes a PIN of this many digits from 64 random bits.
    ///
    /// Returns `None` where the bits would favour some PINs over others, and for PINs that people try first. The
    /// caller draws again: with 6 digits it takes 1.006 draws on average.
    #[must_use]
    pub fn from_random(digits: PinDigits, bits: u64) -> Option<Self> {
        let count = 10_u64.pow(digits.get());
        let unbiased = bits < u64::MAX - u64::MAX % count;
        let pin = format!("{:0width$}", bits % count, width = digits.length());
        (unbiased && !is_trivial(&pin)).then_some(Self(pin))
    }

    #[must_use]
    pub fn digits(&self) -> PinDigits {
        PinDigits(u32::try_from(self.0.len()).unwrap_or(PinDigits::MAX.0))
    }

    #[must_use]
    pub fn has_at_least(&self, least: PinDigits) -> bool {
        self.digits() >= least
    }

    /// The digits. Never put them in a log, an error, a URL or a topic.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

/// The number of digits of a PIN: 4 to 9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PinDigits(u32);

impl PinDigits {
    pub const MIN: Self = Self(4);
    pub const MAX: Self = Self(9);

    pub fn new(digits: u32) -> Result<Self, Invalid> {
        let (min, max) = (Self::MIN.0, Self::MAX.0);
        if (min..=max).contains(&digits) { Ok(Self(digits)) } else { Err(Invalid::OutOfRange { min, max }) }
    }

    /// The default for generated PINs. A larger automat needs longer ones, since a guess there can hit one of more
    /// PINs.
    #[must_use]
    pub fn for_lockers(count: LockerCount) -> Self {
        match count.get() {
            0..=50 => Self(6),
            51..=200 => Self(7),
            _ => Self(8),
        }
    }

    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }

    fn length(self) -> usize {
        self.0 as usize
    }
}

/// Exactly 4 digits that, typed after `*`, return a key to its empty locker. They never open a locker to take a key.
#[derive(Clone, PartialEq, Eq)]
pub struct ReturnCode(String);

impl ReturnCode {
    /// Accepts exactly 4 ASCII digits.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        (text.len() == 4 && only_digits(text)).then(|| Self(text.to_owned())).ok_or(Invalid::ReturnCodeForm)
    }

    /// The digits. Never put them in a log, an error, a URL or a topic.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ReturnCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReturnCode(…)")
    }
}

fn only_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a code is one that people try first: a run up or down, one block repeated (`111111`, `121212`, `123123`), a
/// mirror image (`123321`), or a date (`DDMMYY`, and `DDMMYYYY` of this century or the last).
fn is_trivial(pin: &str) -> bool {
    let digits: Vec<i8> = pin.bytes().map(|byte| (byte - b'0').cast_signed()).collect();
    let steps_by = |step: i8| digits.windows(2).all(|pair| (pair[0] + step).rem_euclid(10) == pair[1]);
    let repeats = |block: usize| digits.chunks(block).all(|chunk| chunk == &digits[..block]);
    let mirrored = digits.iter().eq(digits.iter().rev());
    let two = |at: usize| digits[at] * 10 + digits[at + 1];
    let is_day = || (1..=31).contains(&two(0)) && (1..=12).contains(&two(2));
    let date = match digits.len() {
        6 => is_day(),
        8 => is_day() && (19..=20).contains(&two(4)),
        _ => false,
    };
    steps_by(1) || steps_by(-1) || (1..=digits.len() / 2).any(repeats) || mirrored || date
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pins_are_4_to_9_digits() {
        for good in ["0000", "1234", "123456789"] {
            assert_eq!(Pin::parse(good).unwrap().reveal(), good);
        }
        for bad in ["", "123", "1234567890", "12a4", "12 34", "１２３４", "-123"] {
            assert_eq!(Pin::parse(bad), Err(Invalid::PinForm), "{bad:?}");
        }
    }

    #[test]
    fn return_codes_are_exactly_4_digits() {
        assert!(ReturnCode::parse("0042").is_ok());
        for bad in ["", "042", "00421", "abcd"] {
            assert_eq!(ReturnCode::parse(bad), Err(Invalid::ReturnCodeForm), "{bad:?}");
        }
    }

    #[test]
    fn codes_do_not_show_in_debug_output() {
        let shown = format!("{:?} {:?}", Pin::parse("482915").unwrap(), ReturnCode::parse("4829").unwrap());
        assert_eq!(shown, "Pin(…) ReturnCode(…)");
    }

    #[test]
    fn codes_that_people_try_first_are_not_generated() {
        for trivial in [0, 111_111, 123_456, 234_567, 987_654, 121_212, 123_123, 123_321, 890_123, 240_795] {
            assert_eq!(Pin::from_random(digits(6), trivial), None, "{trivial:06}");
        }
        assert_eq!(Pin::from_random(digits(6), 482_915).unwrap().reveal(), "482915");
        assert_eq!(Pin::from_random(digits(8), 24_071_995), None, "24.7.1995");
        assert_eq!(Pin::from_random(digits(8), 24_073_195).unwrap().reveal(), "24073195");
        assert_eq!(Pin::from_random(digits(7), 1_234_567), None);
        assert_eq!(Pin::from_random(digits(7), 42_915).unwrap().reveal(), "0042915");
    }

    #[test]
    fn draws_beyond_the_last_whole_million_are_refused_to_stay_fair() {
        let last = u64::MAX - u64::MAX % 1_000_000;
        assert_eq!(Pin::from_random(digits(6), u64::MAX), None);
        assert_eq!(Pin::from_random(digits(6), last + 482_915), None);
        assert!(Pin::from_random(digits(6), last - 1_000_000 + 482_915).is_some());
    }

    #[test]
    fn larger_automats_have_longer_pins_by_default() {
        let default = |lockers| PinDigits::for_lockers(LockerCount::new(lockers).unwrap()).get();
        assert_eq!([1, 50, 51, 200, 201, 500].map(default), [6, 6, 7, 7, 8, 8]);
        assert!(PinDigits::new(3).is_err() && PinDigits::new(10).is_err());
    }

    fn digits(number: u32) -> PinDigits {
        PinDigits::new(number).unwrap()
    }

    proptest! {
        #[test]
        fn generated_pins_have_the_requested_length(number in 4_u32..=9, bits: u64) {
            if let Some(pin) = Pin::from_random(digits(number), bits) {
                prop_assert_eq!(pin.reveal().len(), number as usize);
                prop_assert!(pin.has_at_least(digits(number)));
                prop_assert!(Pin::parse(pin.reveal()).is_ok());
            }
        }
    }
}
