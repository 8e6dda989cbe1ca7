//! PINs and return codes, stored under a keyed MAC: they are unique per automat, and the keypad looks them up.

use domain::{AutomatId, ContractId, Instant, KeyId, TimeRange};
use serde::{Deserialize, Serialize};

use super::{AutomatItem, Item, ItemKey, StoredKey, flag, instant, number, read, text, valid, write};
use crate::Error;
use crate::expression::Expression;
use crate::sealing::Mac;

/// A contract's PIN. The time attributes are named so that the item stays out of the index `byStart`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PinItem {
    key_id: String,
    contract_id: String,
    from: i64,
    until: Option<i64>,
    #[serde(default)]
    out: bool,
}

impl PinItem {
    pub(crate) fn key(automat: &AutomatId, mac: &Mac) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), format!("PIN#{}", mac.0))
    }

    /// Update: a contract's times, and whether the key is out with it. While the key is out, the PIN has no `ttl` and
    /// cannot be taken, because it must still return the key after the contract's end.
    pub(crate) fn update(on: &StoredKey, contract: &ContractId, range: TimeRange, key_out: bool) -> Expression {
        let until = match range.end() {
            Some(end) => Expression::new("SET #until = :until").value(":until", number(end.millis())),
            None => Expression::new("REMOVE #until"),
        };
        let ttl = match range.end() {
            Some(end) if !key_out => Expression::new("SET #ttl = :ttl").value(":ttl", number(end.seconds() + 1)),
            _ => Expression::new("REMOVE #ttl"),
        };
        let out = if key_out {
            Expression::new("SET #out = :out").value(":out", flag(true))
        } else {
            Expression::new("REMOVE #out")
        };
        Expression::new("SET #keyId = :k, #contractId = :c, #incarnation = :incarnation, #from = :from")
            .then(until)
            .then(ttl)
            .then(out)
            .value(":k", text(on.key.id.as_str()))
            .value(":c", text(contract.as_str()))
            .value(":incarnation", text(&on.incarnation))
            .value(":from", number(range.start().millis()))
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
        let out = if read::<Self>(item.clone())?.out {
            Expression::new("#out = :true").value(":true", flag(true))
        } else {
            Expression::new("attribute_not_exists(#out)")
        };
        Ok(Self::own(key, contract).and(out))
    }

    fn is_of(&self, key: &KeyId, contract: &ContractId) -> bool {
        self.key_id == key.as_str() && self.contract_id == contract.as_str()
    }

    fn ended_and_back(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| until <= now.millis()) && !self.out
    }

    /// Condition: the PIN, if it exists, is this contract's.
    pub(crate) fn own_or_gone(key: &KeyId, contract: &ContractId) -> Expression {
        Expression::new("attribute_not_exists(#PK) OR (#keyId = :k AND #contractId = :c)")
            .value(":k", text(key.as_str()))
            .value(":c", text(contract.as_str()))
    }

    /// Condition: the PIN is this contract's.
    pub(crate) fn own(key: &KeyId, contract: &ContractId) -> Expression {
        Expression::new("#keyId = :k AND #contractId = :c")
            .value(":k", text(key.as_str()))
            .value(":c", text(contract.as_str()))
    }

    /// The key, contract and time range that the PIN belongs to.
    pub(crate) fn read(item: Item) -> Result<(KeyId, ContractId, TimeRange), Error> {
        let record: Self = read(item)?;
        let range = TimeRange::new(instant(record.from)?, record.until.map(instant).transpose()?);
        let range = range.ok_or(Error::Internal { context: "reading a PIN's time range", source: None })?;
        Ok((valid(KeyId::parse(&record.key_id))?, valid(ContractId::parse(&record.contract_id))?, range))
    }
}

/// `out` is set while the key is out with the contract.
const ENDED_AND_BACK: &str = "#until <= :now AND (attribute_not_exists(#out) OR #out <> :true)";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReturnCodeItem {
    key_id: String,
}

impl ReturnCodeItem {
    pub(crate) fn key(automat: &AutomatId, mac: &Mac) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), format!("RETURN#{}", mac.0))
    }

    pub(crate) fn write(automat: &AutomatId, mac: &Mac, key: &KeyId) -> Result<Item, Error> {
        write(&Self { key_id: key.as_str().to_owned() }, Self::key(automat, mac), None)
    }

    pub(crate) fn read(item: Item) -> Result<KeyId, Error> {
        let record: Self = read(item)?;
        valid(KeyId::parse(&record.key_id))
    }

    /// Condition: the code is this key's.
    pub(crate) fn own(key: &KeyId) -> Expression {
        Expression::new("#keyId = :k").value(":k", text(key.as_str()))
    }

    /// Condition: the code, if it exists, is this key's.
    pub(crate) fn own_or_gone(key: &KeyId) -> Expression {
        Expression::new("attribute_not_exists(#PK) OR #keyId = :k").value(":k", text(key.as_str()))
    }
}
