//! Finds the contract of a PIN, for a caller who has the PIN itself. The keypad has only its name: see `keypad`.

use std::iter;

use domain::{AutomatId, ContractId, Instant, Key, KeyState, Pin};

use crate::items::{KeyItem, PinItem, StoredKey};
use crate::{Error, Store};

#[derive(Debug, Clone)]
pub struct PinHolder {
    pub key: Key,
    /// The contract; it need not be running.
    pub contract: ContractId,
}

impl PinHolder {
    #[must_use]
    pub fn running(&self, now: Instant) -> bool {
        self.key.calendar.entry(&self.contract).is_some_and(|entry| entry.range.contains(now))
    }
}

impl Store {
    /// The holder of a PIN in an automat. `None` while its key is being removed.
    pub async fn pin_holder(&self, automat: &AutomatId, pin: &Pin) -> Result<Option<PinHolder>, Error> {
        let names = self.codes.pin_names(automat, pin);
        let item_keys: Vec<_> =
            iter::once(&names.current).chain(&names.other).map(|name| PinItem::key(automat, name)).collect();
        let Some(item) = self.get_all(&item_keys).await?.into_iter().next() else { return Ok(None) };
        let (key, contract, _) = PinItem::read(item)?;
        let Some(item) = self.get(&KeyItem::key(&key)).await? else { return Ok(None) };
        let StoredKey { key, .. } = KeyItem::read(item, &self.codes)?;
        Ok((key.state == KeyState::Active && key.automat == *automat).then_some(PinHolder { key, contract }))
    }
}
