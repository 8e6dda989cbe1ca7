//! One locker of a report: its sensor readings, the key assigned to it, the PIN that the key is out with, and the
//! event, all in one transaction.

use domain::{Actor, AutomatId, ContractId, DoorState, EventKind, KeyState, OpeningId, Retention, Whereabouts};

use super::LockerReport;
use crate::expression::{Update, unchanged};
use crate::items::{
    AutomatItem, ContractItem, ItemKey, KeyItem, LockerItem, OpeningItem, PinItem, StoredContract, StoredEntry,
    StoredKey, StoredLocker, StoredOpening, number, read,
};
use crate::retry::{NotDone, retry};
use crate::sealing::Mac;
use crate::transaction::{Part, Transaction};
use crate::{Error, RequestMetadata, Store};

/// The update of one locker.
pub(super) struct LockerUpdate<'a> {
    pub(super) automat: &'a AutomatId,
    pub(super) report: &'a LockerReport,
    pub(super) n: u64,
    pub(super) era: u64,
    /// Of the automat, with the times if its journal says when the report was made.
    pub(super) metadata: &'a RequestMetadata,
}

/// A key that is fetched or returned, and the contract of that movement.
struct KeyMove {
    stored: StoredKey,
    next: Whereabouts,
    contract: Option<ContractId>,
    /// `None` if the contract has been removed, or no longer has the key.
    contract_item: Option<StoredContract>,
}

/// What opened the locker, according to the device.
struct Opener {
    actor: Actor,
    /// The contract for which it was opened to fetch the key.
    fetched_with: Option<ContractId>,
    /// Whether that contract had been removed by then. There may be another one with the same id.
    after_removal: bool,
    /// Whether it is an opening of this locker, or an entry that opened it.
    is_known: bool,
}

impl Opener {
    fn unknown(automat: &AutomatId) -> Self {
        Self { actor: Actor::automat(automat), fetched_with: None, after_removal: false, is_known: false }
    }
}

/// What happens to the assigned key.
enum KeyChange {
    /// Nothing, or no key is assigned.
    Stays,
    /// The key is fetched or returned.
    Moves(Box<KeyMove>),
    /// Key and locker disagree about the assignment: they are being written at this moment.
    Inconsistent,
}

