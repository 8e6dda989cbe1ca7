//! PINs and return codes by their keyed MAC: what makes them unique in an automat, and what the keypad asks.

use domain::{AutomatId, ContractId, Instant, KeyId, TimeRange};
use serde::{Deserialize, Serialize};

use super::{AutomatItem, Item, ItemKey, StoredKey, flag, number, read, text, valid, write};
use crate::Error;
use crate::codes::Mac;
use crate::write::Expression;

/// The PIN of a contract. Its times are named so that it stays out of the index of contracts by start.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PinItem {
    key_id: String,
    contract_id: String,
}

impl PinItem {
    pub(crate) fn key(automat: &AutomatId, mac: &Mac) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), format!("PIN#{}", mac.0))
    }

    /// What writes a contract's times beside its PIN. A PIN whose key is out has no time to live: it must still return
    /// the key when the contract has ended.
    pub(crate) fn update(on: &StoredKey, contract: &ContractId, range: TimeRange, key_out: bool) -> Expression {
        let common = "SET #keyId = :k, #contractId = :c, #incarnation = :incarnation, #from = :from";
        let expression = match range.end() {
            None => Expression::new(format!("{common} REMOVE #until, #ttl")),
            Some(end) if key_out => {
                Expression::new(format!("{common}, #until = :until REMOVE #ttl")).value(":until", number(end.millis()))
            }
            Some(end) => Expression::new(format!("{common}, #until = :until, #ttl = :ttl"))
                .value(":until", number(end.millis()))
                .value(":ttl", number(end.seconds() + 1)),
        };
        expression
            .value(":k", text(on.key.id.as_str()))
            .value(":c", text(contract.as_str()))
            .value(":incarnation", text(&on.incarnation))
            .value(":from", number(range.start().millis()))
    }

    /// The condition that the PIN is nobody's: never taken, or its contract has ended with the key back.
    pub(crate) fn free(now: Instant) -> Expression {
        Expression::new(format!("attribute_not_exists(#PK) OR ({ENDED_AND_BACK})"))
            .value(":now", number(now.millis()))
            .value(":true", flag(true))
    }

    /// The condition that the PIN is this contract's or nobody's.
    pub(crate) fn free_or_own(key: &KeyId, contract: &ContractId, now: Instant) -> Expression {
        Expression::new(format!(
            "attribute_not_exists(#PK) OR (#keyId = :k AND #contractId = :c) OR ({ENDED_AND_BACK})"
        ))
        .value(":k", text(key.as_str()))
        .value(":c", text(contract.as_str()))
        .value(":now", number(now.millis()))
        .value(":true", flag(true))
    }

    /// The condition that the PIN is this contract's, if it is there at all.
    pub(crate) fn own_or_gone(key: &KeyId, contract: &ContractId) -> Expression {
        Expression::new("attribute_not_exists(#PK) OR (#keyId = :k AND #contractId = :c)")
            .value(":k", text(key.as_str()))
            .value(":c", text(contract.as_str()))
    }

    /// Whose PIN it is.
    pub(crate) fn read(item: Item) -> Result<(KeyId, ContractId), Error> {
        let record: Self = read(item)?;
        Ok((valid(KeyId::parse(&record.key_id))?, valid(ContractId::parse(&record.contract_id))?))
    }
}

/// `out` is set while the key is out with the contract.
const ENDED_AND_BACK: &str = "#until <= :now AND (attribute_not_exists(#out) OR #out <> :true)";

/// The return code of a key.
#[derive(Serialize)]
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

    /// The condition that the code is this key's.
    pub(crate) fn own_or_gone(key: &KeyId) -> Expression {
        Expression::new("attribute_not_exists(#PK) OR #keyId = :k").value(":k", text(key.as_str()))
    }
}
