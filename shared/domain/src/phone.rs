//! Phone numbers, and the countries whose numbering plans define how numbers are written at home.
//!
//! A number has one form here: E.164, as libphonenumber formats it. Sending, comparing, searching and erasing all use
//! that form. Numbers are converted where they are parsed, so `+358 (0)40 123 4567` never becomes a number that nobody
//! has.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

use crate::Invalid;

/// A phone number for SMS. Personal: masked in `Debug`, without `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Accepts an ITU-T E.164 number that is valid in its country's numbering plan. A trunk prefix that was left in it
    /// (the 0 of `+3580401234567`) is dropped; a zero that belongs to the number, as in Italy, stays.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        Self::parse_stored(text)?;
        Self::parse_written(text, None)
    }

    /// Accepts a number as people write it: in international form, or as it is dialled in a country.
    pub fn parse_written(text: &str, country: Option<Country>) -> Result<Self, Invalid> {
        match read(text, country) {
            Some((number, true)) => Ok(number),
            _ => Err(Invalid::PhoneNumberForm),
        }
    }

    /// Accepts an E.164 number to search for. A stored number was valid once, whatever numbering plans say today, so an
    /// invalid one is accepted as written.
    pub fn parse_for_search(text: &str) -> Result<Self, Invalid> {
        let as_written = Self::parse_stored(text)?;
        Ok(read(text, None).map_or(as_written, |(number, _)| number))
    }

    /// Accepts a stored number. Numbering plans change, and a stored number must remain readable, so this checks the
    /// form of E.164 only: `+`, then 8 to 15 digits, the first not 0.
    pub fn parse_stored(text: &str) -> Result<Self, Invalid> {
        let digits = text.strip_prefix('+').ok_or(Invalid::PhoneNumberForm)?;
        let wanted = (8..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        wanted.then(|| Self(text.to_owned())).ok_or(Invalid::PhoneNumberForm)
    }

    /// The country of the number, according to its numbering plan.
    #[must_use]
    pub fn country(&self) -> Option<Country> {
        Country::of_region(PHONE_NUMBER_UTIL.parse(&self.0, None).ok()?.get_region_code()?)
    }

    /// The number. Never put it in a log, an error or a URL.
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

/// The number in E.164 form, and whether it is valid in a numbering plan. A number with an extension cannot get SMS.
fn read(text: &str, country: Option<Country>) -> Option<(PhoneNumber, bool)> {
    let number = PHONE_NUMBER_UTIL.parse(text, country.map(|country| country.region)).ok()?;
    let canonical = PhoneNumber::parse_stored(&number.to_string()).ok()?;
    number.extension.is_none().then(|| (canonical, number.is_valid()))
}

/// A country or territory with a numbering plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Country {
    region: Region,
    calling_code: i32,
}

impl Country {
    /// All countries, in the order of their codes.
    pub fn all() -> impl Iterator<Item = Self> {
        let mut regions: Vec<_> = PHONE_NUMBER_UTIL.get_supported_regions().collect();
        regions.sort();
        regions.into_iter().filter_map(Self::of_region)
    }

    /// Accepts a two-letter ISO 3166-1 code such as `FI`.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::of_region(Region::from_code(code).ok()?)
    }

    fn of_region(region: Region) -> Option<Self> {
        let calling_code = PHONE_NUMBER_UTIL.get_country_code_for_region(region)?;
        Some(Self { region, calling_code })
    }

    /// The two-letter ISO 3166-1 code.
    #[must_use]
    pub fn code(self) -> String {
        self.region.as_region_str().to_string()
    }

    /// The digits after the `+`. Some countries share one.
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
    fn phone_numbers_are_valid_in_a_numbering_plan() {
        for good in ["+358409876543", "+46701234567", "+4915123456789", "+12015550123"] {
            assert!(PhoneNumber::parse(good).is_ok(), "{good:?}");
        }
        for bad in ["+358111111111111", "+999123456789", "+15550123456", "+35840123"] {
            assert_eq!(PhoneNumber::parse(bad), Err(Invalid::PhoneNumberForm), "{bad:?}");
            assert!(PhoneNumber::parse_stored(bad).is_ok(), "{bad:?} may have been one when it was stored");
            assert_eq!(PhoneNumber::parse_for_search(bad).unwrap().reveal(), bad, "{bad:?}");
        }
    }

    #[test]
    fn searched_numbers_have_the_stored_form() {
        assert_eq!(PhoneNumber::parse_for_search("+3580401234567"), PhoneNumber::parse("+358401234567"));
        assert_eq!(PhoneNumber::parse_for_search("0401234567"), Err(Invalid::PhoneNumberForm));
    }

    #[test]
    fn a_number_is_parsed_as_written_in_its_country() {
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
    fn example_numbers_of_every_country_are_canonical() {
        for country in Country::all() {
            let example = PHONE_NUMBER_UTIL.get_example_number(country.region).unwrap().to_string();
            // Some islands have numbers with fewer than 8 digits.
            if PhoneNumber::parse_stored(&example).is_ok() {
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
        fn parsing_a_number_twice_changes_nothing(text in "\\+[1-9][0-9]{7,14}") {
            if let Ok(once) = PhoneNumber::parse(&text) {
                proptest::prop_assert_eq!(PhoneNumber::parse(once.reveal()), Ok(once.clone()));
            }
        }

        /// A panic in the crate would end the whole function in a release build.
        #[test]
        fn any_text_is_accepted_or_refused_without_a_panic(
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
