//! PINs and return codes, stored under a keyed MAC: they are unique per automat, and the keypad looks them up.

use std::collections::BTreeSet;

use domain::{AutomatId, Contract, ContractId, Instant, KeyId, PinTerms, Schedule, TimeRange};
use protocol::{Handle, Verifier};
use serde::{Deserialize, Serialize};

use super::contract::key_set;
use super::{
    AutomatItem, Item, ItemKey, Millis, StoredContract, StoredPageEntry, handle_of, number, parse_verifier, read,
    strings, text, write,
};
use crate::Error;
use crate::expression::{Expression, Update, is, is_or_absent};
use crate::schema::TTL;
use crate::sealing::Mac;

/// A contract's PIN in one automat.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PinItem {
    pub(crate) contract_id: ContractId,
    /// Of the contract.
    pub(crate) incarnation: String,
    /// The contract's keys in the automat.
    pub(crate) keys: BTreeSet<KeyId>,
    pub(crate) from: Millis,
    until: Option<Millis>,
    schedule: Option<Schedule>,
    /// Those of the keys that are out with the contract; absent if none is.
    #[serde(default)]
    out: BTreeSet<KeyId>,
    /// What a device compares a typed PIN with when it has no connection. The projector writes it after the PIN was taken.
    verifier: Option<String>,
}

/// Whose a PIN is, and when it works.
pub(crate) struct PinHolder {
    pub(crate) terms: PinTerms,
    /// The contract's keys in the automat, in order of their ids.
    pub(crate) keys: BTreeSet<KeyId>,
}

