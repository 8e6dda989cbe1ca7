//! The keys of a contract on its pages.

use std::collections::{BTreeMap, BTreeSet};

use api::Problem;
use domain::{Automat, AutomatId, ContractKeys, ContractRefusal, Key, KeyId, KeyRefusal};
use texts::{FluentArgs, Texts};

use super::fields;
use super::form::KeyContext;
use crate::form::{Errors, Form};
use crate::translations::count;
use crate::visit::Visit;

/// Keys that a heading names.
const NAMED: usize = 3;
/// Keys that the form offers with a box. Each is a line of the page, which has to stay small.
const OFFERED: usize = 100;

/// A key of a contract.
pub(super) struct Line {
    pub(super) id: KeyId,
    pub(super) property: String,
    /// Its automat and locker, if it is not in the automat of the first key.
    pub(super) elsewhere: Option<String>,
    pub(super) is_out: bool,
}

/// The other keys of the first key's automat.
#[derive(Default)]
pub(super) struct Offered {
    /// The ids with the properties, in order of the lockers.
    pub(super) keys: Vec<(KeyId, String)>,
    /// That there are more of them.
    pub(super) more: Option<String>,
}

impl KeyContext {
    /// The ids of the keys for a heading: each, or the first and how many more.
    pub(super) fn heading(&self, t: &Texts) -> String {
        if self.more.len() < NAMED {
            return ids(self.keys().map(|key| &key.id));
        }
        format!("{} {}", self.key.id, count(t, "keys-more", self.more.len()))
    }

    /// The keys, one for each line.
    pub(super) fn lines(&self, t: &Texts, out: &BTreeSet<KeyId>) -> Vec<Line> {
        let line = |key: &Key| Line {
            id: key.id.clone(),
            property: key.property.to_string(),
            elsewhere: self.elsewhere.get(&key.automat).map(|automat| {
                let (name, number) = (automat.name.to_string(), automat.door(key.locker).to_string());
                t.with("contract-key-at", [("automat", name), ("locker", number)])
            }),
            is_out: out.contains(&key.id),
        };
        self.keys().map(line).collect()
    }

    /// What the form offers besides the keys that were typed.
    pub(super) async fn offered(&self, visit: &Visit, form: &Form) -> Result<Offered, Problem> {
        let view = visit.store().automat_view(&self.key.automat, visit.now).await?;
        let is_chosen = |id: &KeyId| fields::key_ids(form).any(|typed| typed == id.as_str());
        let all = view.lockers.into_iter().filter_map(|locker| locker.key);
        let mut keys: Vec<_> = all.filter(|(id, _)| !is_chosen(id)).map(|(id, of)| (id, of.to_string())).collect();
        let more = (keys.len() > OFFERED).then(|| count(visit.t, "keys-others-first", OFFERED));
        keys.truncate(OFFERED);
        Ok(Offered { keys, more })
    }
}

/// The automats of these keys other than the first key's.
pub(super) async fn elsewhere(visit: &Visit, keys: &[Key]) -> Result<BTreeMap<AutomatId, Automat>, Problem> {
    let Some(first) = keys.first() else { return Ok(BTreeMap::new()) };
    let others: BTreeSet<_> = keys.iter().map(|key| &key.automat).filter(|other| **other != first.automat).collect();
    let mut found = BTreeMap::new();
    for automat in others {
        found.insert(automat.clone(), visit.store().automat(automat).await?);
    }
    Ok(found)
}

/// A text about some of the keys, with `$keys` and `$count`. `None` if there are none.
pub(super) fn about<'k>(t: &Texts, id: &str, keys: impl IntoIterator<Item = &'k KeyId>) -> Option<String> {
    let keys: Vec<_> = keys.into_iter().collect();
    let mut values = FluentArgs::new();
    values.set("count", keys.len());
    values.set("keys", ids(keys.iter().copied()));
    (!keys.is_empty()).then(|| t.format(id, &values))
}

/// The ids, for a text.
pub(super) fn ids<'k>(keys: impl IntoIterator<Item = &'k KeyId>) -> String {
    keys.into_iter().map(KeyId::as_str).collect::<Vec<_>>().join(", ")
}

/// The error beside the field of the keys, where a refusal is about one of those that were typed. Other refusals are
/// returned.
pub(super) fn refusal(t: &Texts, refused: store::Error) -> Result<Errors, store::Error> {
    let named = |id: &str, key: KeyId| t.with(id, [("key", key.to_string())]);
    let text = match refused {
        store::Error::KeyNotFound(key) => named("keys-unknown", key),
        store::Error::Contract(ContractRefusal::KeyBeingRemoved { key }) => named("keys-being-removed", key),
        store::Error::Contract(ContractRefusal::TooManyLive { key }) => named("keys-full", key),
        store::Error::Contract(ContractRefusal::TooManyKeys) => {
            t.with("keys-too-many-in-edit", [("max", ContractKeys::MAX)])
        }
        store::Error::Key(KeyRefusal::BeingRemoved) => t.text("keys-one-being-removed").into_owned(),
        other => return Err(other),
    };
    Ok(Errors::none().and_text(fields::KEYS.to_owned(), text))
}