impl LockerUpdate<'_> {
    pub(super) async fn write(&self, store: &Store, locker: StoredLocker) -> Result<(), Error> {
        let index = locker.locker;
        let (mut read, mut foreign_pin) = (Some(locker), None);
        retry!(store, {
            let locker = match read.take() {
                Some(locker) => locker,
                None => store.stored_locker(self.automat, index).await?,
            };
            if !locker.is_older_than(self.n, self.era) {
                return Ok(());
            }
            self.attempt(store, &locker, &mut foreign_pin).await
        })
    }

    /// One attempt, based on the items that were read.
    async fn attempt(
        &self,
        store: &Store,
        locker: &StoredLocker,
        foreign_pin: &mut Option<Mac>,
    ) -> Result<(), NotDone> {
        let opener = self.opener(store, locker).await?;
        // Whatever opened the locker does not explain readings long after it was closed again.
        let is_forced = self.is_forced(locker, &opener);
        let opener = if is_forced { Opener::unknown(self.automat) } else { opener };
        let key_move = match self.find_key_move(store, locker, &opener).await? {
            KeyChange::Stays => None,
            KeyChange::Moves(key_move) => Some(key_move),
            KeyChange::Inconsistent => return Err(NotDone::Again),
        };
        let transaction =
            self.transaction(store, locker, (&opener, is_forced), key_move.as_deref(), foreign_pin.as_ref())?;
        let Err(refused) = transaction.try_commit(store).await? else { return Ok(()) };
        if refused.has(Part::Pin) {
            // The PIN is gone or another contract's. A new PIN of the contract has another name.
            *foreign_pin = key_move.as_deref().and_then(|key_move| key_move.pin().cloned());
        }
        // The automat's condition failed: there is a newer full report, or the automat is gone.
        if refused.has(Part::Automat) { Ok(()) } else { Err(NotDone::Again) }
    }

    async fn find_key_move(&self, store: &Store, locker: &StoredLocker, opener: &Opener) -> Result<KeyChange, Error> {
        let before = locker.whereabouts();
        let (Some(id), Some(inside)) = (&locker.key, self.report.key_inside) else { return Ok(KeyChange::Stays) };
        if before.clone().sensed(inside, None) == before {
            return Ok(KeyChange::Stays);
        }
        let Some(stored) = store.find_key(id).await? else { return Ok(KeyChange::Inconsistent) };
        let key = &stored.key;
        if key.state != KeyState::Active || key.automat != *self.automat || key.locker != locker.locker {
            return Ok(KeyChange::Inconsistent);
        }
        let mut next = key.whereabouts.clone().sensed(inside, opener.fetched_with.clone());
        let contract = next.holder().or(key.whereabouts.holder()).cloned();
        let contract_item = match contract.as_ref().filter(|_| !opener.after_removal) {
            None => None,
            Some(contract) => store.find_contract_on(id, &stored.incarnation, contract).await?,
        };
        if contract_item.is_none() && !inside && opener.fetched_with.is_some() {
            // Nobody could give it back as that contract.
            next = Whereabouts::Out { contract: None };
        }
        Ok(KeyChange::Moves(Box::new(KeyMove { stored, next, contract, contract_item })))
    }

    /// What opened the locker, if the update depends on it.
    async fn opener(&self, store: &Store, locker: &StoredLocker) -> Result<Opener, Error> {
        let unknown = Opener::unknown(self.automat);
        let (Some(by), false) = (&self.report.by, self.report.is_known(locker)) else { return Ok(unknown) };
        let entry = StoredEntry::key(self.automat, by);
        let opening = OpeningId::parse(by).ok().map(|id| OpeningItem::key(&id));
        let item_keys: Vec<_> = entry.iter().chain(&opening).cloned().collect();
        for item in store.get_all(&item_keys).await? {
            if ItemKey::of(&item) == entry {
                let entry: StoredEntry = read(item)?;
                let is_known = entry.opened(locker.locker);
                let fetched_with = locker.key.as_ref().and_then(|key| entry.fetched(locker.locker, key));
                return Ok(Opener { fetched_with, after_removal: entry.after_removal, is_known, ..unknown });
            }
            let opening = read::<StoredOpening>(item)?.opening;
            if opening.automat == *self.automat {
                let is_known = opening.locker == locker.locker;
                return Ok(Opener { actor: opening.requested_by, is_known, ..unknown });
            }
        }
        Ok(unknown)
    }

    /// Whether the locker was opened, or lost its key, without a known entry or opening.
    fn is_forced(&self, locker: &StoredLocker, opener: &Opener) -> bool {
        let before = locker.sensors();
        let is_explained = opener.is_known && self.report.by.as_ref().is_some_and(|by| locker.explains(by, self.n));
        before.needs_cause(before.reported(self.report.sensors())) && !is_explained
    }

    fn transaction(
        &self,
        store: &Store,
        locker: &StoredLocker,
        (opener, is_forced): (&Opener, bool),
        key_move: Option<&KeyMove>,
        foreign_pin: Option<&Mac>,
    ) -> Result<Transaction, Error> {
        let mut transaction = Transaction::default();
        let newest = AutomatItem::reported_nothing_after(self.n, self.era);
        transaction.check(Part::Automat, AutomatItem::key(self.automat), newest);
        let (metadata, now) = (self.metadata, self.metadata.now);
        let mut update = self.sensed(locker);
        if let Some(key_move) = key_move {
            let fetched = (key_move.event() == Some(EventKind::KeyFetched)).then_some(now);
            update = update.then(LockerItem::whereabouts(&key_move.next)).then(LockerItem::out_at(fetched));
        }
        if is_forced && locker.may_record_forced(now) {
            update = update.then(LockerItem::forced(now));
            transaction.record_of_locker(store, self.automat, locker, EventKind::LockerForced, metadata)?;
        }
        let before = locker.sensors();
        let gains_key = before.gains_key(before.reported(self.report.sensors()));
        if gains_key && locker.key.is_none() && locker.may_record_unexpected(now) {
            update = update.then(LockerItem::unexpected(now));
            transaction.record_of_locker(store, self.automat, locker, EventKind::KeyUnexpected, metadata)?;
        }
        let as_read = locker.same_key().and(locker.as_reported());
        transaction.update(Part::Locker, LockerItem::key(self.automat, locker.locker), update, as_read);
        if let Some(key_move) = key_move {
            key_move.add_to(&mut transaction, foreign_pin, store.retention)?;
            if let Some(kind) = key_move.event() {
                let is_removed = opener.after_removal || key_move.is_without_contract();
                let after_removal = kind == EventKind::KeyFetched && is_removed;
                let metadata = RequestMetadata { actor: opener.actor.clone(), after_removal, ..metadata.clone() };
                transaction.record_of_key(store, &key_move.stored, key_move.contract.as_ref(), kind, &metadata)?;
            }
        }
        Ok(transaction)
    }

    /// Update: the sensor readings, and what follows from the door alone.
    fn sensed(&self, locker: &StoredLocker) -> Update {
        let before = locker.sensors();
        let after = before.reported(self.report.sensors());
        let item_key = LockerItem::key(self.automat, locker.locker);
        let mut update = LockerItem::sense(locker.locker, after, self.n, self.era);
        if before.opens(after) {
            update = update
                .then(LockerItem::watch(&item_key, Some(self.metadata.now.plus_millis(DoorState::LEFT_OPEN_MILLIS))));
        } else if before.closes(after) {
            update = update.then(LockerItem::watch(&item_key, None));
        }
        let taken_from_closed = after.door == DoorState::Closed && before.needs_cause(after);
        if before.closes(after) || taken_from_closed {
            update = update.then(LockerItem::use_up(self.report.by.as_deref(), self.n));
        }
        update
    }
}

