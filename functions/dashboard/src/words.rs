//! The dashboard's texts, in the three languages.

use std::sync::LazyLock;

use domain::Language;
use texts::{FluentArgs, Texts};

/// A language's resources: one for each part of the dashboard.
macro_rules! resources {
    ($language:literal) => {
        [
            include_str!(concat!("../texts/", $language, "/frame.ftl")),
            include_str!(concat!("../texts/", $language, "/automats.ftl")),
            include_str!(concat!("../texts/", $language, "/keys.ftl")),
            include_str!(concat!("../texts/", $language, "/contracts.ftl")),
            include_str!(concat!("../texts/", $language, "/openings.ftl")),
            include_str!(concat!("../texts/", $language, "/events.ftl")),
            include_str!(concat!("../texts/", $language, "/refusals.ftl")),
            include_str!(concat!("../texts/", $language, "/session.ftl")),
        ]
    };
}

const ENGLISH: [&str; 8] = resources!("en");
const FINNISH: [&str; 8] = resources!("fi");
const SWEDISH: [&str; 8] = resources!("sv");

static TEXTS: [LazyLock<Texts>; 3] = [
    LazyLock::new(|| Texts::read(Language::English, &ENGLISH)),
    LazyLock::new(|| Texts::read(Language::Finnish, &FINNISH)),
    LazyLock::new(|| Texts::read(Language::Swedish, &SWEDISH)),
];

/// Those of a language.
pub(crate) fn texts(language: Language) -> &'static Texts {
    match language {
        Language::English => &TEXTS[0],
        Language::Finnish => &TEXTS[1],
        Language::Swedish => &TEXTS[2],
    }
}

/// A pattern that counts something, by `$count`.
pub(crate) fn count(t: &Texts, id: &str, count: impl std::borrow::Borrow<usize>) -> String {
    t.tell(id, &FluentArgs::from_iter([("count", *count.borrow())]))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Every message in a language, each with the variables in it.
    fn patterns(sources: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
        let (mut message, mut found) = (String::new(), BTreeMap::<_, BTreeSet<_>>::new());
        for line in sources.iter().flat_map(|source| source.lines()).filter(|line| !line.starts_with('#')) {
            if let Some((name, _)) = line.split_once(" =").filter(|(name, _)| name.starts_with(char::is_alphabetic)) {
                assert!(!found.contains_key(name), "{name} stands twice");
                name.clone_into(&mut message);
            }
            let variables = line
                .split('$')
                .skip(1)
                .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect::<String>());
            found.entry(message.clone()).or_default().extend(variables);
        }
        found.remove("");
        found
    }

    /// What the pages say: each `say("…")` and `tell("…"` of templates and code.
    fn said(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                said(&path, found);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for call in ["say(\"", "tell(\"", "count(t, \""] {
                found.extend(text.split(call).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
            }
        }
    }

    #[test]
    fn the_languages_say_the_same_things_with_the_same_values() {
        let [english, finnish, swedish] = [ENGLISH, FINNISH, SWEDISH].map(|sources| patterns(&sources));
        assert_eq!(english, finnish);
        assert_eq!(english, swedish);
    }

    #[test]
    fn everything_that_a_page_says_is_there() {
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut ids = BTreeSet::new();
        said(&home.join("templates"), &mut ids);
        said(&home.join("src"), &mut ids);
        ids.remove("");
        ids.remove("…");
        assert!(ids.len() > 10);
        for language in [Language::English, Language::Finnish, Language::Swedish] {
            let missing: Vec<_> = ids.iter().filter(|id| !texts(language).has(id)).collect();
            assert!(missing.is_empty(), "{missing:?} in {language:?}");
        }
    }
}
