//! Replacing the secret behind the codes: what is still sealed or named under the other one comes under the current one,
//! item by item (ADR 0020).
//!
//! Each item takes one transaction, on condition that it is as it was read, and done again it does nothing. So this may
//! stop anywhere, run twice at once, and run beside everything else: a code stands under one of its names at every moment.
//! It changes nothing that a contract or a key says: their `rev` and `version` stay, and nobody is told anything.

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

/// What becomes of an item that has a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// Nothing: its code is under the current secret, or it has none.
    Current,
    /// Its code is sealed anew.
    Resealed,
    /// Its code is sealed anew and goes under its current name.
    Moved,
    /// Nothing yet: it is about to go by itself.
    Waiting,
    /// Nothing: somebody else has the code under its current name, which only a forgotten step leads to.
    Taken,
}

/// What is to be done about an item, and the writes that do it.
struct Plan {
    what: Rotation,
    writes: Transaction,
}

impl Plan {
    /// Nothing is written.
    fn nothing(what: Rotation) -> Self {
        Self { what, writes: Transaction::default() }
    }
}

impl Store {
    /// Brings the code of an item under the current secret.
    async fn reseal(&self, item_key: &ItemKey, now: Instant) -> Result<Rotation, Error> {
        retry!(self, {
            let Plan { what, writes } = self.plan(item_key, now).await?;
            if !matches!(what, Rotation::Resealed | Rotation::Moved) {
                return Ok(what);
            }
            match writes.try_commit(self).await? {
                Ok(()) => Ok(what),
                // The only obstacle is that the code's current name is somebody else's.
                Err(refused) if refused.is_only(&[Part::Pin, Part::ReturnCode]) => Ok(Rotation::Taken),
                Err(_) => Err(NotDone::Again),
            }
        })
    }

    /// What [`Store::reseal`] would do.
    async fn plan(&self, item_key: &ItemKey, now: Instant) -> Result<Plan, Error> {
        // Gone since it was seen: so is its code.
        let Some(item) = self.get(item_key).await? else { return Ok(Plan::nothing(Rotation::Current)) };
        match item_key.sk.as_str() {
            "KEY" => self.plan_key(item).await,
            "-" => Ok(Plan::nothing(self.look_at_receipt(&item, now))),
            message if message.starts_with("MESSAGE#") => self.plan_message(&item, item_key),
            _ => self.plan_contract(item, now).await,
        }
    }
}
