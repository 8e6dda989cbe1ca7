//! Finding contracts by words of their names and reference, by email addresses, and by the last digits of phone numbers.
//!
//! A contract has *terms*, and a search has *prefixes*: a prefix finds the terms that begin with it. So a term is
//! written in the order in which people type it from its beginning, and a phone number, whose end people know, is
//! written backwards.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Bound;

use chrono::DateTime;

use crate::search::without_marks;
use crate::{Contract, Email, Instant, Invalid, Mention, PhoneNumber};

/// Marks the term of a phone number. It is in no word and in no email address (RFC 5322, `atext`).
const PHONE: char = ':';
/// How many digits of a phone number a search needs.
const MIN_DIGITS: usize = 4;
/// From this many digits on, groups of digits are one phone number and not several words.
const DIGITS_OF_A_NUMBER: usize = 7;
/// Limit on a term's length. An email address has at most 254 characters (RFC 5321).
const MAX_BYTES: usize = 254;

/// The terms of a contract, at most [`ContractTerms::MAX`].
#[derive(Clone, PartialEq, Eq)]
pub struct ContractTerms(BTreeSet<String>);

impl ContractTerms {
    /// All addresses of ten contacts, and more words than a contract's names usually have. If there are more, the words
    /// of the last contacts' names are left out.
    pub const MAX: usize = 64;

    #[must_use]
    pub fn of(contract: &Contract) -> Self {
        let mentions: Vec<_> = Mention::in_contract(contract).collect();
        Self::new(contract.id.as_str(), &mentions)
    }

    /// The terms of a reference and of everybody who is mentioned, most important first.
    #[must_use]
    pub fn new(reference: &str, mentions: &[Mention<'_>]) -> Self {
        let emails = mentions.iter().filter_map(|mention| mention.email).map(email_term);
        let numbers = mentions.iter().filter_map(|mention| mention.phone_number).map(phone_term);
        let names = mentions.iter().flat_map(|mention| terms_of(mention.name));
        let mut terms = BTreeSet::new();
        for term in emails.chain(numbers).chain(terms_of(reference)).chain(names) {
            if terms.len() == Self::MAX {
                break;
            }
            terms.insert(cut(term));
        }
        Self(terms)
    }

    /// The terms that need an entry in the index, in order. A search has at least two characters, and finds what begins
    /// with them. So a term of one character needs no entry, nor does the beginning of another one: `aino` beside
    /// `aino@example.fi`.
    pub fn indexed(&self) -> impl Iterator<Item = &str> {
        let next = self.0.iter().skip(1).map(Some).chain([None]);
        let needed = self.0.iter().zip(next).filter(|(term, next)| {
            // In order, a term is followed at once by those that begin with it.
            let is_covered = next.is_some_and(|next| next.starts_with(term.as_str()));
            !is_covered && term.chars().nth(ContractSearch::MIN_CHARACTERS - 1).is_some()
        });
        needed.map(|(term, _)| term.as_str())
    }

    fn has_prefix(&self, prefix: &str) -> bool {
        let mut from = self.0.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        from.next().is_some_and(|term| term.starts_with(prefix))
    }
}

/// The terms are personal: only their number is shown.
impl fmt::Debug for ContractTerms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContractTerms({})", self.0.len())
    }
}

/// A search for contracts: each of its parts must find a term of the contract.
#[derive(Clone, PartialEq, Eq)]
pub struct ContractSearch(Vec<SearchPart>);

/// The prefixes of which one must find a term: digits may be a word as well as the end of a phone number.
type SearchPart = Vec<String>;

impl ContractSearch {
    pub const MIN_CHARACTERS: usize = 2;
    /// In characters.
    pub const MAX: usize = 300;

