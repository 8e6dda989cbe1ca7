//! Reading what entries find, one page at a time. It is compared with the entry and the filter, so that nothing outdated
//! is shown.

use std::collections::{BTreeSet, HashMap};

use domain::{Contract, ContractId, ContractKeys, Instant, Key, KeyId, KeyState};

use super::entry::Entry;
use super::filter::ContractFilter;
use crate::items::{ContractItem, KeyItem, StoredContract, StoredKey};
use crate::page::List;
use crate::{Error, Page, PageRequest, Store};

/// Limit on the contracts that are read for one page. A page may then be short although there are more.
pub(super) const READ_AT_MOST: usize = 1_000;

/// A contract of a list, with those of its keys that are not being removed, in order of their ids.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedContract {
    pub contract: Contract,
    pub keys: Vec<Key>,
}

/// What a page has, each with its position, and the position after which the next page begins.
pub(super) type Found = (Vec<(String, ListedContract)>, Option<String>);

/// One page's walk through a list.
pub(super) struct Walk<'s> {
    pub(super) store: &'s Store,
    pub(super) filter: &'s ContractFilter,
    pub(super) limit: usize,
    pub(super) now: Instant,
    /// What has been found, each with its position.
    pub(super) found: Vec<(String, ListedContract)>,
    /// How many contracts have been read.
    pub(super) read: usize,
    /// The keys that have been read and are not being removed.
    keys: HashMap<KeyId, StoredKey>,
}

impl Store {
    /// The contracts of a selection.
    pub async fn contracts(
        &self,
        filter: &ContractFilter,
        page: &PageRequest,
        now: Instant,
    ) -> Result<Page<ListedContract>, Error> {
        let key = match &filter.key {
            Some(id) => Some(self.stored_active_key(id).await?),
            None => None,
        };
        let incarnation = key.as_ref().map(|key| key.incarnation.as_str());
        let list = List::new(&format!("contracts {incarnation:?} {}", filter.identity()));
        let position = list.position(page)?;
        let keys = key.iter().map(|key| (key.key.id.clone(), key.clone())).collect();
        let walk = Walk { store: self, filter, limit: page.limit, now, found: Vec::new(), read: 0, keys };
        let (found, next) = match &filter.search {
            Some(search) => Box::pin(walk.through_terms(search, position)).await?,
            None => Box::pin(walk.through_lists(key.as_ref(), position)).await?,
        };
        let data = found.into_iter().map(|(_, listed)| listed).collect();
        Ok(Page { data, next: next.map(|position| list.cursor(&position)) })
    }

    /// Those of these contracts that exist. An id may come several times.
    pub(crate) async fn contracts_by_id(
        &self,
        ids: impl Iterator<Item = &ContractId>,
    ) -> Result<HashMap<ContractId, StoredContract>, Error> {
        let item_keys: Vec<_> = ids.collect::<BTreeSet<_>>().into_iter().map(ContractItem::key).collect();
        let mut contracts = HashMap::new();
        for item in self.get_all(&item_keys).await? {
            let stored = ContractItem::read(item, &self.codes)?;
            contracts.insert(stored.contract.id.clone(), stored);
        }
        Ok(contracts)
    }
}

impl Walk<'_> {
    /// What the entries find, each with its entry: contracts that have the entry and match the filter. Of a contract whose
    /// keys are all being removed, nothing: it is about to be deleted.
    pub(super) async fn read(&mut self, entries: &[Entry]) -> Result<Vec<(Entry, StoredContract)>, Error> {
        // A contract whose start has changed can be at two positions: only at one of them it still is.
        let contracts = self.store.contracts_by_id(entries.iter().map(|entry| &entry.contract)).await?;
        self.read += entries.len();
        let mut found = Vec::new();
        for entry in entries {
            let Some(stored) = contracts.get(&entry.contract) else { continue };
            if self.filter.has(stored, self.now) && Entry::of_contract(stored).contains(entry) {
                found.push((entry.clone(), stored.clone()));
            }
        }
        self.read_keys(found.iter().flat_map(|(_, stored)| &stored.contract.keys)).await?;
        Ok(found)
    }

    /// A contract with its keys. `None` if it has none that is not being removed.
    pub(super) fn with_keys(&self, stored: StoredContract) -> Option<ListedContract> {
        let keys = stored.contract.keys.iter().filter_map(|id| self.keys.get(id));
        let keys: Vec<_> =
            keys.filter(|key| stored.has(&key.key.id, &key.incarnation)).map(|key| key.key.clone()).collect();
        let mut contract = stored.contract;
        contract.keys = ContractKeys::new(keys.iter().map(|key| key.id.clone())).ok()?;
        contract.out.retain(|key| contract.keys.has(key));
        Some(ListedContract { contract, keys })
    }

    async fn read_keys(&mut self, keys: impl Iterator<Item = &KeyId>) -> Result<(), Error> {
        let new: BTreeSet<_> = keys.filter(|id| !self.keys.contains_key(*id)).collect();
        let item_keys: Vec<_> = new.into_iter().map(KeyItem::key).collect();
        for item in self.store.get_all(&item_keys).await? {
            let stored = KeyItem::read(item, &self.store.codes)?;
            if stored.key.state == KeyState::Active {
                self.keys.insert(stored.key.id.clone(), stored);
            }
        }
        Ok(())
    }
}
