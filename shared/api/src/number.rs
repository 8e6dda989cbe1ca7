//! Whole numbers in a body. Any JSON number is read, so that an error can state the allowed range.

use std::fmt;

use domain::Invalid;
use serde::{Deserialize, Deserializer, de};

/// A whole number in any notation. JSON has one type of number, so `8.0` and `8e0` are 8, as in JSON Schema and
/// therefore in the OpenAPI document (JSON Schema Validation 2020-12, section 6.1.1: "any number with a zero fractional
/// part"). A number beyond `i64` becomes the nearest `i64`, which is out of every range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WholeNumber(i64);

impl From<i64> for WholeNumber {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl From<WholeNumber> for i64 {
    fn from(whole: WholeNumber) -> Self {
        whole.0
    }
}

impl<'de> Deserialize<'de> for WholeNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = WholeNumber;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<WholeNumber, E> {
        Ok(WholeNumber(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<WholeNumber, E> {
        Ok(WholeNumber(i64::try_from(number).unwrap_or(i64::MAX)))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<WholeNumber, E> {
        if number.fract() != 0.0 {
            return Err(E::invalid_type(de::Unexpected::Float(number), &self));
        }
        #[expect(clippy::cast_possible_truncation, reason = "the number has no fraction, and the cast saturates")]
        Ok(WholeNumber(number as i64))
    }
}

/// Parses a number with a parser of the domain.
pub fn whole_number<N: Into<i64>, T>(
    parse: impl FnOnce(u32) -> Result<T, Invalid>,
) -> impl FnOnce(N) -> Result<T, Invalid> {
    // Every range of the domain is below `u32::MAX`, so a number that does not fit is refused as out of range.
    |number| parse(u32::try_from(number.into()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_may_be_written_in_any_form() {
        for (json, number) in [
            ("8", 8),
            ("8.0", 8),
            ("80e-1", 8),
            ("8.000e0", 8),
            ("1e3", 1000),
            ("-0.0", 0),
            ("-8.0", -8),
            ("18446744073709551615", i64::MAX),
            ("123456789012345678901", i64::MAX),
            ("-1e300", i64::MIN),
        ] {
            assert_eq!(serde_json::from_str::<WholeNumber>(json).unwrap(), WholeNumber(number), "{json}");
        }
        for json in ["8.5", "1e-3", "\"8\"", "true", "null", "[8]", "{}", "NaN"] {
            assert!(serde_json::from_str::<WholeNumber>(json).is_err(), "{json}");
        }
    }
}