    /// Accepts a text with at least one word or address of two characters.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.chars().count() > Self::MAX {
            return Err(Invalid::TooLong { max: Self::MAX });
        }
        let mut parts = match spaced_phone_number(text) {
            Some(number) => vec![vec![number]],
            None => text.split_whitespace().map(part).filter(|part| !part.is_empty()).collect(),
        };
        // The index is queried by the longest, which narrows the search the most.
        parts.sort_by_key(|part| std::cmp::Reverse(length(part)));
        parts.dedup();
        let long_enough = parts.first().is_some_and(|part| length(part) >= Self::MIN_CHARACTERS);
        long_enough.then_some(Self(parts)).ok_or(Invalid::TooShort { min: Self::MIN_CHARACTERS })
    }

    /// The prefixes with which the index is queried, one or two, each of at least two characters.
    #[must_use]
    pub fn prefixes(&self) -> &[String] {
        &self.0[0]
    }

    /// The prefixes of each other part with which the index can be queried too.
    pub fn other_prefixes(&self) -> impl Iterator<Item = &[String]> {
        let others = self.0.iter().skip(1).filter(|part| length(part) >= Self::MIN_CHARACTERS);
        others.map(Vec::as_slice)
    }

    #[must_use]
    pub fn matches(&self, terms: &ContractTerms) -> bool {
        self.0.iter().all(|part| part.iter().any(|prefix| terms.has_prefix(prefix)))
    }

    /// What distinguishes this search from others. Personal.
    #[must_use]
    pub fn identity(&self) -> String {
        self.0.iter().map(|part| part.join("|")).collect::<Vec<_>>().join(" ")
    }
}

/// What is searched for is personal: only the number of its parts is shown.
impl fmt::Debug for ContractSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContractSearch({})", self.0.len())
    }
}

/// The month of an instant in UTC, such as `2026-11`. Months sort in their order.
#[must_use]
pub fn utc_month(at: Instant) -> String {
    DateTime::from_timestamp_millis(at.millis()).unwrap_or_default().format("%Y-%m").to_string()
}

/// The length of its shortest prefix.
fn length(part: &SearchPart) -> usize {
    part.iter().map(|prefix| prefix.chars().count()).min().unwrap_or_default()
}

/// The prefixes of a text without spaces. None if it has no letter and no digit.
fn part(text: &str) -> SearchPart {
    if text.contains('@') {
        // The complete address has its domain in Punycode, as stored ones do.
        return vec![Email::parse(text).map_or_else(|_| email_term(text), |email| email_term(email.reveal()))];
    }
    let term = terms_of(text).next();
    let number = is_like_phone_number(text).then(|| phone_prefix(text)).flatten();
    term.into_iter().map(cut).chain(number).collect()
}

/// A phone number that is written in groups.
fn spaced_phone_number(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_one = text.starts_with(['+', '(', '0']) || digits >= DIGITS_OF_A_NUMBER;
    (text.contains(char::is_whitespace) && is_one && is_like_phone_number(text)).then(|| phone_prefix(text)).flatten()
}

fn is_like_phone_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()/.".contains(c))
}

/// The prefix that finds a phone number by its last digits. A number as it is dialled in its country begins with a zero
/// that the international form does not have, and zeros in front of a country code mean a plus.
fn phone_prefix(text: &str) -> Option<String> {
    let canonical = PhoneNumber::parse_written(text, None);
    let written = canonical.as_ref().map_or(text, PhoneNumber::reveal);
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let kept = if digits.len() < DIGITS_OF_A_NUMBER { &digits } else { digits.trim_start_matches('0') };
    (kept.len() >= MIN_DIGITS).then(|| phone_term(kept))
}

pub(crate) fn phone_term(number: &str) -> String {
    std::iter::once(PHONE).chain(number.chars().rev().filter(char::is_ascii_digit)).collect()
}

pub(crate) fn email_term(address: &str) -> String {
    cut(address.to_lowercase())
}

/// The longest of a name's terms, which finds the fewest others. `None` if an index has none of them.
pub(crate) fn longest_term(name: &str) -> Option<String> {
    let length = |term: &String| term.chars().count();
    terms_of(name).map(cut).filter(|term| length(term) >= ContractSearch::MIN_CHARACTERS).max_by_key(length)
}

/// From each word of a text to the next space, folded, without marks, and with `-` for whatever is between two words:
/// `bk-2026-17`, `2026-17` and `17` of `BK_2026.17`. So a reference is found by its beginning as well as by each of its
/// words.
fn terms_of(text: &str) -> impl Iterator<Item = String> {
    let folded = without_marks(text);
    let chunks = folded.split_whitespace().map(|chunk| {
        chunk.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    });
    let chunks: Vec<Vec<String>> = chunks.collect();
    chunks.into_iter().flat_map(|parts| (0..parts.len()).map(move |from| parts[from..].join("-")))
}

