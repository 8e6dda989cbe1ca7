//! Codes typed at the keypad. Secrets: masked in `Debug`, without `Display`, revealed by one explicit method.

use std::fmt;

use crate::Invalid;

/// A contract's keypad code: 4 to 9 digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl Pin {
    /// The number of digits of a generated PIN.
    pub const GENERATED_DIGITS: usize = 6;

    /// Takes 4 to 9 ASCII digits.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        ((4..=9).contains(&text.len()) && only_digits(text)).then(|| Self(text.to_owned())).ok_or(Invalid::PinForm)
    }

    /// Makes a PIN of 6 digits from 32 random bits, or `None` where the bits would favour some PINs over others or
    /// give one that people try first. The caller draws again; it takes 1.006 draws on average.
    #[must_use]
    pub fn from_random(bits: u32) -> Option<Self> {
        const COUNT: u32 = 1_000_000;
        let unbiased = bits < u32::MAX - u32::MAX % COUNT;
        let pin = format!("{:06}", bits % COUNT);
        (unbiased && !is_trivial(&pin)).then_some(Self(pin))
    }

    /// The digits. Not for logs, errors, URLs or topics.
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

/// Exactly 4 digits that, typed after `*`, return a key to its empty locker and never take one.
#[derive(Clone, PartialEq, Eq)]
pub struct ReturnCode(String);

impl ReturnCode {
    /// Takes exactly 4 ASCII digits.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        (text.len() == 4 && only_digits(text)).then(|| Self(text.to_owned())).ok_or(Invalid::ReturnCodeForm)
    }

    /// The digits. Not for logs, errors, URLs or topics.
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

/// Codes that somebody at a keypad tries first: runs up or down, one block repeated (`111111`, `121212`, `123123`),
/// mirror images (`123321`), and dates that read as a day of this or the last century (`DDMMYY`).
fn is_trivial(pin: &str) -> bool {
    let digits: Vec<i8> = pin.bytes().map(|byte| (byte - b'0').cast_signed()).collect();
    let steps_by = |step: i8| digits.windows(2).all(|pair| (pair[0] + step).rem_euclid(10) == pair[1]);
    let repeats = |block: usize| digits.chunks(block).all(|chunk| chunk == &digits[..block]);
    let mirrored = digits.iter().eq(digits.iter().rev());
    let two = |at: usize| digits[at] * 10 + digits[at + 1];
    let date = digits.len() == 6 && (1..=31).contains(&two(0)) && (1..=12).contains(&two(2));
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
            assert_eq!(Pin::from_random(trivial), None, "{trivial:06}");
        }
        assert_eq!(Pin::from_random(482_915).unwrap().reveal(), "482915");
    }

    #[test]
    fn draws_beyond_the_last_whole_million_are_refused_to_stay_fair() {
        assert_eq!(Pin::from_random(u32::MAX), None);
        assert_eq!(Pin::from_random(4_294_000_000 + 482_915), None);
        assert!(Pin::from_random(4_293_000_000 + 482_915).is_some());
    }

    proptest! {
        #[test]
        fn generated_pins_have_six_digits(bits: u32) {
            if let Some(pin) = Pin::from_random(bits) {
                prop_assert_eq!(pin.reveal().len(), Pin::GENERATED_DIGITS);
                prop_assert!(Pin::parse(pin.reveal()).is_ok());
            }
        }
    }
}
