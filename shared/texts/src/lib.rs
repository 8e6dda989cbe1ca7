//! The texts of one language: patterns in Fluent, parsed once, and formatted as often as needed.
//!
//! Nothing here fails at run time. The resources are compiled into the binary, and the tests of each crate format every
//! text in every language. A missing text shows as its id in braces, as Fluent shows a missing variable.

mod faults;
mod translations;

use std::borrow::Cow;

use domain::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentResource, FluentValue};

pub use fluent_bundle::FluentArgs;
pub use translations::Translations;

/// All texts of one language.
pub struct Texts {
    language: Language,
    bundle: FluentBundle<FluentResource>,
}

impl Texts {
    /// Parses the resources of a language.
    #[must_use]
    pub fn read(language: Language, sources: &[&str]) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![language.code().parse().unwrap_or_default()]);
        // Isolation marks around values separate writing directions. In an SMS they would cost more than half the
        // capacity.
        bundle.set_use_isolating(false);
        for source in sources {
            let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(readable, _)| readable);
            bundle.add_resource_overriding(resource);
        }
        // Fails only if a function of this name exists.
        let _ = bundle.add_function("PAD", |numbers, _| pad(numbers));
        Self { language, bundle }
    }

    #[must_use]
    pub fn language(&self) -> Language {
        self.language
    }

    /// Whether there is a text of this id.
    #[must_use]
    pub fn has(&self, id: &str) -> bool {
        self.bundle.get_message(id).is_some_and(|message| message.value().is_some())
    }

    /// A text without variables.
    #[must_use]
    pub fn text(&self, id: &str) -> Cow<'_, str> {
        self.fill(id, None, None)
    }

    #[must_use]
    pub fn format(&self, id: &str, values: &FluentArgs<'_>) -> String {
        self.fill(id, None, Some(values)).into_owned()
    }

    /// Formats a text with values that are all of one type.
    pub fn with<'v, V: Into<FluentValue<'v>>, const N: usize>(&self, id: &str, values: [(&'v str, V); N]) -> String {
        let values: FluentArgs<'v> = values.into_iter().collect();
        self.format(id, &values)
    }

    /// Formats an attribute of a text.
    #[must_use]
    pub fn format_attribute(&self, id: &str, part: &str, values: &FluentArgs<'_>) -> String {
        self.fill(id, Some(part), Some(values)).into_owned()
    }

    fn fill<'t>(&'t self, id: &str, part: Option<&str>, values: Option<&'t FluentArgs<'_>>) -> Cow<'t, str> {
        let message = self.bundle.get_message(id);
        let pattern = message.and_then(|message| match part {
            Some(part) => message.get_attribute(part).map(|attribute| attribute.value()),
            None => message.value(),
        });
        match pattern {
            Some(pattern) => self.bundle.format_pattern(pattern, values, &mut Vec::new()),
            None => Cow::Owned(format!("{{{id}}}")),
        }
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Texts").field("language", &self.language).finish_non_exhaustive()
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
    use super::*;

    #[test]
    fn a_missing_text_shows_its_id_in_braces() {
        let texts =
            Texts::read(Language::English, &["one = One\n", "greeting = Hi { $name },\n    .part = { PAD($n) }\n"]);
        assert_eq!((texts.text("one"), texts.text("two")), ("One".into(), "{two}".into()));
        assert_eq!(texts.format("greeting", &FluentArgs::new()), "Hi {$name},");
        let values = FluentArgs::from_iter([("n", 7)]);
        assert_eq!(texts.format_attribute("greeting", "part", &values), "07");
        assert!(texts.has("one") && !texts.has("two"));
    }
}
