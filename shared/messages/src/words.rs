//! The texts of messages, in the three languages.

use std::sync::LazyLock;

use domain::Language;
use texts::Texts;

static ENGLISH: LazyLock<Texts> = LazyLock::new(|| Texts::read(Language::English, &[include_str!("../texts/en.ftl")]));
static FINNISH: LazyLock<Texts> = LazyLock::new(|| Texts::read(Language::Finnish, &[include_str!("../texts/fi.ftl")]));
static SWEDISH: LazyLock<Texts> = LazyLock::new(|| Texts::read(Language::Swedish, &[include_str!("../texts/sv.ftl")]));

/// Those of a language.
pub(crate) fn texts(language: Language) -> &'static Texts {
    match language {
        Language::English => &ENGLISH,
        Language::Finnish => &FINNISH,
        Language::Swedish => &SWEDISH,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use domain::MessageKind;
    use fluent_bundle::FluentResource;
    use texts::FluentArgs;

    use super::*;

    const SOURCES: [&str; 3] =
        [include_str!("../texts/en.ftl"), include_str!("../texts/fi.ftl"), include_str!("../texts/sv.ftl")];

    /// The names of what follows a mark, as `$key` or `PAD(`.
    fn variables(line: &str) -> impl Iterator<Item = String> {
        line.split('$').skip(1).map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect())
    }

    /// Every message and part in a resource, each with the variables in it.
    fn patterns(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let (mut message, mut pattern, mut found) = (String::new(), String::new(), BTreeMap::<_, BTreeSet<_>>::new());
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            let name = line.split_once(" =").map_or("", |(name, _)| name);
            if let Some(part) = name.trim_start().strip_prefix('.') {
                pattern = format!("{message}.{part}");
            } else if name.starts_with(|c: char| c.is_ascii_lowercase()) {
                name.clone_into(&mut message);
                name.clone_into(&mut pattern);
            }
            found.entry(pattern.clone()).or_default().extend(variables(line));
        }
        found
    }

    #[test]
    fn the_languages_have_the_same_messages_with_the_same_variables() {
        let [english, finnish, swedish] = SOURCES.map(patterns);
        assert!(english["contract-created.sms"].contains("pin") && english["month"].contains("month"));
        assert_eq!(english, finnish);
        assert_eq!(english, swedish);
    }

    #[test]
    fn the_resources_are_read_without_an_error() {
        for source in SOURCES {
            assert!(FluentResource::try_new(source.to_owned()).is_ok());
        }
    }

    #[test]
    fn every_kind_has_every_part() {
        let values = FluentArgs::new();
        for language in [Language::English, Language::Finnish, Language::Swedish] {
            for (kind, part) in
                MessageKind::ALL.iter().flat_map(|kind| ["subject", "heading", "intro", "sms"].map(|part| (kind, part)))
            {
                let said = texts(language).tell_part(kind.word(), part, &values);
                assert!(!said.contains(kind.word()), "{} {part} in {language:?}", kind.word());
            }
        }
    }
}
