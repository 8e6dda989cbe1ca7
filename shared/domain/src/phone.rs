//! Phone numbers, and the countries whose numbering plans say how they are written at home.
//!
//! One number has one form here, which is sent to, compared, found and erased by: E.164, as libphonenumber makes it. It is
//! made where a number is read, so `+358 (0)40 123 4567` never becomes a number that nobody has.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

use crate::Invalid;

/// A number that SMS is sent to. Personal: masked in `Debug`, without `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Takes a number in the form of ITU-T E.164 that its country's numbering plan can have given out. A trunk prefix that
    /// was left in it (the 0 of `+3580401234567`) is dropped; zeros that belong to a number, as in Italy, stay.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::stored(text)?;
        Self::parse_written(text, None)
    }

    /// Takes a number as people write it: in the international form, or as it is dialled in a country.
    pub fn parse_written(text: &str, country: Option<Country>) -> Result<Self, Invalid> {
        match read(text, country) {
            Some((number, true)) => Ok(number),
            _ => Err(Invalid::PhoneNumberForm),
        }
    }

    /// Takes a number in the form of E.164 to look for: what is stored has that form and was valid once, whatever numbering
    /// plans say of it today.
    pub fn parse_sought(text: &str) -> Result<Self, Invalid> {
        let as_written = Self::stored(text)?;
        Ok(read(text, None).map_or(as_written, |(number, _)| number))
    }

    /// Takes a number that was valid when it was written down: numbering plans change, and what is stored must be
    /// read all the same. E.164 as it is written internationally: `+`, then 8 to 15 digits, the first not 0.
    pub fn stored(text: &str) -> Result<Self, Invalid> {
        let digits = text.strip_prefix('+').ok_or(Invalid::PhoneNumberForm)?;
        let wanted = (8..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        wanted.then(|| Self(text.to_owned())).ok_or(Invalid::PhoneNumberForm)
    }

    /// The country that the number belongs to, if its numbering plan has it.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        Country::of_region(PHONE_NUMBER_UTIL.parse(&self.0, None).ok()?.get_region_code()?)
    }

    /// The number. Not for logs, errors or URLs.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

/// The number that a text says, and whether a numbering plan has it. An extension is no number that SMS go to.
fn read(text: &str, country: Option<Country>) -> Option<(PhoneNumber, bool)> {
    let number = PHONE_NUMBER_UTIL.parse(text, country.map(|country| country.region)).ok()?;
    let canonical = PhoneNumber::stored(&number.to_string()).ok()?;
    number.extension.is_none().then(|| (canonical, number.is_valid()))
}

/// A country or territory with a numbering plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    region: Region,
    calling_code: i32,
}

impl Country {
    /// All of them, in the order of their codes.
    pub fn all() -> impl Iterator<Item = Self> {
        let mut regions: Vec<_> = PHONE_NUMBER_UTIL.get_supported_regions().collect();
        regions.sort();
        regions.into_iter().filter_map(Self::of_region)
    }

