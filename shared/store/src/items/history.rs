//! A key's history: an item in the key's partition for each of its contracts, live or ended. The index `byStart` has
//! them in order of start.

use domain::{ContractId, Instant, KeyId, TimeRange};

use super::{ItemKey, KeyItem, number, text};
use crate::expression::Update;
use crate::schema::{ENDS_AT, STARTS_AT, TTL};

const PREFIX: &str = "HISTORY#";

pub(crate) struct HistoryItem;

impl HistoryItem {
    pub(crate) fn key(key: &KeyId, contract: &ContractId) -> ItemKey {
        ItemKey::new(KeyItem::pk(key), format!("{PREFIX}{contract}"))
    }

    /// The contract of the item with this key.
    pub(crate) fn contract_at(item_key: &ItemKey) -> Option<ContractId> {
        ContractId::parse(item_key.sk.strip_prefix(PREFIX)?).ok()
    }

    /// Update: a contract of this incarnation of the key.
    pub(crate) fn update(range: TimeRange, incarnation: &str, expires: Option<Instant>) -> Update {
        Update::default()
            .set("incarnation", text(incarnation))
            .set(STARTS_AT, number(range.start().millis()))
            .set_or_remove(ENDS_AT, range.end().map(|end| number(end.millis())))
            .set_or_remove(TTL, expires.map(|at| number(at.seconds())))
    }
}
