//! Finding keys by what people remember of them: prefixes of words in the KeyID and the property.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// The words of a text: runs of letters and digits, case folded; the first 40 of them, in order of appearance.
#[must_use]
pub fn words(texts: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for word in texts.iter().flat_map(|text| split(text)) {
        if found.len() == MAX_WORDS {
            break;
        }
        found.insert(word);
    }
    found
}

/// The number of distinct words of a key that are indexed. Two hundred characters of property rarely hold thirty.
pub(crate) const MAX_WORDS: usize = 40;

/// A text in which upper and lower case, and spellings of the same characters, are one.
///
/// Lower case of the upper case is full case folding for all that people write in names and addresses: `ß` and `SS`
/// become `ss`, both small sigmas one. So it needs no table beside the standard library's.
pub(crate) fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}

/// A text as it is searched: folded, and without the marks on its letters. A mark neither counts nor ends a word.
fn without_marks(text: &str) -> String {
    folded(text).nfkd().filter(|c| !is_combining_mark(*c)).collect()
}

fn split(text: &str) -> Vec<String> {
    without_marks(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What somebody searches for: every word must begin some word of the key. There is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchTerms(Vec<String>);

impl SearchTerms {
    /// The terms of a search text; `None` when it holds no letter or digit.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut terms = split(text);
        terms.sort_by_key(|term| std::cmp::Reverse(term.chars().count()));
        terms.dedup();
        (!terms.is_empty()).then_some(Self(terms))
    }

    /// The longest term, which narrows the most: the one to query an index by.
    #[must_use]
    pub fn longest(&self) -> &str {
        &self.0[0]
    }

    /// Whether every term begins one of the words.
    #[must_use]
    pub fn match_words(&self, words: &BTreeSet<String>) -> bool {
        self.0.iter().all(|term| first_match(words, term).is_some())
    }

    /// The first of the words that the longest term begins. An index with one entry a word names a key once for each
    /// word that matches; counting only this one shows the key once.
    #[must_use]
    pub fn first_match<'w>(&self, words: &'w BTreeSet<String>) -> Option<&'w str> {
        first_match(words, self.longest())
    }
}

fn first_match<'w>(words: &'w BTreeSet<String>, term: &str) -> Option<&'w str> {
    let next = words.range::<str, _>((std::ops::Bound::Included(term), std::ops::Bound::Unbounded)).next()?;
    next.starts_with(term).then_some(next.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_split_where_letters_end() {
        let found = words(&["A-12", "Mannerheimintie 5 B, HELSINKI"]);
        let expected = ["12", "5", "a", "b", "helsinki", "mannerheimintie"];
        assert!(found.iter().map(String::as_str).eq(expected));
    }

    #[test]
    fn every_term_must_begin_some_word() {
        let key = words(&["A-12", "Hämeentie 5"]);
        for hit in ["häm", "HÄME", "hame", "a-12", "12 häm", "5"] {
            assert!(SearchTerms::parse(hit).unwrap().match_words(&key), "{hit}");
        }
        for miss in ["meentie", "a-13", "12 x"] {
            assert!(!SearchTerms::parse(miss).unwrap().match_words(&key), "{miss}");
        }
        assert_eq!(SearchTerms::parse(" - "), None);
    }

    #[test]
    fn a_key_counts_at_the_first_word_that_matches() {
        let key = words(&["key-keyring", "keys"]);
        assert_eq!(SearchTerms::parse("key").unwrap().first_match(&key), Some("key"));
        assert_eq!(SearchTerms::parse("keyr").unwrap().first_match(&key), Some("keyring"));
    }

    #[test]
    fn a_text_of_many_words_is_indexed_by_its_first() {
        let many: Vec<String> = (0..120).map(|n| n.to_string()).collect();
        assert_eq!(words(&[&many.join(" ")]).len(), MAX_WORDS);
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
            assert!(SearchTerms::parse(search).unwrap().match_words(&words(&[text])), "{search} in {text}");
        }
        assert!(!SearchTerms::parse("stanbul").unwrap().match_words(&words(&["İstanbul"])));
    }

    proptest::proptest! {
        #[test]
        fn a_text_is_found_in_either_case(text in "\\PC{1,40}") {
            if let Some(terms) = SearchTerms::parse(&text.to_uppercase()) {
                proptest::prop_assert!(terms.match_words(&words(&[&text])) || words(&[&text]).len() == MAX_WORDS);
            }
        }
    }
}
