//! The source of each price, or that it has none.

use anyhow::{Context as _, Result, ensure};
use serde_norway::Value;

use super::DATA;

/// The name for "no source".
const NONE: &str = "none";

/// A price list or a page with prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) list: String,
    pub(super) region: String,
    pub(super) date: String,
    pub(super) url: String,
    /// The page that quotes it, if it was not read directly.
    pub(super) read_through: Option<String>,
}

/// All sources in the data.
#[derive(Debug)]
pub(super) struct Sources(Vec<Source>);

impl Sources {
    pub(super) fn read(data: &Value) -> Result<Self> {
        let sources = data["sources"].as_mapping().with_context(|| format!("{DATA}: no sources"))?;
        let sources = sources.iter().map(|(name, source)| {
            let name = name.as_str().with_context(|| format!("{DATA}: a source without a name"))?;
            let text = |field: &str| {
                let text = source[field].as_str().map(str::to_owned);
                text.with_context(|| format!("{DATA}: source {name}: no {field}"))
            };
            let url = text("url")?;
            ensure!(
                url.starts_with("https://"),
                "{DATA}: source {name}: {url} is not a page on which to check the price"
            );
            Ok(Source {
                name: name.to_owned(),
                list: text("list")?,
                region: text("region")?,
                date: text("date")?,
                url,
                read_through: source["readThrough"].as_str().map(str::to_owned),
            })
        });
        Ok(Self(sources.collect::<Result<_>>()?))
    }

    /// The source of an item. An item without one must say so.
    pub(super) fn of(&self, item: &Value) -> Result<Option<Source>> {
        let name = item["source"].as_str().with_context(|| format!("{DATA}: no source in {item:?}"))?;
        if name == NONE {
            return Ok(None);
        }
        let found = self.0.iter().find(|source| source.name == name);
        found.cloned().map(Some).with_context(|| format!("{DATA}: there is no source {name}"))
    }

    pub(super) fn all(&self) -> &[Source] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Sources {
        let data = "sources: { kms: { list: awskms, region: eu-north-1, date: 2026-08-08, url: 'https://aws.amazon.com/kms/' } }";
        Sources::read(&serde_norway::from_str(data).unwrap()).unwrap()
    }

    fn of(item: &str) -> Result<Option<Source>> {
        sources().of(&serde_norway::from_str(item).unwrap())
    }

    #[test]
    fn a_price_has_a_source_or_says_that_it_has_none() {
        assert_eq!(of("{ source: kms }").unwrap().unwrap().region, "eu-north-1");
        assert_eq!(of("{ source: none }").unwrap(), None);
        assert!(of("{ source: memory }").unwrap_err().to_string().contains("no source memory"));
        assert!(of("{ dollars: 1 }").unwrap_err().to_string().contains("no source in"));
    }

    #[test]
    fn a_source_names_page_date_and_quote() {
        for data in [
            "sources: { kms: { list: awskms, region: eu-north-1, url: 'https://aws.amazon.com/kms/' } }",
            "sources: { kms: { list: awskms, region: eu-north-1, date: 2026-08-08, url: memory } }",
        ] {
            assert!(Sources::read(&serde_norway::from_str(data).unwrap()).is_err(), "{data}");
        }
    }
}
