//! The key's item. It holds everything a booking depends on: the calendar, the sharing and the state.

use std::collections::BTreeSet;

use clock::Random;
use domain::{
    AutomatId, Calendar, ContractId, Instant, Key, KeyId, KeyState, LockerIndex, Notify, Property, ReturnCode, Sharing,
    Whereabouts,
};
use serde::{Deserialize, Serialize};

use super::{Item, ItemKey, Listing, attribute, bytes, flag, number, read, text, valid, write};
use crate::expression::{Expression, Update, is};
use crate::schema::LIST_PK;
use crate::sealing::Owner;
use crate::{CodeKeyring, Error, RemovalEffect};

/// The list of all keys.
pub(crate) const KEYS: &str = "KEYS";
/// The list of keys whose removal has not finished.
pub(crate) const REMOVING: &str = "REMOVING";

/// A key as it was read, with what a later write must check.
#[derive(Debug, Clone)]
pub(crate) struct StoredKey {
    pub(crate) key: Key,
    /// Raised by every write; writes that depend on this read check it.
    pub(crate) rev: u64,
    /// Distinguishes this key from a later one with the same id.
    pub(crate) incarnation: String,
    /// Set while the key is being removed.
    pub(crate) removal: Option<RemovalNote>,
}

/// What was decided when a key was marked for removal, for the clean-up and for whoever asks again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct RemovalNote {
    /// The contacts of its contracts are not notified.
    pub(crate) quiet: bool,
    pub(crate) effect: RemovalEffect,
}

impl RemovalNote {
    pub(crate) fn notify(self) -> Notify {
        if self.quiet { Notify::Nobody } else { Notify::Contacts }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyItem {
    key_id: KeyId,
    automat_id: AutomatId,
    locker_index: LockerIndex,
    shared: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    return_code: Option<serde_bytes::ByteBuf>,
    property: Property,
    removing: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_inside: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    out_with: Option<ContractId>,
    /// Its live contracts; while the key is being removed, those it had.
    #[serde(with = "serde_bytes")]
    calendar: Vec<u8>,
    /// Written by [`KeyItem::mark_removing`] only.
    #[serde(skip_serializing, default)]
    removal: Option<RemovalNote>,
    rev: u64,
    incarnation: String,
    version: u64,
    created_at: Instant,
    updated_at: Instant,
}

/// A key without what only the secret opens: for the pages of devices.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AssignedKey {
    pub(crate) key_id: KeyId,
    pub(crate) automat_id: AutomatId,
    pub(crate) locker_index: LockerIndex,
    pub(crate) removing: bool,
    pub(crate) incarnation: String,
    return_code: Option<serde_bytes::ByteBuf>,
    out_with: Option<ContractId>,
    #[serde(with = "serde_bytes")]
    calendar: Vec<u8>,
}

impl AssignedKey {
    /// Whether it is the same key in the same locker.
    pub(crate) fn is_assigned_as(&self, other: &Self) -> bool {
        self.automat_id == other.automat_id
            && self.locker_index == other.locker_index
            && self.incarnation == other.incarnation
    }

    /// Whether its return code, and who has it, are the same.
    pub(crate) fn is_returned_as(&self, other: &Self) -> bool {
        self.return_code == other.return_code && self.out_with == other.out_with
    }

    /// The contracts whose PIN may open its locker: the live ones, and whoever has it.
    pub(crate) fn contracts(&self) -> Result<BTreeSet<ContractId>, Error> {
        let calendar = valid(Calendar::unpack(&self.calendar))?;
        let live = calendar.entries().iter().map(|entry| entry.contract.clone());
        Ok(live.chain(self.out_with.clone()).collect())
    }
}

impl KeyItem {
    const SK: &'static str = "KEY";

    pub(crate) fn pk(id: &KeyId) -> String {
        format!("KEY#{id}")
    }

    pub(crate) fn key(id: &KeyId) -> ItemKey {
        ItemKey::new(Self::pk(id), Self::SK)
    }

    /// Whether an item with this key is a key's own.
    pub(crate) fn is_at(item_key: &ItemKey) -> bool {
        item_key.sk == Self::SK && item_key.pk.starts_with("KEY#")
    }

    pub(crate) fn listing(id: &KeyId) -> Listing {
        Listing::new(KEYS, id.as_str())
    }

    /// A search term of a key; the index finds the key by it.
    pub(crate) fn term_key(id: &KeyId, term: &str) -> ItemKey {
        ItemKey::new(Self::pk(id), format!("TERM#{term}"))
    }

    pub(crate) fn term(id: &KeyId, term: &str, incarnation: &str) -> Item {
        let mut item = Self::term_listing(id, term).start_key(Self::term_key(id, term));
        item.insert("incarnation".to_owned(), text(incarnation));
        item
    }

    /// Condition: the item, if it exists, belongs to this incarnation of the key.
    pub(crate) fn part_of(incarnation: &str) -> Expression {
        Expression::new("attribute_not_exists(#PK) OR #incarnation = :incarnation")
            .value(":incarnation", text(incarnation))
    }

