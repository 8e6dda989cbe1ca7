//! Texts in every language.

use std::sync::OnceLock;

use domain::Language;

use crate::{Texts, faults};

/// The number of languages. A new one does not compile until each crate has its texts.
pub(crate) const LANGUAGES: usize = Language::ALL.len();

/// The texts of a crate. Each language is parsed when it is first used.
#[derive(Debug)]
pub struct Translations {
    sources: [&'static [&'static str]; LANGUAGES],
    texts: [OnceLock<Texts>; LANGUAGES],
}

impl Translations {
    /// From the resources of each language, in the order of [`Language::ALL`].
    #[must_use]
    pub const fn new(sources: [&'static [&'static str]; LANGUAGES]) -> Self {
        Self { sources, texts: [const { OnceLock::new() }; LANGUAGES] }
    }

    #[must_use]
    pub fn texts(&self, language: Language) -> &Texts {
        let index = language as usize;
        self.texts[index].get_or_init(|| Texts::read(language, self.sources[index]))
    }

    /// The faults that a test must not find: resources that are not Fluent, duplicate ids, and texts that one language
    /// lacks or has with other variables.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        faults::of(&self.sources)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_own_texts() {
        let translations = Translations::new([&["one = One"], &["one = Yksi"], &["one = Ett"]]);
        assert_eq!(
            Language::ALL.iter().map(|language| translations.texts(*language).text("one")).collect::<Vec<_>>(),
            ["One", "Yksi", "Ett"]
        );
        assert_eq!(
            Language::ALL.iter().map(|language| translations.texts(*language).language()).collect::<Vec<_>>(),
            Language::ALL
        );
    }
}
