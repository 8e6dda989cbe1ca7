//! The mark of a contract's removal that notifies nobody. What is deleted cannot say so itself, and the stream shows only
//! what it was.

use domain::{ContractId, Instant};

use super::{Item, ItemKey, MessageItem, number};
use crate::schema::TTL;

/// In seconds: longer than the stream's record of the removal can be handled, which includes the 14 days for which
/// `FailedMessages` keeps the position of one that failed.
const KEPT_SECONDS: i64 = 15 * 24 * 3_600;

pub(crate) struct QuietRemoval;

impl QuietRemoval {
    pub(crate) fn key(contract: &ContractId, incarnation: &str) -> ItemKey {
        ItemKey::new(MessageItem::pk(contract), format!("QUIET#{incarnation}"))
    }

    pub(crate) fn write(contract: &ContractId, incarnation: &str, now: Instant) -> Item {
        let mut item = Self::key(contract, incarnation).into_item();
        item.insert(TTL.to_owned(), number(now.seconds() + KEPT_SECONDS));
        item
    }
}
