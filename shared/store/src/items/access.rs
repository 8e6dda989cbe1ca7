//! Which pages there are, and which of them the device has.
//!
//! These are two items, because the projector writes one and questions of the device the other: each with every booking or
//! question, and both are several kB for an automat with hundreds of lockers.

use domain::{AutomatId, Instant, LockerIndex};
use protocol::PageVersions;
use serde::{Deserialize, Serialize};

use super::{AutomatItem, Item, ItemKey, Millis, bytes, number};
use crate::expression::{Expression, Update, is_or_absent};

/// The version of the page of each locker, in an attribute of its own: written after the page, and never lowered.
pub(crate) struct VersionsItem;

impl VersionsItem {
    pub(crate) fn key(automat: &AutomatId) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), "VERSIONS")
    }

    pub(crate) fn read(item: &Item) -> PageVersions {
        let of_locker = |(name, value): (&String, &aws_sdk_dynamodb::types::AttributeValue)| {
            Some((name.strip_prefix('v')?.parse().ok()?, value.as_n().ok()?.parse().ok()?))
        };
        item.iter().filter_map(of_locker).collect()
    }

    /// Update: a page has been written.
    pub(crate) fn raise(locker: LockerIndex, version: u32) -> Update {
        Update::default().set(&Self::name(locker), number(version))
    }

    /// Condition: no higher version of the page is known.
    pub(crate) fn is_lower(locker: LockerIndex, version: u32) -> Expression {
        let name = Self::name(locker);
        Expression::new(format!("attribute_not_exists(#{name}) OR #{name} < :next")).value(":next", number(version))
    }

    fn name(locker: LockerIndex) -> String {
        format!("v{}", locker.get())
    }
}

/// What the device has said that it holds, and what it was given.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredAccess {
    /// The versions of the pages of all lockers from 0 on, 4 bytes each.
    held: serde_bytes::ByteBuf,
    pub(crate) held_at: Millis,
    /// The latest time that a lease ends which the device may have.
    pub(crate) lease_until: Option<Millis>,
}

impl StoredAccess {
    pub(crate) fn key(automat: &AutomatId) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), "ACCESS")
    }

    pub(crate) fn held(&self) -> PageVersions {
        let versions = self.held.as_chunks().0.iter().map(|version| u32::from_be_bytes(*version));
        (0..).zip(versions).collect()
    }

    /// Update: the device has asked.
    pub(crate) fn answered(held: &PageVersions, now: Instant, lease_until: Option<Instant>) -> Update {
        let lockers = held.iter().last().map_or(0, |(last, _)| last.saturating_add(1));
        let held = (0..lockers).flat_map(|locker| held.of(locker).to_be_bytes()).collect();
        Update::default()
            .set("held", bytes(held))
            .set("heldAt", number(now.millis()))
            .set_or_remove("leaseUntil", lease_until.map(|until| number(until.millis())))
    }

    /// Condition: the last question was answered at this time; `None`: there was none.
    pub(crate) fn last_at(at: Option<Instant>) -> Expression {
        is_or_absent("heldAt", at.map(|at| number(at.millis())))
    }

    /// Condition: no later question has been answered.
    pub(crate) fn not_after(now: Instant) -> Expression {
        Expression::new("attribute_not_exists(#heldAt) OR #heldAt <= :asked").value(":asked", number(now.millis()))
    }
}
