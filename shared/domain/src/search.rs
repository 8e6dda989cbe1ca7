//! Searching keys by prefixes of words in the key identifier and the property.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The terms under which a key is indexed: runs of letters and digits, folded; at most `MAX_INDEX_TERMS`.
#[must_use]
pub fn index_terms(texts: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for term in texts.iter().flat_map(|text| split(text)) {
        if found.len() == MAX_INDEX_TERMS {
            break;
        }
        found.insert(term);
    }
    found
}

/// The maximum number of distinct terms of a key. A property has at most 200 characters and rarely more than thirty
/// terms.
pub(crate) const MAX_INDEX_TERMS: usize = 40;

/// Folds a text, so that case and different encodings of the same characters do not matter.
///
/// Converting to upper case and then to lower case amounts to full case folding for everything that people write in
/// names and addresses: `ß` and `SS` become `ss`, and both small sigmas become one. So it needs no table besides the
/// standard library's.
pub(crate) fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}

/// A text folded for search, without the marks on its letters. A mark does not end a term.
pub(crate) fn without_marks(text: &str) -> String {
    folded(text).nfkd().filter(|c| !is_combining_mark(*c)).collect()
}

fn split(text: &str) -> Vec<String> {
    without_marks(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|term| !term.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A search: each term must be a prefix of some term of the key. Has at least one term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTerms(Vec<String>);

impl SearchTerms {
    /// `None` if the text has no letter or digit.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut terms = split(text);
        let has_no_digit = |term: &String| !term.contains(char::is_numeric);
        terms.sort_by_key(|term| (std::cmp::Reverse(term.chars().count()), has_no_digit(term)));
        terms.dedup();
        (!terms.is_empty()).then_some(Self(terms))
    }

    /// The longest term, of several the first with a digit: fewer keys share a number than a word. It narrows the search
    /// the most, so the index is queried by it.
    #[must_use]
    pub fn longest(&self) -> &str {
        &self.0[0]
    }

    /// Whether every term of the search is a prefix of one of the key's terms.
    #[must_use]
    pub fn matches(&self, terms: &BTreeSet<String>) -> bool {
        self.0.iter().all(|term| first_match(terms, term).is_some())
    }

    /// The first of the key's terms that starts with the longest term of the search. The index lists a key once for
    /// each of its terms that match; only the entry of this one is used, so that a search lists the key once.
    #[must_use]
    pub fn first_match<'t>(&self, terms: &'t BTreeSet<String>) -> Option<&'t str> {
        first_match(terms, self.longest())
    }
}

fn first_match<'t>(terms: &'t BTreeSet<String>, term: &str) -> Option<&'t str> {
    let next = terms.range::<str, _>((std::ops::Bound::Included(term), std::ops::Bound::Unbounded)).next()?;
    next.starts_with(term).then_some(next.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_folded_runs_of_letters_and_digits() {
        let found = index_terms(&["A-12", "Mannerheimintie 5 B, HELSINKI"]);
        let expected = ["12", "5", "a", "b", "helsinki", "mannerheimintie"];
        assert!(found.iter().map(String::as_str).eq(expected));
    }

    #[test]
    fn every_term_must_be_a_prefix() {
        let key = index_terms(&["A-12", "Hämeentie 5"]);
        for hit in ["häm", "HÄME", "hame", "a-12", "12 häm", "5"] {
            assert!(SearchTerms::parse(hit).unwrap().matches(&key), "{hit}");
        }
        for miss in ["meentie", "a-13", "12 x"] {
            assert!(!SearchTerms::parse(miss).unwrap().matches(&key), "{miss}");
        }
        assert_eq!(SearchTerms::parse(" - "), None);
    }

    #[test]
    fn a_key_is_listed_only_under_its_first_matching_term() {
        let key = index_terms(&["key-keyring", "keys"]);
        assert_eq!(SearchTerms::parse("key").unwrap().first_match(&key), Some("key"));
        assert_eq!(SearchTerms::parse("keyr").unwrap().first_match(&key), Some("keyring"));
    }

    #[test]
    fn the_index_is_queried_by_the_longest_term_or_a_number_as_long() {
        for (search, longest) in [("k 7", "7"), ("7 k", "7"), ("key 7", "key"), ("12 13", "12"), ("k k", "k")] {
            assert_eq!(SearchTerms::parse(search).unwrap().longest(), longest);
        }
    }

    #[test]
    fn a_long_text_is_indexed_by_its_first_terms() {
        let many: Vec<String> = (0..120).map(|n| n.to_string()).collect();
        assert_eq!(index_terms(&[&many.join(" ")]).len(), MAX_INDEX_TERMS);
    }

    #[test]
    fn neither_case_nor_marks_matter() {
        for (text, search) in [
            ("ΟΔΟΣ ΕΡΜΟΥ", "οδος"),
            ("οδός Ερμού", "ΟΔΟΣ"),
            ("Hauptstraße 7", "HAUPTSTRASSE"),
            ("HAUPTSTRASSE 7", "hauptstraße"),
            ("İstanbul Caddesi", "istanbul"),
            ("istanbul", "İSTANBUL"),
            ("Ha\u{308}meentie", "hameen"),
            ("Hämeentie", "ha\u{308}m"),
        ] {
            assert!(SearchTerms::parse(search).unwrap().matches(&index_terms(&[text])), "{search} in {text}");
        }
        assert!(!SearchTerms::parse("stanbul").unwrap().matches(&index_terms(&["İstanbul"])));
    }

    proptest::proptest! {
        #[test]
        fn a_text_is_found_in_either_case(text in "\\PC{1,40}") {
            if let Some(terms) = SearchTerms::parse(&text.to_uppercase()) {
                proptest::prop_assert!(terms.matches(&index_terms(&[&text])) || index_terms(&[&text]).len() == MAX_INDEX_TERMS);
            }
        }
    }
}
