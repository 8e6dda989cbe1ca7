//! The index `due`: work to be done, by time, spread over several partitions so that none becomes hot.

use domain::Instant;
use ring::digest::{SHA256, digest};

use super::{ItemKey, number, text};
use crate::expression::Expression;
use crate::messages::DUE_SHARDS;

/// The index partition of an item.
pub(crate) fn due_shard(item_key: &ItemKey) -> String {
    let hash = digest(&SHA256, format!("{} {}", item_key.pk, item_key.sk).as_bytes());
    due_shard_name(hash.as_ref()[0] % DUE_SHARDS)
}

pub(crate) fn due_shard_name(shard: u8) -> String {
    format!("{shard:02}")
}

/// Update: sets when an item is due, or removes it from the index.
pub(super) fn due(item_key: &ItemKey, at: Option<Instant>) -> Expression {
    match at {
        Some(at) => Expression::new("SET #dueShard = :dueShard, #dueAt = :dueAt")
            .value(":dueShard", text(due_shard(item_key)))
            .value(":dueAt", number(at.millis())),
        None => Expression::new("REMOVE #dueShard, #dueAt"),
    }
}
