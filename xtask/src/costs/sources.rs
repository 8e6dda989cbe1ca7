//! The source of each price, or that it has none.

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

/// The name for "no source".
const NONE: &str = "none";

/// A price list or a page with prices.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) list: String,
    pub(super) region: String,
    pub(super) date: String,
    pub(super) url: String,
    /// The page that quotes it, if it was not read directly.
    pub(super) read_through: Option<String>,
}

impl Source {
    pub(super) fn check(&self) -> Result<()> {
        let Self { name, url, .. } = self;
        ensure!(url.starts_with("https://"), "source {name}: {url} is not a page on which to check the price");
        Ok(())
    }

    /// The source with a name. An item without one must say so.
    pub(super) fn named(name: &str, sources: &[Self]) -> Result<Option<Self>> {
        if name == NONE {
            return Ok(None);
        }
        let found = sources.iter().find(|source| source.name == name);
        found.cloned().map(Some).with_context(|| format!("there is no source {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KMS: &str =
        "{ name: kms, list: awskms, region: eu-north-1, date: 2026-08-08, url: 'https://aws.amazon.com/kms/' }";

    fn read(source: &str) -> Result<Source> {
        let source: Source = serde_norway::from_str(source)?;
        source.check().map(|()| source)
    }

    #[test]
    fn a_price_has_a_source_or_says_that_it_has_none() {
        let sources = [read(KMS).unwrap()];
        assert_eq!(Source::named("kms", &sources).unwrap().unwrap().region, "eu-north-1");
        assert_eq!(Source::named("none", &sources).unwrap(), None);
        assert!(Source::named("memory", &sources).unwrap_err().to_string().contains("no source memory"));
    }

    #[test]
    fn a_source_names_page_date_and_quote() {
        for source in [KMS.replace("date: 2026-08-08, ", ""), KMS.replace("https://aws.amazon.com/kms/", "memory")] {
            assert!(read(&source).is_err(), "{source}");
        }
    }
}