    /// Update: the key is being removed.
    pub(crate) fn mark_removing(note: RemovalNote, now: Instant) -> Result<Update, Error> {
        Ok(Update::default()
            .set("removing", flag(true))
            .set("removingAt", number(now.millis()))
            .set("removal", attribute(&note)?)
            .set(LIST_PK, text(REMOVING))
            .add("rev", number(1)))
    }

    /// When the key was marked for removal.
    pub(crate) fn removing_since(item: &Item) -> Option<Instant> {
        Instant::from_millis(item.get("removingAt")?.as_n().ok()?.parse().ok()?)
    }

    pub(crate) fn term_listing(id: &KeyId, term: &str) -> Listing {
        Listing::new(Self::term_list(term), format!("{term}#{id}"))
    }

    /// The list of all search terms that begin with the same letter.
    pub(crate) fn term_list(term: &str) -> String {
        format!("TERMS#{}", term.chars().next().unwrap_or_default())
    }

    pub(crate) fn write(stored: &StoredKey, codes: &CodeKeyring, random: &Random) -> Result<Item, Error> {
        let key = &stored.key;
        let return_code =
            key.return_code.as_ref().map(|code| codes.seal(random, Owner::Key(&key.id), code.reveal())).transpose()?;
        let record = Self {
            key_id: key.id.clone(),
            automat_id: key.automat.clone(),
            locker_index: key.locker,
            shared: key.sharing == Sharing::Shared,
            return_code: return_code.map(serde_bytes::ByteBuf::from),
            property: key.property.clone(),
            removing: key.state == KeyState::Removing,
            key_inside: is_inside(&key.whereabouts),
            out_with: key.whereabouts.holder().cloned(),
            calendar: key.calendar.pack(),
            removal: None,
            rev: stored.rev,
            incarnation: stored.incarnation.clone(),
            version: key.version,
            created_at: key.created_at,
            updated_at: key.updated_at,
        };
        write(&record, Self::key(&key.id), Some(Self::listing(&key.id)), None)
    }

    /// Update: a newly sealed return code. No decision depends on it, so `rev` stays.
    pub(crate) fn reseal(sealed: Vec<u8>) -> Update {
        Update::default().set("returnCode", bytes(sealed))
    }

    /// Whether the return code, if there is one, is sealed under the current secret.
    pub(crate) fn is_sealed_anew(item: &Item, key: &KeyId, codes: &CodeKeyring) -> bool {
        let sealed = item.get("returnCode").and_then(|code| code.as_b().ok());
        sealed.is_none_or(|sealed| codes.is_current(sealed.as_ref(), Owner::Key(key)))
    }

    /// Condition: the key is this incarnation and not being removed.
    pub(crate) fn in_use_as(incarnation: &str) -> Expression {
        is("incarnation", text(incarnation)).and(is("removing", flag(false)))
    }

    /// Update: where the key is.
    pub(crate) fn locate(whereabouts: &Whereabouts) -> Update {
        Update::default()
            .set_or_remove("keyInside", is_inside(whereabouts).map(flag))
            .set_or_remove("outWith", whereabouts.holder().map(|contract| text(contract.as_str())))
    }

    /// Condition: the key is, or is not, out with this contract, as it was when read.
    pub(crate) fn out_with(contract: &ContractId, out: bool) -> Expression {
        let condition =
            if out { "#outWith = :holder" } else { "attribute_not_exists(#outWith) OR #outWith <> :holder" };
        Expression::new(condition).value(":holder", text(contract.as_str()))
    }

    pub(crate) fn read(item: Item, codes: &CodeKeyring) -> Result<StoredKey, Error> {
        let record: Self = read(item)?;
        let id = record.key_id;
        let return_code =
            record.return_code.map(|sealed| codes.open(&sealed, Owner::Key(&id), ReturnCode::parse)).transpose()?;
        let key = Key {
            automat: record.automat_id,
            locker: record.locker_index,
            sharing: if record.shared { Sharing::Shared } else { Sharing::NotShared },
            return_code,
            property: record.property,
            state: if record.removing { KeyState::Removing } else { KeyState::Active },
            whereabouts: match record.key_inside {
                None => Whereabouts::Unknown,
                Some(true) => Whereabouts::Inside,
                Some(false) => Whereabouts::Out { contract: record.out_with },
            },
            calendar: valid(Calendar::unpack(&record.calendar))?,
            version: record.version,
            created_at: record.created_at,
            updated_at: record.updated_at,
            id,
        };
        Ok(StoredKey { key, rev: record.rev, incarnation: record.incarnation, removal: record.removal })
    }
}

fn is_inside(whereabouts: &Whereabouts) -> Option<bool> {
    match whereabouts {
        Whereabouts::Unknown => None,
        Whereabouts::Inside => Some(true),
        Whereabouts::Out { .. } => Some(false),
    }
}
