//! PINs and return codes, stored under a keyed MAC: they are unique per automat, and the keypad looks them up.

use domain::{AutomatId, Contract, ContractId, Instant, KeyId, PinTerms, Schedule, TimeRange};
use serde::{Deserialize, Serialize};

use super::{AutomatItem, Item, ItemKey, Millis, StoredKey, flag, number, read, text, write};
use crate::Error;
use crate::expression::{Expression, Update, is, is_or_absent};
use crate::schema::TTL;
use crate::sealing::Mac;

/// A contract's PIN. The time attributes are named so that the item stays out of the index `byStart`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PinItem {
    key_id: KeyId,
    contract_id: ContractId,
    from: Millis,
    until: Option<Millis>,
    schedule: Option<Schedule>,
    #[serde(default)]
    out: bool,
}

impl PinItem {
    pub(crate) fn key(automat: &AutomatId, mac: &Mac) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), format!("PIN#{}", mac.0))
    }

    /// Update: when a contract's PIN works, and whether the key is out with it.
    pub(crate) fn update(on: &StoredKey, contract: &Contract, key_out: bool) -> Update {
        let range = contract.range;
        Update::default()
            .set("keyId", text(on.key.id.as_str()))
            .set("contractId", text(contract.id.as_str()))
            .set("incarnation", text(&on.incarnation))
            .set("from", number(range.start().millis()))
            .set_or_remove("until", range.end().map(|end| number(end.millis())))
            .set_or_remove("schedule", contract.schedule.as_ref().map(|schedule| text(schedule.to_string())))
            .then(Self::movement(range, key_out))
    }

    /// Update: whether the key is out with the contract. While it is, the PIN has no `ttl` and cannot be taken, because
    /// it must still return the key after the contract's end.
    pub(crate) fn movement(range: TimeRange, key_out: bool) -> Update {
        let expires = range.end().filter(|_| !key_out);
        Update::default()
            .set_or_remove(TTL, expires.map(|end| number(end.seconds() + 1)))
            .set_or_remove("out", key_out.then(|| flag(true)))
    }

    /// Condition: the PIN is free: never taken, or its contract has ended and the key is back.
    pub(crate) fn free(now: Instant) -> Expression {
        Expression::new(format!("attribute_not_exists(#PK) OR ({ENDED_AND_BACK})"))
            .value(":now", number(now.millis()))
            .value(":true", flag(true))
    }

    /// Condition: the PIN is free or this contract's.
    pub(crate) fn free_or_own(key: &KeyId, contract: &ContractId, now: Instant) -> Expression {
        Expression::new(format!(
            "attribute_not_exists(#PK) OR (#keyId = :k AND #contractId = :c) OR ({ENDED_AND_BACK})"
        ))
        .value(":k", text(key.as_str()))
        .value(":c", text(contract.as_str()))
        .value(":now", number(now.millis()))
        .value(":true", flag(true))
    }

    /// The same condition, evaluated on an item that was read.
    pub(crate) fn is_free_or_own(item: Item, key: &KeyId, contract: &ContractId, now: Instant) -> Result<bool, Error> {
        let record: Self = read(item)?;
        Ok(record.is_of(key, contract) || record.ended_and_back(now))
    }

    /// Whether the PIN can be taken: its contract has ended and the key is back.
    pub(crate) fn is_over(item: &Item, now: Instant) -> Result<bool, Error> {
        Ok(read::<Self>(item.clone())?.ended_and_back(now))
    }

    pub(crate) fn is_own(item: &Item, key: &KeyId, contract: &ContractId) -> Result<bool, Error> {
        Ok(read::<Self>(item.clone())?.is_of(key, contract))
    }

    pub(crate) fn renamed(mut item: Item, to: ItemKey) -> Item {
        item.extend(to.into_item());
        item
    }

    /// Condition: the PIN is still this contract's, and the key is out with it as it was when read.
    pub(crate) fn own_as_read(item: &Item, key: &KeyId, contract: &ContractId) -> Result<Expression, Error> {
        let out = read::<Self>(item.clone())?.out.then(|| flag(true));
        Ok(Self::own(key, contract).and(is_or_absent("out", out)))
    }

    fn is_of(&self, key: &KeyId, contract: &ContractId) -> bool {
        self.key_id == *key && self.contract_id == *contract
    }

    fn ended_and_back(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| until.0 <= now) && !self.out
    }

    /// Condition: the PIN, if it exists, is this contract's.
    pub(crate) fn own_or_gone(key: &KeyId, contract: &ContractId) -> Expression {
        Expression::new("attribute_not_exists(#PK) OR (#keyId = :k AND #contractId = :c)")
            .value(":k", text(key.as_str()))
            .value(":c", text(contract.as_str()))
    }

    /// Condition: the PIN is this contract's.
    pub(crate) fn own(key: &KeyId, contract: &ContractId) -> Expression {
        is("keyId", text(key.as_str())).and(is("contractId", text(contract.as_str())))
    }

    /// The key that the PIN belongs to, and when it opens its locker.
    pub(crate) fn read(item: Item) -> Result<(KeyId, PinTerms), Error> {
        let record: Self = read(item)?;
        let range = TimeRange::new(record.from.0, record.until.map(|until| until.0));
        let range = range.ok_or(Error::Internal { context: "reading a PIN's time range", source: None })?;
        Ok((record.key_id, PinTerms { contract: record.contract_id, range, schedule: record.schedule }))
    }
}

/// `out` is set while the key is out with the contract.
const ENDED_AND_BACK: &str = "#until <= :now AND (attribute_not_exists(#out) OR #out <> :true)";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReturnCodeItem {
    key_id: KeyId,
}

impl ReturnCodeItem {
    pub(crate) fn key(automat: &AutomatId, mac: &Mac) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), format!("RETURN#{}", mac.0))
    }

    pub(crate) fn write(automat: &AutomatId, mac: &Mac, key: &KeyId) -> Result<Item, Error> {
        write(&Self { key_id: key.clone() }, Self::key(automat, mac), None, None)
    }

    pub(crate) fn read(item: Item) -> Result<KeyId, Error> {
        read(item).map(|record: Self| record.key_id)
    }

    /// Condition: the code is this key's.
    pub(crate) fn own(key: &KeyId) -> Expression {
        is("keyId", text(key.as_str()))
    }

    /// Condition: the code, if it exists, is this key's.
    pub(crate) fn own_or_gone(key: &KeyId) -> Expression {
        Expression::new("attribute_not_exists(#PK) OR #keyId = :k").value(":k", text(key.as_str()))
    }
}
