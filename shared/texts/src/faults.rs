//! Checks that the texts of all languages match.

use std::collections::{BTreeMap, BTreeSet};

use domain::Language;
use fluent_bundle::FluentResource;

use crate::translations::LANGUAGES;

/// Texts with this beginning are forms of words within other texts. Each language has those that its grammar needs.
const FORM: &str = "form-";
/// Variables that only choose a form, which not every language needs.
const CHOOSING: [&str; 1] = ["keys"];

/// Each text with its variables. An attribute is a text of its own: `message.attribute`.
type Patterns = BTreeMap<String, BTreeSet<String>>;

/// Finds the faults of the resources, given in the order of [`Language::ALL`].
pub(crate) fn of(sources: &[&[&str]; LANGUAGES]) -> Vec<String> {
    let mut faults = Vec::new();
    for source in sources.iter().copied().flatten() {
        if let Err((_, errors)) = FluentResource::try_new((*source).to_owned()) {
            faults.push(format!("not Fluent: {errors:?}"));
        }
    }
    let [first, others @ ..] = sources.map(|sources| patterns(sources, &mut faults));
    for (language, other) in Language::ALL[1..].iter().zip(others) {
        let names: BTreeSet<_> = first.keys().chain(other.keys()).collect();
        let differ = names.into_iter().filter(|name| first.get(*name) != other.get(*name));
        faults.extend(differ.map(|name| format!("{name} differs in {language:?}")));
    }
    faults
}

fn patterns(sources: &[&str], faults: &mut Vec<String>) -> Patterns {
    let (mut message, mut pattern, mut found) = (String::new(), String::new(), Patterns::new());
    for line in sources.iter().flat_map(|source| source.lines()).filter(|line| !line.starts_with('#')) {
        let name = line.split_once(" =").map_or("", |(name, _)| name);
        let part = name.trim_start().strip_prefix('.');
        if name.starts_with(char::is_alphabetic) {
            name.clone_into(&mut message);
        }
        if part.is_some() || name.starts_with(char::is_alphabetic) {
            pattern = part.map_or_else(|| message.clone(), |part| format!("{message}.{part}"));
            if found.contains_key(&pattern) {
                faults.push(format!("{pattern} appears more than once"));
            }
        }
        let is_of_name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let values = line.split('$').skip(1).map(|rest| rest.chars().take_while(is_of_name).collect());
        let texts = found.entry(pattern.clone()).or_default();
        texts.extend(values);
        let forms = line.split("{ ").skip(1).map(|rest| rest.chars().take_while(is_of_name).collect::<String>());
        texts.extend(forms.filter(|name| name.starts_with(FORM)));
    }
    // Lines before the first text.
    found.remove("");
    let forms: Vec<_> = found.extract_if(.., |name, _| name.starts_with(FORM)).collect();
    for values in found.values_mut() {
        for (name, of_form) in &forms {
            if values.remove(name) {
                values.extend(of_form.iter().cloned());
            }
        }
        values.retain(|value| !CHOOSING.contains(&value.as_str()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(finnish: &[&str]) -> Vec<String> {
        let english: &[&str] = &["# one = { $no }\none = One\n", "two = { $name }\n    more\n    .part = { $count }\n"];
        of(&[english, finnish, english])
    }

    #[test]
    fn missing_extra_different_duplicate_and_invalid_texts_are_reported() {
        let two = "two = Kaksi\n    { $name }\n    .part = { PAD($count) }\n";
        assert_eq!(faults(&["one = Yksi\n", two]), [""; 0]);
        for (finnish, fault) in [
            (vec![two], "one differs in Finnish"),
            (vec!["one = Yksi\nthree = Kolme\n", two], "three differs in Finnish"),
            (vec!["one = { $what }\n", two], "one differs in Finnish"),
            (vec!["one = Yksi\ntwo = { $name }\n    .part = 2\n"], "two.part differs in Finnish"),
            (vec!["one = Yksi\n", two, "one = Uno\n"], "one appears more than once"),
        ] {
            assert_eq!(faults(&finnish), [fault]);
        }
        let forms = "one = Yksi\nform-two = { $keys ->\n    [one] { $name }\n   *[other] { $name }\n}\n\
                     two = { form-two }\n    .part = { PAD($count) }\n";
        assert_eq!(faults(&[forms]), [""; 0], "a language may have forms of its own");
        let broken = faults(&["one = { \n", two]);
        assert!(broken.len() == 1 && broken[0].starts_with("not Fluent"), "{broken:?}");
    }
}
