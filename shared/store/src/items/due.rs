//! The index `due`: work to be done, by time, spread over several partitions so that none becomes hot.

use domain::Instant;
use ring::digest::{SHA256, digest};

use super::{ItemKey, number, text};
use crate::expression::Update;
use crate::messages::DUE_SHARDS;
use crate::schema::{DUE_AT, DUE_SHARD};

/// The index partition of an item.
pub(super) fn due_shard(item_key: &ItemKey) -> String {
    let hash = digest(&SHA256, format!("{} {}", item_key.pk, item_key.sk).as_bytes());
    due_shard_name(hash.as_ref()[0] % DUE_SHARDS)
}

pub(crate) fn due_shard_name(shard: u8) -> String {
    format!("{shard:02}")
}

/// Update: sets when an item is due, or removes it from the index.
pub(super) fn due(item_key: &ItemKey, at: Option<Instant>) -> Update {
    let update = Update::default().set_or_remove(DUE_SHARD, at.map(|_| text(due_shard(item_key))));
    update.set_or_remove(DUE_AT, at.map(|at| number(at.millis())))
}