impl PinItem {
    pub(crate) fn key(automat: &AutomatId, mac: &Mac) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), format!("PIN#{}", mac.0))
    }

    /// The automat and the name of the PIN whose item has this key.
    pub(crate) fn at(item_key: &ItemKey) -> Option<(AutomatId, Mac)> {
        let automat = item_key.pk.strip_prefix("AUTOMAT#")?;
        let name = item_key.sk.strip_prefix("PIN#")?;
        Some((AutomatId::parse(automat).ok()?, Mac::parse(name)?))
    }

    /// Update: a contract takes the PIN. Its verifier would be the same for every contract; but the projector makes it again, and so
    /// learns that somebody else has the PIN.
    pub(crate) fn take(stored: &StoredContract, automat: &AutomatId) -> Update {
        Self::update(stored, automat).remove("verifier")
    }

    /// Update: what a device compares a typed PIN with.
    pub(crate) fn verify(verifier: &str) -> Update {
        Update::default().set("verifier", text(verifier))
    }

    /// The verifier, if there is one yet.
    pub(crate) fn verifier(&self) -> Option<Verifier> {
        parse_verifier(self.verifier.as_ref()?)
    }

    /// Its entry in the page of a key's locker; `None` if it does not open that, or has no verifier yet.
    pub(crate) fn page_entry(&self, key: &KeyId) -> Option<(Handle, StoredPageEntry)> {
        let verifier = self.verifier().filter(|_| self.keys.contains(key))?;
        let seconds = |at: Instant| u32::try_from(at.seconds());
        // A start or an end after 2106 is as good as that.
        let start = seconds(self.from.0.plus_millis(999)).unwrap_or(u32::MAX);
        let end = self.until.map(|until| seconds(until.0).unwrap_or(u32::MAX));
        let (contract, schedule) = (self.contract_id.clone(), self.schedule.clone());
        Some((handle_of(&self.incarnation)?, StoredPageEntry { contract, verifier, start, end, schedule }))
    }

    /// Whether it is the same contract's, with the same keys and times.
    pub(crate) fn opens_as(&self, other: &Self) -> bool {
        self.incarnation == other.incarnation
            && self.keys == other.keys
            && (self.from, self.until) == (other.from, other.until)
            && self.schedule == other.schedule
    }

    /// Update: whose the PIN is, when it works, and which keys are out with the contract.
    pub(crate) fn update(stored: &StoredContract, automat: &AutomatId) -> Update {
        let Contract { id, range, schedule, .. } = &stored.contract;
        let keys = stored.keys.iter().filter(|noted| noted.automat == *automat).map(|noted| noted.key.as_str());
        Update::default()
            .set("contractId", text(id.as_str()))
            .set("incarnation", text(&stored.incarnation))
            .set("keys", strings(keys))
            .set("from", number(range.start().millis()))
            .set_or_remove("until", range.end().map(|end| number(end.millis())))
            .set_or_remove("schedule", schedule.as_ref().map(|schedule| text(schedule.to_string())))
            .then(Self::movement(stored, automat))
    }

    /// Update: which keys are out with the contract. While one is, the PIN has no `ttl` and cannot be taken, because
    /// it must still return the key after the contract's end.
    pub(crate) fn movement(stored: &StoredContract, automat: &AutomatId) -> Update {
        let Contract { out, range, .. } = &stored.contract;
        let here = stored.keys.iter().filter(|noted| noted.automat == *automat && out.contains(&noted.key));
        let out: BTreeSet<KeyId> = here.map(|noted| noted.key.clone()).collect();
        let expires = range.end().filter(|_| out.is_empty());
        Update::default()
            .set_or_remove(TTL, expires.map(|end| number(end.seconds() + 1)))
            .set_or_remove("out", key_set(&out))
    }

    /// Condition: the PIN is free: never taken, or its contract has ended and its keys are back.
    pub(crate) fn free(now: Instant) -> Expression {
        Expression::new(format!("attribute_not_exists(#PK) OR ({ENDED_AND_BACK})")).value(":now", number(now.millis()))
    }

    /// Condition: the PIN is free or this contract's.
    pub(crate) fn free_or_own(incarnation: &str, now: Instant) -> Expression {
        Expression::new(format!("attribute_not_exists(#PK) OR #incarnation = :own OR ({ENDED_AND_BACK})"))
            .value(":own", text(incarnation))
            .value(":now", number(now.millis()))
    }

    /// The same condition, evaluated on an item that was read.
    pub(crate) fn is_free_or_own(item: Item, incarnation: Option<&str>, now: Instant) -> Result<bool, Error> {
        let record: Self = read(item)?;
        Ok(Some(record.incarnation.as_str()) == incarnation || record.ended_and_back(now))
    }

    /// Whether the PIN can be taken: its contract has ended and its keys are back.
    pub(crate) fn is_over(item: &Item, now: Instant) -> Result<bool, Error> {
        Ok(read::<Self>(item.clone())?.ended_and_back(now))
    }

    /// Of the contract that has the PIN.
    pub(crate) fn incarnation(item: &Item) -> Option<String> {
        item.get("incarnation")?.as_s().ok().cloned()
    }

    pub(crate) fn is_own(item: &Item, incarnation: &str) -> Result<bool, Error> {
        Ok(read::<Self>(item.clone())?.incarnation == incarnation)
    }

    /// The item under another name, which has another verifier.
    pub(crate) fn renamed(mut item: Item, to: ItemKey) -> Item {
        item.remove("verifier");
        item.extend(to.into_item());
        item
    }

    /// Condition: the PIN is still this contract's, and the keys that are out are those that were read.
    pub(crate) fn own_as_read(item: &Item, incarnation: &str) -> Result<Expression, Error> {
        let out = key_set(&read::<Self>(item.clone())?.out);
        Ok(Self::own(incarnation).and(is_or_absent("out", out)))
    }

    /// Whether its contract has ended and its keys are back.
    pub(crate) fn ended_and_back(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| until.0 <= now) && self.out.is_empty()
    }

    /// Condition: the PIN, if it exists, is this contract's.
    pub(crate) fn own_or_gone(incarnation: &str) -> Expression {
        Expression::new("attribute_not_exists(#PK) OR #incarnation = :own").value(":own", text(incarnation))
    }

    /// Condition: the PIN is this contract's.
    pub(crate) fn own(incarnation: &str) -> Expression {
        is("incarnation", text(incarnation))
    }

    pub(crate) fn read(item: Item) -> Result<PinHolder, Error> {
        let record: Self = read(item)?;
        let range = TimeRange::new(record.from.0, record.until.map(|until| until.0));
        let range = range.ok_or(Error::Internal { context: "reading a PIN's time range", source: None })?;
        let terms = PinTerms { contract: record.contract_id, range, schedule: record.schedule };
        Ok(PinHolder { terms, keys: record.keys })
    }
}

/// `out` exists while a key is out with the contract.
const ENDED_AND_BACK: &str = "#until <= :now AND attribute_not_exists(#out)";

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
