//! What an `Idempotency-Key` created, as it was then. A receipt counts for a day, and is left to go by itself.

use domain::{ContractId, Instant, KeyId};

use super::Renewal;
use crate::Store;
use crate::items::{Item, ReceiptItem};

impl Store {
    pub(super) fn look_at_receipt(&self, item: &Item, now: Instant) -> Renewal {
        match ReceiptItem::created(item, now) {
            Some(created) if !self.is_current(created) => Renewal::Waiting,
            _ => Renewal::Current,
        }
    }

    /// Whether the code in a created thing, if it has one, is sealed under the current secret.
    fn is_current(&self, created: &Item) -> bool {
        let bytes = |name: &str| created.get(name)?.as_b().ok();
        let id = |name: &str| created.get(name)?.as_s().ok().map(String::as_str);
        let Some(key) = id("keyId").and_then(|key| KeyId::parse(key).ok()) else { return true };
        match (bytes("pin"), id("contractId").and_then(|contract| ContractId::parse(contract).ok())) {
            (Some(pin), Some(contract)) => self.codes.is_pin_current(pin.as_ref(), &key, &contract),
            _ => bytes("returnCode").is_none_or(|code| self.codes.is_return_code_current(code.as_ref(), &key)),
        }
    }
}
