//! The list of words to avoid, `xtask/vocabulary.yaml`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use template::{Value, at, literal};

/// The words to avoid, each with what to write instead.
#[derive(Debug)]
pub(super) struct Vocabulary {
    pub(super) names: BTreeMap<String, String>,
    pub(super) prose: BTreeMap<String, String>,
    pub(super) exceptions: Vec<Exception>,
}

/// Where a term may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Exception {
    Name(String),
    Prose { file: String, term: String },
}

impl Vocabulary {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let list: Value = serde_norway::from_str(text)?;
        let (mut names, mut prose) = (BTreeMap::new(), BTreeMap::new());
        for entry in members(&list, "avoid") {
            let instead = text_of(entry, "instead")?;
            names.extend(
                members(entry, "names").map(|term| Ok((string(term)?, instead.clone()))).collect::<Result<Vec<_>>>()?,
            );
            prose.extend(
                members(entry, "prose").map(|term| Ok((string(term)?, instead.clone()))).collect::<Result<Vec<_>>>()?,
            );
        }
        ensure!(!names.is_empty() && !prose.is_empty(), "no words to avoid");
        Ok(Self { names, prose, exceptions: members(&list, "exceptions").map(Exception::read).collect::<Result<_>>()? })
    }
}

impl Exception {
    fn read(entry: &Value) -> Result<Self> {
        ensure!(!text_of(entry, "reason")?.is_empty(), "an exception without a reason: {entry:?}");
        if at(entry, &["name"]).is_some() {
            return Ok(Self::Name(text_of(entry, "name")?));
        }
        Ok(Self::Prose { file: text_of(entry, "file")?, term: text_of(entry, "term")? })
    }
}

/// The elements of a list; none if it is empty or missing.
fn members<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    at(value, &[name]).and_then(Value::as_sequence).into_iter().flatten()
}

fn text_of(entry: &Value, name: &str) -> Result<String> {
    string(at(entry, &[name]).with_context(|| format!("no `{name}` in {entry:?}"))?)
}

fn string(value: &Value) -> Result<String> {
    literal(value).map(str::to_owned).with_context(|| format!("not a text: {value:?}"))
}
