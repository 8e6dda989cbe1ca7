//! The list of words to avoid, `xtask/vocabulary.yaml`.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde::Deserialize;

/// The words to avoid, each with what to write instead.
#[derive(Debug)]
pub(super) struct Vocabulary {
    pub(super) names: BTreeMap<String, String>,
    pub(super) prose: BTreeMap<String, String>,
    pub(super) exceptions: Vec<Exception>,
}

/// Where a term may be used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Exception {
    Name { name: String, reason: String },
    Prose { file: String, term: String, reason: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    avoid: Vec<Avoided>,
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Avoided {
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    prose: Vec<String>,
    instead: String,
}

impl Vocabulary {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let List { avoid, exceptions } = serde_norway::from_str(text)?;
        let (mut names, mut prose) = (BTreeMap::new(), BTreeMap::new());
        for Avoided { names: in_names, prose: in_prose, instead } in avoid {
            names.extend(in_names.into_iter().map(|term| (term, instead.clone())));
            prose.extend(in_prose.into_iter().map(|term| (term, instead.clone())));
        }
        ensure!(!names.is_empty() && !prose.is_empty(), "no words to avoid");
        for exception in &exceptions {
            let (Exception::Name { reason, .. } | Exception::Prose { reason, .. }) = exception;
            ensure!(!reason.is_empty(), "an exception without a reason: {exception:?}");
        }
        Ok(Self { names, prose, exceptions })
    }
}
