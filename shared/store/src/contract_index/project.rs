//! Writing the entries of one contract. The module above explains why the result is right.

use std::collections::BTreeSet;

use serde_json::Value;

use super::entry::Entry;
use crate::items::{ContractItem, ItemKey};
use crate::messages::{POISON, image};
use crate::retry::{NotDone, retry};
use crate::{Error, Store};
use domain::ContractId;

impl Store {
    /// Projects a record of the stream in DynamoDB's JSON with both images. Records of other items than contracts do
    /// nothing.
    pub async fn project(&self, record: &Value) -> Result<(), Error> {
        let stream = &record["dynamodb"];
        let item_key = image(&stream["Keys"])?.as_ref().and_then(ItemKey::of).ok_or(POISON)?;
        let Some(contract) = ContractItem::contract_at(&item_key) else { return Ok(()) };
        let (before, after) = (entries(&stream["OldImage"])?, entries(&stream["NewImage"])?);
        let moved = before.symmetric_difference(&after).cloned().collect();
        self.settle_entries(&contract, &moved).await
    }

    /// Puts those of the entries that the contract has, and deletes the others.
    pub(crate) async fn settle_entries(&self, contract: &ContractId, entries: &BTreeSet<Entry>) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        retry!(self, {
            let current = self.current_entries(contract).await?;
            let (wanted, unwanted): (Vec<_>, Vec<_>) = entries.iter().partition(|&entry| current.contains(entry));
            self.put_months(wanted.iter().copied()).await?;
            self.write_keys(&item_keys(&wanted), &item_keys(&unwanted)).await?;
            let after = self.current_entries(contract).await?;
            let is_unchanged = entries.iter().all(|entry| current.contains(entry) == after.contains(entry));
            if is_unchanged { Ok(()) } else { Err(NotDone::Again) }
        })
    }

    /// Deletes entries before their contract is written. [`Store::settle_entries`] must follow, since the write may fail.
    pub(crate) async fn delete_entries(&self, entries: &BTreeSet<Entry>) -> Result<(), Error> {
        self.write_keys(&[], &item_keys(&entries.iter().collect::<Vec<_>>())).await
    }

    /// The entries that the contract has now; none if there is no contract.
    async fn current_entries(&self, contract: &ContractId) -> Result<BTreeSet<Entry>, Error> {
        let item = self.get(&ContractItem::key(contract)).await?;
        item.map_or_else(|| Ok(BTreeSet::new()), Entry::of_item)
    }
}

fn entries(json: &Value) -> Result<BTreeSet<Entry>, Error> {
    image(json)?.map_or_else(|| Ok(BTreeSet::new()), Entry::of_item).map_err(|_| POISON)
}

fn item_keys(entries: &[&Entry]) -> Vec<ItemKey> {
    entries.iter().map(|entry| entry.item_key()).collect()
}
