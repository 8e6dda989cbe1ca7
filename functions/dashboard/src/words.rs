//! The dashboard's texts, in the three languages.

use domain::Language;
use texts::{FluentArgs, Texts, Translations};

/// A language's resources: one for each part of the dashboard.
macro_rules! resources {
    ($language:literal) => {
        &[
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

static TEXTS: Translations = Translations::new([resources!("en"), resources!("fi"), resources!("sv")]);

/// Those of a language.
pub(crate) fn texts(language: Language) -> &'static Texts {
    TEXTS.texts(language)
}

/// A pattern that counts something, by `$count`.
pub(crate) fn count(t: &Texts, id: &str, count: impl std::borrow::Borrow<usize>) -> String {
    t.format(id, &FluentArgs::from_iter([("count", *count.borrow())]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

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
        assert_eq!(TEXTS.faults(), [""; 0]);
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
        for &language in Language::ALL {
            let missing: Vec<_> = ids.iter().filter(|id| !texts(language).has(id)).collect();
            assert!(missing.is_empty(), "{missing:?} in {language:?}");
        }
    }
}
