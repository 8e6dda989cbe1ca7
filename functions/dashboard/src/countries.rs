//! Countries by name, for phone numbers in national format.

use domain::{Country, Language};

/// One line for each country, such as `FI Finland`, sorted by name. The names are those of Unicode CLDR, whose licence
/// is beside the texts.
fn names(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../texts/en/countries.txt"),
        Language::Finnish => include_str!("../texts/fi/countries.txt"),
        Language::Swedish => include_str!("../texts/sv/countries.txt"),
    }
}

/// The code and label of each country, such as `FI` and `Finland +358`.
pub(crate) fn countries(language: Language) -> Vec<(&'static str, String)> {
    let lines = names(language).lines().filter_map(|line| line.split_once(' '));
    let option = |(code, name)| Some((code, format!("{name} +{}", Country::parse(code)?.calling_code())));
    lines.filter_map(option).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_country_has_a_name_in_every_language() {
        let all: BTreeSet<_> = Country::all().map(Country::code).collect();
        for &language in Language::ALL {
            let named: BTreeSet<_> = countries(language).into_iter().map(|(code, _)| code.to_owned()).collect();
            assert_eq!(named, all, "{language:?}");
        }
        assert!(countries(Language::Swedish).contains(&("FI", "Finland +358".to_owned())));
    }
}
