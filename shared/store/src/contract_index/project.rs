//! Writing the entries of one item. The module above explains why the result is right.

use std::collections::BTreeSet;

use serde_json::Value;

use super::source;
use crate::items::ItemKey;
use crate::messages::{POISON, image};
use crate::retry::{NotDone, retry};
use crate::{Error, Store};

impl Store {
    /// Projects a record of the stream in DynamoDB's JSON with both images. Records of items that have no entries do
    /// nothing.
    pub async fn project(&self, record: &Value) -> Result<(), Error> {
        let stream = &record["dynamodb"];
        let item_key = image(&stream["Keys"])?.as_ref().and_then(ItemKey::of).ok_or(POISON)?;
        if !source::is_source(&item_key) {
            return Ok(());
        }
        let (before, after) = (entries(&stream["OldImage"])?, entries(&stream["NewImage"])?);
        let moved = before.symmetric_difference(&after).cloned().collect();
        self.settle_entries(&item_key, &moved).await
    }

    /// Puts those of the entries that the item with this key has, and deletes the others.
    pub(crate) async fn settle_entries(&self, source: &ItemKey, entries: &BTreeSet<ItemKey>) -> Result<(), Error> {
        if entries.is_empty() {
            return Ok(());
        }
        retry!(self, {
            let current = self.current_entries(source).await?;
            let (wanted, unwanted): (Vec<_>, Vec<_>) =
                entries.iter().cloned().partition(|entry| current.contains(entry));
            self.put_months(&wanted).await?;
            self.write_keys(&wanted, &unwanted).await?;
            let after = self.current_entries(source).await?;
            let is_unchanged = entries.iter().all(|entry| current.contains(entry) == after.contains(entry));
            if is_unchanged { Ok(()) } else { Err(NotDone::Again) }
        })
    }

    /// The entries that the item has now; none if it does not exist.
    async fn current_entries(&self, source: &ItemKey) -> Result<BTreeSet<ItemKey>, Error> {
        self.get(source).await?.map_or_else(|| Ok(BTreeSet::new()), source::entries_of)
    }
}

fn entries(json: &Value) -> Result<BTreeSet<ItemKey>, Error> {
    image(json)?.map_or_else(|| Ok(BTreeSet::new()), source::entries_of).map_err(|_| POISON)
}