    /// Takes a code of ISO 3166-1 with two letters, such as `FI`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::of_region(Region::from_code(code).ok()?)
    }

    fn of_region(region: Region) -> Option<Self> {
        let calling_code = PHONE_NUMBER_UTIL.get_country_code_for_region(region)?;
        Some(Self { region, calling_code })
    }

    /// Its code of ISO 3166-1.
    #[must_use]
    pub fn code(self) -> String {
        self.region.as_region_str().to_string()
    }

    /// What its numbers begin with internationally, after the `+`. Some countries share one.
    #[must_use]
    pub fn calling_code(self) -> i32 {
        self.calling_code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<String> {
        PhoneNumber::parse(text).ok().map(|number| number.reveal().to_owned())
    }

    #[test]
    fn phone_numbers_are_e164() {
        assert_eq!(parsed("+358401234567").as_deref(), Some("+358401234567"));
        for bad in ["0401234567", "+0401234567", "+35840", "+358 40 1234567", "+3584012345678901", "+35840123456a"] {
            assert_eq!(PhoneNumber::parse(bad), Err(Invalid::PhoneNumberForm), "{bad:?}");
        }
    }

    #[test]
    fn a_trunk_zero_is_dropped_and_an_italian_zero_stays() {
        for (typed, number) in [
            ("+3580401234567", Some("+358401234567")),
            ("+4407400123456", Some("+447400123456")),
            ("+460701234567", Some("+46701234567")),
            ("+390236618300", Some("+390236618300")),
            ("+35800401234567", None),
        ] {
            assert_eq!(parsed(typed).as_deref(), number, "{typed}");
        }
    }

    #[test]
    fn phone_numbers_are_ones_that_a_numbering_plan_has() {
        for good in ["+358409876543", "+46701234567", "+4915123456789", "+12015550123"] {
            assert!(PhoneNumber::parse(good).is_ok(), "{good:?}");
        }
        for bad in ["+358111111111111", "+999123456789", "+15550123456", "+35840123"] {
            assert_eq!(PhoneNumber::parse(bad), Err(Invalid::PhoneNumberForm), "{bad:?}");
            assert!(PhoneNumber::stored(bad).is_ok(), "{bad:?} may have been one when it was stored");
            assert_eq!(PhoneNumber::parse_sought(bad).unwrap().reveal(), bad, "{bad:?}");
        }
    }

    #[test]
    fn what_is_looked_for_has_the_form_of_what_is_stored() {
        assert_eq!(PhoneNumber::parse_sought("+3580401234567"), PhoneNumber::parse("+358401234567"));
        assert_eq!(PhoneNumber::parse_sought("0401234567"), Err(Invalid::PhoneNumberForm));
    }

    #[test]
    fn a_number_is_read_as_it_is_written_in_a_country() {
        for (text, country, number) in [
            ("040 123 4567", "FI", "+358401234567"),
            ("(040) 123-4567", "FI", "+358401234567"),
            ("+358 (0)40 123 4567", "SE", "+358401234567"),
            ("00358 40 1234567", "FI", "+358401234567"),
            ("070-123 45 67", "SE", "+46701234567"),
            ("02 3661 8300", "IT", "+390236618300"),
            ("(201) 555-0123", "US", "+12015550123"),
        ] {
            let read = PhoneNumber::parse_written(text, Country::parse(country));
            assert_eq!(read.unwrap().reveal(), number, "{text} in {country}");
        }
        for (text, country) in
            [("040 123 4567", None), ("040 123 4567 ext. 5", Some("FI")), ("040", Some("FI")), ("", Some("FI"))]
        {
            let read = PhoneNumber::parse_written(text, country.and_then(Country::parse));
            assert_eq!(read, Err(Invalid::PhoneNumberForm), "{text} in {country:?}");
        }
    }

    #[test]
    fn a_country_has_a_code_and_a_calling_code() {
        let finland = Country::parse("FI").unwrap();
        assert_eq!((finland.code().as_str(), finland.calling_code()), ("FI", 358));
        assert_eq!(PhoneNumber::parse("+358401234567").unwrap().country(), Some(finland));
        for none in ["XX", "001", "fin", ""] {
            assert_eq!(Country::parse(none), None, "{none:?}");
        }
        assert!(Country::all().count() > 200);
    }

    #[test]
    fn the_numbers_of_every_country_are_in_their_canonical_form() {
        for country in Country::all() {
            let example = PHONE_NUMBER_UTIL.get_example_number(country.region).unwrap().to_string();
            // Some islands have numbers of 7 digits and fewer.
            if PhoneNumber::stored(&example).is_ok() {
                assert_eq!(parsed(&example), Some(example), "{country:?}");
            }
        }
    }

    #[test]
    fn a_number_does_not_show_in_debug_output() {
        assert_eq!(format!("{:?}", PhoneNumber::parse("+358401234567").unwrap()), "PhoneNumber(…)");
    }

    proptest::proptest! {
        #[test]
        fn a_number_that_was_taken_is_taken_again_as_it_is(text in "\\+[1-9][0-9]{7,14}") {
            if let Ok(once) = PhoneNumber::parse(&text) {
                proptest::prop_assert_eq!(PhoneNumber::parse(once.reveal()), Ok(once.clone()));
            }
        }

        /// In a release build a panic of the crate would end the whole function.
        #[test]
        fn whatever_is_typed_is_taken_or_refused(
            text in "([+＋0-9٠-٩()\\-./;:=,*#xX~ \u{a0}\u{200b}]{0,30}|(tel:)?[+0-9]{1,20};(phone-context|ext|isub)=\\PC{0,20}|\\PC{0,300})",
            country in proptest::sample::select(Country::all().collect::<Vec<_>>()),
        ) {
            if let Ok(number) = PhoneNumber::parse_written(&text, Some(country)) {
                proptest::prop_assert_eq!(PhoneNumber::parse(number.reveal()), Ok(number.clone()));
                _ = number.country();
            }
        }
    }
}
