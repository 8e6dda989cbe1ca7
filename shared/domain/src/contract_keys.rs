//! The keys of a contract.

use std::collections::BTreeSet;

use crate::{Invalid, KeyId};

/// The keys of a contract, each once, in order of their ids; at least one and at most [`ContractKeys::MAX`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractKeys(Vec<KeyId>);

impl ContractKeys {
    /// The maximum number of keys of a contract. One transaction then holds everything that booking them writes:
    /// DynamoDB's limit is 100 actions.
    pub const MAX: usize = 16;

    /// Accepts 1 to [`ContractKeys::MAX`] keys. One that is listed twice counts once.
    pub fn new(keys: impl IntoIterator<Item = KeyId>) -> Result<Self, Invalid> {
        let distinct: BTreeSet<KeyId> = keys.into_iter().collect();
        match distinct.len() {
            0 => Err(Invalid::Empty),
            1..=Self::MAX => Ok(Self(distinct.into_iter().collect())),
            _ => Err(Invalid::TooMany { max: Self::MAX }),
        }
    }

    pub fn iter(&self) -> std::slice::Iter<'_, KeyId> {
        self.0.iter()
    }

    #[must_use]
    pub fn has(&self, key: &KeyId) -> bool {
        self.0.binary_search(key).is_ok()
    }

    /// The keys without one of them. `None` if it is the only one.
    #[must_use]
    pub fn without(&self, key: &KeyId) -> Option<Self> {
        let others: Vec<_> = self.0.iter().filter(|other| *other != key).cloned().collect();
        (!others.is_empty()).then_some(Self(others))
    }
}

impl From<KeyId> for ContractKeys {
    fn from(key: KeyId) -> Self {
        Self(vec![key])
    }
}

impl<'k> IntoIterator for &'k ContractKeys {
    type Item = &'k KeyId;
    type IntoIter = std::slice::Iter<'k, KeyId>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(ids: &[&str]) -> Result<ContractKeys, Invalid> {
        ContractKeys::new(ids.iter().map(|id| KeyId::parse(id).unwrap()))
    }

    #[test]
    fn the_order_of_keys_and_repetitions_do_not_matter() {
        assert_eq!(keys(&["b", "a", "b"]), keys(&["a", "b"]));
        assert_eq!(keys(&["b"]).unwrap(), KeyId::parse("b").unwrap().into());
    }

    #[test]
    fn a_contract_has_1_to_16_keys() {
        assert_eq!(keys(&[]), Err(Invalid::Empty));
        let ids: Vec<_> = (0..17).map(|n| format!("k{n}")).collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        assert!(keys(&ids[..16]).is_ok());
        assert_eq!(keys(&ids), Err(Invalid::TooMany { max: 16 }));
    }

    #[test]
    fn the_last_key_cannot_be_left_out() {
        let (a, b) = (KeyId::parse("a").unwrap(), KeyId::parse("b").unwrap());
        assert_eq!(keys(&["a", "b"]).unwrap().without(&a), Some(b.clone().into()));
        assert_eq!(ContractKeys::from(b.clone()).without(&b), None);
        assert!(keys(&["a"]).unwrap().has(&a) && !keys(&["a"]).unwrap().has(&b));
    }
}
