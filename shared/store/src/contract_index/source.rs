//! What has entries in the index: contracts, and messages about them.

use std::collections::BTreeSet;

use super::entry::Entry;
use super::mention;
use crate::Error;
use crate::items::{ContractItem, Item, ItemKey, MessageItem};

/// Whether items with this key have entries.
pub(super) fn is_source(item_key: &ItemKey) -> bool {
    ContractItem::contract_at(item_key).is_some() || MessageItem::contract_at(item_key).is_some()
}

/// The entries of an item, or of an image of it.
pub(super) fn entries_of(item: Item) -> Result<BTreeSet<ItemKey>, Error> {
    const BROKEN: Error = Error::Internal { context: "reading the key of an item in the index", source: None };
    let item_key = ItemKey::of(&item).ok_or(BROKEN)?;
    if MessageItem::contract_at(&item_key).is_some() {
        return mention::entries_of(&item_key, item);
    }
    Ok(Entry::of_item(item)?.iter().map(Entry::item_key).collect())
}

/// The key of the item that an entry belongs to. `None` if an item with this key is no entry.
pub(super) fn source_of(entry: &ItemKey) -> Option<ItemKey> {
    let contract = || Some(ContractItem::key(&Entry::of_item_key(entry)?.contract));
    mention::message_of(entry).or_else(contract)
}
