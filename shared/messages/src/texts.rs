//! The texts of a language: patterns in Fluent, read once, filled in as often as needed.
//!
//! Nothing here fails. The resources are part of the binary, so that what could fail would fail always, and the tests
//! fill every pattern of every language: a missing one would show as its name in braces, as Fluent shows a missing
//! value.

use std::sync::LazyLock;

use domain::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

static ENGLISH: LazyLock<Texts> = LazyLock::new(|| Texts::read(Language::English, include_str!("../texts/en.ftl")));
static FINNISH: LazyLock<Texts> = LazyLock::new(|| Texts::read(Language::Finnish, include_str!("../texts/fi.ftl")));
static SWEDISH: LazyLock<Texts> = LazyLock::new(|| Texts::read(Language::Swedish, include_str!("../texts/sv.ftl")));

/// All patterns of one language.
pub(crate) struct Texts {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    /// Those of a language.
    pub(crate) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Finnish => &FINNISH,
            Language::Swedish => &SWEDISH,
        }
    }

    /// Which language it is.
    pub(crate) fn language(&self) -> Language {
        self.language
    }

    /// Fills in a pattern.
    pub(crate) fn say(&self, id: &str, values: &FluentArgs<'_>) -> String {
        self.fill(id, None, values)
    }

    /// Fills in the pattern of a message's part, an attribute in Fluent's words.
    pub(crate) fn say_part(&self, id: &str, part: &str, values: &FluentArgs<'_>) -> String {
        self.fill(id, Some(part), values)
    }

    fn read(language: Language, source: &str) -> Self {
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(readable, _)| readable);
        let mut bundle = FluentBundle::new_concurrent(vec![language.code().parse().unwrap_or_default()]);
        // Marks around values that keep writing directions apart; in an SMS they would cost more than half the room.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        // Nothing else has the name, so there is nothing to refuse.
        let _ = bundle.add_function("PAD", |numbers, _| pad(numbers));
        Self { language, bundle }
    }

    fn fill(&self, id: &str, part: Option<&str>, values: &FluentArgs<'_>) -> String {
        let message = self.bundle.get_message(id);
        let pattern = message.and_then(|message| match part {
            Some(part) => message.get_attribute(part).map(|attribute| attribute.value()),
            None => message.value(),
        });
        match pattern {
            Some(pattern) => self.bundle.format_pattern(pattern, Some(values), &mut Vec::new()).into_owned(),
            None => format!("{{{id}}}"),
        }
    }
}

/// Fluent's `PAD($number)`: two digits, as in minutes.
fn pad<'a>(numbers: &[FluentValue<'a>]) -> FluentValue<'a> {
    match numbers {
        [FluentValue::Number(number)] => format!("{:02}", number.value).into(),
        _ => FluentValue::Error,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use domain::MessageKind;

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
                let said = Texts::of(language).say_part(kind.word(), part, &values);
                assert!(!said.contains(kind.word()), "{} {part} in {language:?}", kind.word());
            }
        }
    }

    #[test]
    fn what_is_missing_shows_as_a_name_in_braces() {
        let texts = Texts::of(Language::English);
        assert_eq!(texts.say("no-such-message", &FluentArgs::new()), "{no-such-message}");
        assert_eq!(texts.say("greeting", &FluentArgs::new()), "Hi {$recipient},");
    }
}