impl KeyMove {
    fn event(&self) -> Option<EventKind> {
        match (&self.stored.key.whereabouts, &self.next) {
            (Whereabouts::Inside, Whereabouts::Out { .. }) => Some(EventKind::KeyFetched),
            (Whereabouts::Out { .. }, Whereabouts::Inside) => Some(EventKind::KeyReturned),
            // The first report about this key: it may have been in or out for a long time.
            _ => None,
        }
    }

    /// Whether its contract has been removed, or no longer has the key.
    fn is_without_contract(&self) -> bool {
        self.contract.is_some() && self.contract_item.is_none()
    }

    /// The contract's PIN in the key's automat.
    fn pin(&self) -> Option<&Mac> {
        self.contract_item.as_ref()?.pins.get(&self.stored.key.automat)
    }

    /// The key is written on condition that it is unchanged. Its `rev` is raised, because decisions depend on where
    /// the key is; its `version` is not, because that is for editors.
    fn add_to(
        &self,
        transaction: &mut Transaction,
        foreign_pin: Option<&Mac>,
        retention: Retention,
    ) -> Result<(), Error> {
        let StoredKey { key, rev, .. } = &self.stored;
        let update = KeyItem::locate(&self.next).set("rev", number(rev + 1));
        transaction.update(Part::Key, KeyItem::key(&key.id), update, unchanged(*rev));
        let Some(before) = &self.contract_item else { return Ok(()) };
        let mut after = before.clone();
        if self.next.holder() == Some(&before.contract.id) {
            after.contract.out.insert(key.id.clone());
        } else {
            after.contract.out.remove(&key.id);
        }
        let StoredContract { contract, incarnation, .. } = &after;
        // `rev` protects decisions about the contract's content, which does not change.
        let keep_until = retention.contract_until(contract.range, !contract.out.is_empty());
        let movement = ContractItem::movement(&contract.out, keep_until);
        transaction.update(Part::Contract, ContractItem::key(&contract.id), movement, before.unchanged()?);
        if let Some(pin) = self.pin().filter(|pin| foreign_pin != Some(*pin)) {
            let update = PinItem::movement(&after, &key.automat);
            transaction.update(Part::Pin, PinItem::key(&key.automat, pin), update, PinItem::own(incarnation));
        }
        Ok(())
    }
}
