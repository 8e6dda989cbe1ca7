//! Rotating the PIN secret: codes that are sealed or named under the other secret are moved to the current one, item
//! by item (ADR 0020).
//!
//! Each item takes one transaction, on condition that it is as it was read, and a repetition changes nothing. So a
//! rotation can be interrupted anywhere, run twice at once, and run beside everything else: at each moment a code is
//! stored under exactly one of its names. The content of contracts and keys does not change: `rev` and `version`
//! stay, and nobody is notified.

mod devices;
mod plan;
mod scan;

use domain::Instant;

pub use self::devices::DeviceKeysKnown;
pub use self::scan::RotationReport;
use crate::items::ItemKey;
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{Error, Store};

/// What is done with an item that has a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// Nothing: its code is under the current secret, or it has none.
    Current,
    /// The code is sealed again.
    Resealed,
    /// The code is sealed again and stored under its current name.
    Moved,
    /// Nothing yet: the item will soon be deleted anyway.
    Waiting,
    /// Nothing: another contract or key has the code under its current name. Only a skipped step of the rotation
    /// leads to this.
    Taken,
}

struct Plan {
    what: Rotation,
    writes: Transaction,
}

impl Plan {
    fn nothing(what: Rotation) -> Self {
        Self { what, writes: Transaction::default() }
    }
}

impl Store {
    /// Moves the code of an item to the current secret.
    async fn reseal(&self, item_key: &ItemKey, now: Instant) -> Result<Rotation, Error> {
        retry!(self, {
            let Plan { what, writes } = self.plan(item_key, now).await?;
            if !matches!(what, Rotation::Resealed | Rotation::Moved) {
                return Ok(what);
            }
            match writes.try_commit(self).await? {
                Ok(()) => Ok(what),
                // The only obstacle is that another contract or key has the code's current name.
                Err(refused) if refused.is_only(&[Part::Pin, Part::ReturnCode]) => Ok(Rotation::Taken),
                Err(_) => Err(NotDone::Again),
            }
        })
    }

    /// What [`Store::reseal`] would do.
    async fn plan(&self, item_key: &ItemKey, now: Instant) -> Result<Plan, Error> {
        // The item has been deleted meanwhile, and its code with it.
        let Some(item) = self.get(item_key).await? else { return Ok(Plan::nothing(Rotation::Current)) };
        match item_key.sk.as_str() {
            "KEY" => self.plan_key(item).await,
            "-" => Ok(Plan::nothing(self.look_at_receipt(&item, now))),
            message if message.starts_with("MESSAGE#") => self.plan_message(&item, item_key),
            _ => self.plan_contract(item, now).await,
        }
    }
}