/// A term, cut after [`MAX_BYTES`].
fn cut(mut term: String) -> String {
    term.truncate(term.floor_char_boundary(MAX_BYTES));
    term
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of_name(name: &str) -> Mention<'_> {
        Mention { name, ..Mention::default() }
    }

    fn booking() -> ContractTerms {
        let contact = Mention {
            name: "Anna-Maija Öberg",
            email: Some("Anna.Oberg@xn--hmeentie-0za.fi"),
            phone_number: Some("+358401234567"),
        };
        ContractTerms::new("BK-2026.17", &[of_name("Aino Virtanen"), contact])
    }

    fn finds(text: &str) -> bool {
        ContractSearch::parse(text).unwrap().matches(&booking())
    }

    #[test]
    fn a_contract_has_these_terms() {
        let terms = booking();
        let expected = [
            "17",
            "2026-17",
            ":765432104853",
            "aino",
            "anna-maija",
            "anna.oberg@xn--hmeentie-0za.fi",
            "bk-2026-17",
            "maija",
            "oberg",
            "virtanen",
        ];
        assert!(terms.indexed().eq(expected), "{:?}", terms.0);
    }

    #[test]
    fn names_and_references_are_found_by_beginnings_of_their_terms() {
        for hit in [
            "ai",
            "AINO",
            "aino virt",
            "virt aino",
            "anna-maija",
            "Anna–Ma",
            "maija",
            "öb",
            "ob",
            "bk-2026",
            "BK_2026.17",
        ] {
            assert!(finds(hit), "{hit}");
        }
        for hit in ["2026-17", "17", "v aino", "bk/2026"] {
            assert!(finds(hit), "{hit}");
        }
        for miss in ["ino", "aino bk-2025", "annamaija", "aino x", "026"] {
            assert!(!finds(miss), "{miss}");
        }
    }

    #[test]
    fn an_email_address_is_found_by_its_beginning_in_any_case() {
        for hit in ["anna.oberg@", "ANNA.OBERG@xn--h", "anna.oberg@hämeentie.fi", "aino anna.oberg@xn--hmeentie-0za.fi"]
        {
            assert!(finds(hit), "{hit}");
        }
        for miss in ["oberg@xn--hmeentie-0za.fi", "@xn--hmeentie-0za.fi", "anna@"] {
            assert!(!finds(miss), "{miss}");
        }
    }

    #[test]
    fn a_phone_number_is_found_by_its_last_digits_however_it_is_written() {
        for hit in [
            "4567",
            "234567",
            "0401234567",
            "040 123 4567",
            "(040) 123-4567",
            "+358401234567",
            "+358 40 123 4567",
            "+358 (0)40 123 4567",
            "00358 40 1234567",
            "00358401234567",
            "40/1234567",
            "aino 4567",
            "1234567 virtanen",
        ] {
            assert!(finds(hit), "{hit}");
        }
        for miss in ["567", "1234", "0501234567", "040 123 4568", "aino 1234", "1358401234567"] {
            assert!(!finds(miss), "{miss}");
        }
    }

    #[test]
    fn digits_are_a_term_as_well_as_the_end_of_a_phone_number() {
        let both = ContractSearch::parse("2026").unwrap();
        assert_eq!(both.prefixes(), ["2026", ":6202"]);
        assert!(both.matches(&booking()));
        let short = ContractSearch::parse("202").unwrap();
        assert_eq!(short.prefixes(), ["202"]);
        let zeros = ContractTerms::new("x", &[Mention { name: "", email: None, phone_number: Some("+358401230007") }]);
        assert!(ContractSearch::parse("0007").unwrap().matches(&zeros), "a short end keeps its zeros");
    }

    #[test]
    fn the_longest_part_drives_the_search() {
        for (text, prefixes) in
            [("aino virtanen", "virtanen"), ("virtanen aino", "virtanen"), ("a@x virtanen b", "virtanen")]
        {
            assert_eq!(ContractSearch::parse(text).unwrap().prefixes(), [prefixes]);
        }
    }

    #[test]
    fn a_search_needs_two_characters() {
        for short in ["", " ", "a", "-", "a b c", "ä", "a\u{308}", "+"] {
            assert_eq!(ContractSearch::parse(short), Err(Invalid::TooShort { min: 2 }), "{short:?}");
        }
        for enough in ["ab", "a-b", "李明", "a bc", "12"] {
            assert!(ContractSearch::parse(enough).is_ok(), "{enough:?}");
        }
        assert_eq!(ContractSearch::parse(&"a".repeat(301)), Err(Invalid::TooLong { max: 300 }));
    }

    #[test]
    fn a_term_that_another_one_begins_with_has_no_entry() {
        let terms = ContractTerms::new("a-1", &[of_name("Ann Anna A"), of_name("Anne")]);
        assert!(terms.indexed().eq(["a-1", "anna", "anne"]));
        for hit in ["ann", "anna", "ann a"] {
            assert!(ContractSearch::parse(hit).unwrap().matches(&terms), "{hit}");
        }
    }

    #[test]
    fn a_contract_has_a_bounded_number_of_bounded_terms() {
        let name = "0 1 2 3 4 5 6 7 8 9 ".repeat(5);
        let (emails, numbers): (Vec<_>, Vec<_>) =
            (0..10).map(|n| (format!("c{n}@{}.fi", "long".repeat(60)), format!("+35840123456{n}"))).unzip();
        let mut mentions = vec![of_name("Aino Virtanen")];
        let names: Vec<_> = (0..10).map(|n| format!("{name} w{n}a w{n}b w{n}c w{n}d w{n}e w{n}f")).collect();
        mentions.extend((0..10).map(|n| Mention {
            name: &names[n],
            email: Some(&emails[n]),
            phone_number: Some(&numbers[n]),
        }));
        let terms = ContractTerms::new("BK-1", &mentions);
        assert_eq!(terms.0.len(), ContractTerms::MAX);
        for kept in ["aino virtanen", "bk-1", "+358401234569", &emails[9], "w0f"] {
            assert!(ContractSearch::parse(kept).is_ok_and(|search| search.matches(&terms)), "{kept}");
        }
        assert!(!ContractSearch::parse("w9f").unwrap().matches(&terms), "the last contacts' names are left out");
        // One letter that decomposes into eighteen, a hundred times.
        let long = "\u{fdfa}".repeat(100).replace(' ', "");
        let terms = ContractTerms::new("BK-1", &[of_name(&long)]);
        assert!(terms.indexed().all(|term| term.len() <= MAX_BYTES));
    }

    #[test]
    fn months_are_those_of_utc() {
        let month = |text| utc_month(Instant::parse(text).unwrap());
        assert_eq!(month("2026-12-01T01:00:00+02:00"), "2026-11");
        assert_eq!(month("9999-12-31T23:59:59Z"), "9999-12");
        assert_eq!(utc_month(Instant::EPOCH), "1970-01");
    }

    #[test]
    fn neither_a_search_nor_terms_show_in_debug_output() {
        assert_eq!(format!("{:?}", ContractSearch::parse("aino 4567").unwrap()), "ContractSearch(2)");
        assert_eq!(format!("{:?}", ContractTerms::new("BK-1", &[])), "ContractTerms(2)");
    }

    proptest! {
        /// Whatever finds a contract by all of its terms finds it by those that have an entry.
        #[test]
        fn every_match_has_an_entry(name in "[a-cA-C0-1\\-. ]{0,20}", reference in "[ab1][ab1.\\-]{0,8}", text in "[a-c01.\\- ]{2,6}") {
            let terms = ContractTerms::new(&reference, &[of_name(&name)]);
            let Ok(search) = ContractSearch::parse(&text) else { return Ok(()) };
            let has_entry = terms.indexed().any(|term| search.prefixes().iter().any(|prefix| term.starts_with(prefix.as_str())));
            if search.matches(&terms) {
                prop_assert!(has_entry);
            }
        }

        #[test]
        fn a_name_is_found_by_itself_in_either_case(name in "\\PC{1,40}") {
            let terms = ContractTerms::new("BK-1", &[of_name(&name)]);
            if !name.contains('@') && let Ok(search) = ContractSearch::parse(&name.to_uppercase()) {
                prop_assert!(search.matches(&terms) || terms.0.len() == ContractTerms::MAX);
            }
        }
    }
}
