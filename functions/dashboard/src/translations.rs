//! The dashboard's texts, in the three languages.

use domain::Language;
use texts::{FluentArgs, Texts, Translations};

macro_rules! resources {
    ($language:literal) => {
        &[
            include_str!(concat!("../texts/", $language, "/frame.ftl")),
            include_str!(concat!("../texts/", $language, "/today.ftl")),
            include_str!(concat!("../texts/", $language, "/timeline.ftl")),
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

pub(crate) fn texts(language: Language) -> &'static Texts {
    TEXTS.texts(language)
}

/// A text with `$count`.
pub(crate) fn count(t: &Texts, id: &str, count: impl std::borrow::Borrow<usize>) -> String {
    t.format(id, &FluentArgs::from_iter([("count", *count.borrow())]))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The ids that the pages use: each `t.text("…")` and `t.format("…"` of templates and code.
    fn used_ids(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                used_ids(&path, found);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for call in ["t.text(\"", "t.format(\"", "t.with(\"", "count(t, \""] {
                found.extend(text.split(call).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()));
            }
        }
    }

    #[test]
    fn all_languages_have_the_same_texts_with_the_same_values() {
        assert_eq!(TEXTS.faults(), [""; 0]);
    }

    #[test]
    fn every_text_that_a_page_uses_exists() {
        let home = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut ids = BTreeSet::new();
        used_ids(&home.join("templates"), &mut ids);
        used_ids(&home.join("src"), &mut ids);
        ids.remove("");
        ids.remove("…");
        assert!(ids.len() > 10);
        for &language in Language::ALL {
            let missing: Vec<_> = ids.iter().filter(|id| !texts(language).has(id)).collect();
            assert!(missing.is_empty(), "{missing:?} in {language:?}");
        }
    }
}
