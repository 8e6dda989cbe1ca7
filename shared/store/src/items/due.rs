//! Standing in the index `due`: what is still to be done, by its time, spread over partitions so that none is hot.

use domain::Instant;
use ring::digest::{SHA256, digest};

use super::{ItemKey, number, text};
use crate::expression::Expression;
use crate::messages::DUE_SHARDS;

/// The partition of the index that an item stands in, whenever it does.
pub(crate) fn due_shard(item_key: &ItemKey) -> String {
    let hash = digest(&SHA256, format!("{} {}", item_key.pk, item_key.sk).as_bytes());
    due_shard_name(hash.as_ref()[0] % DUE_SHARDS)
}

/// The name of a partition of the index.
pub(crate) fn due_shard_name(shard: u8) -> String {
    format!("{shard:02}")
}

/// What writes when an item is due, or that nothing is to be done any more.
pub(super) fn due(item_key: &ItemKey, at: Option<Instant>) -> Expression {
    match at {
        Some(at) => Expression::new("SET #dueShard = :dueShard, #dueAt = :dueAt")
            .value(":dueShard", text(due_shard(item_key)))
            .value(":dueAt", number(at.millis())),
        None => Expression::new("REMOVE #dueShard, #dueAt"),
    }
}
