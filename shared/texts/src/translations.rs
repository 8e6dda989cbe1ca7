//! Texts in every language.

use std::sync::OnceLock;

use domain::Language;

use crate::{Texts, faults};

/// How many languages there are: a new one does not compile until each crate has its texts.
pub(crate) const LANGUAGES: usize = Language::ALL.len();

/// The texts of a crate, each language read when it is first asked for.
#[derive(Debug)]
pub struct Translations {
    sources: [&'static [&'static str]; LANGUAGES],
    texts: [OnceLock<Texts>; LANGUAGES],
}

impl Translations {
    /// Of the resources of each language, in the order of [`Language::ALL`].
    #[must_use]
    pub const fn new(sources: [&'static [&'static str]; LANGUAGES]) -> Self {
        Self { sources, texts: [const { OnceLock::new() }; LANGUAGES] }
    }

    /// The texts in a language.
    #[must_use]
    pub fn texts(&self, language: Language) -> &Texts {
        let index = language as usize;
        self.texts[index].get_or_init(|| Texts::read(language, self.sources[index]))
    }

    /// What a test of them finds wrong: resources that are not Fluent, names that stand twice, and patterns that one
    /// language has and another has not, or not with the same values.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        faults::of(&self.sources)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own() {
        let words = Translations::new([&["one = One"], &["one = Yksi"], &["one = Ett"]]);
        assert_eq!(
            Language::ALL.iter().map(|language| words.texts(*language).text("one")).collect::<Vec<_>>(),
            ["One", "Yksi", "Ett"]
        );
        assert_eq!(
            Language::ALL.iter().map(|language| words.texts(*language).language()).collect::<Vec<_>>(),
            Language::ALL
        );
    }
}
