//! The texts of messages in the three languages.

use domain::{Language, MessageKind};
use texts::{FluentArgs, Texts, Translations};

static TEXTS: Translations = Translations::new([
    &[include_str!("../texts/en.ftl")],
    &[include_str!("../texts/fi.ftl")],
    &[include_str!("../texts/sv.ftl")],
]);

/// What a page calls a kind of message.
#[must_use]
pub fn kind_name(kind: MessageKind, language: Language) -> String {
    texts(language).format_attribute(kind.name(), "name", &FluentArgs::new())
}

pub(crate) fn texts(language: Language) -> &'static Texts {
    TEXTS.texts(language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_languages_have_the_same_messages_with_the_same_variables() {
        assert_eq!(TEXTS.faults(), [""; 0]);
    }

    #[test]
    fn every_kind_has_every_part() {
        let values = FluentArgs::new();
        for &language in Language::ALL {
            for (kind, part) in MessageKind::ALL
                .iter()
                .flat_map(|kind| ["name", "subject", "heading", "intro", "sms"].map(|part| (kind, part)))
            {
                let text = texts(language).format_attribute(kind.name(), part, &values);
                assert!(!text.contains(kind.name()), "{} {part} in {language:?}", kind.name());
            }
        }
    }
}
