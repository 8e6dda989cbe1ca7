//! When a fault of a device was last recorded, so that a device that keeps reporting it does not flood the events.

use domain::{AutomatId, DeviceFault, Instant};
use serde::{Deserialize, Serialize};

use super::{AutomatItem, Item, ItemKey, Millis, number, read, write};
use crate::Error;
use crate::expression::Expression;

#[derive(Serialize, Deserialize)]
pub(crate) struct FaultItem {
    at: Millis,
    era: u64,
}

impl FaultItem {
    pub(crate) fn key(automat: &AutomatId, fault: DeviceFault) -> ItemKey {
        let name = match fault {
            DeviceFault::ClockWrong => "clock-wrong",
            DeviceFault::NotUnderstood => "not-understood",
            DeviceFault::DuplicateClient => "duplicate-client",
            DeviceFault::OpeningUnexpected => "opening-unexpected",
        };
        ItemKey::new(AutomatItem::pk(automat), format!("FAULT#{name}"))
    }

    pub(crate) fn write(automat: &AutomatId, fault: DeviceFault, era: u64, now: Instant) -> Result<Item, Error> {
        let expires = now.plus_millis(DeviceFault::RECORDED_EVERY_MILLIS + 1_000);
        write(&Self { at: Millis(now), era }, Self::key(automat, fault), None, Some(expires))
    }

    /// Whether the fault was recorded recently, in this era.
    pub(crate) fn is_recent(item: Item, era: u64, now: Instant) -> Result<bool, Error> {
        let record: Self = read(item)?;
        Ok(record.era == era && record.at.0 > before(now))
    }

    /// Condition: the fault was not recorded recently in this era.
    pub(crate) fn not_recent(era: u64, now: Instant) -> Expression {
        Expression::new("attribute_not_exists(#PK) OR #era <> :era OR #at <= :before")
            .value(":era", number(era))
            .value(":before", number(before(now).millis()))
    }
}

fn before(now: Instant) -> Instant {
    now.plus_millis(-DeviceFault::RECORDED_EVERY_MILLIS)
}
