//! One locker's turn in a telling: its sensors, and with them the key that belongs in it, the PIN that the key is out
//! with, and the record, all in one transaction.

use domain::{Actor, AutomatId, ContractId, EventKind, Instant, KeyState, OpeningId, Retention, Subject, Whereabouts};

use super::LockerTelling;
use crate::codes::Mac;
use crate::items::{
    AutomatItem, ContractItem, EntryItem, ItemKey, KeyItem, LockerItem, OpeningItem, PinItem, StoredContract,
    StoredKey, StoredLocker, number,
};
use crate::race::Race;
use crate::write::{Expression, Outcome, Part, Transaction, present, unchanged};
use crate::{Act, Error, Store};

/// What is told of one locker.
pub(super) struct Turn<'a> {
    pub(super) automat: &'a AutomatId,
    pub(super) told: &'a LockerTelling,
    pub(super) n: u64,
    pub(super) now: Instant,
}

/// A key that changes its place, and the contract that it goes out or comes back with.
struct Passage {
    stored: StoredKey,
    next: Whereabouts,
    contract: Option<ContractId>,
    /// As it stands, if it still does.
    contract_item: Option<StoredContract>,
    actor: Actor,
}

/// What happens to the key that belongs in a locker.
enum Fate {
    /// Nothing, or no key belongs there.
    Stays,
    /// It goes out, or comes back.
    Passes(Box<Passage>),
    /// The key and the locker do not agree that they belong together: somebody is writing them at this moment.
    Torn,
}

impl Turn<'_> {
    pub(super) async fn take(&self, store: &Store, mut locker: StoredLocker) -> Result<(), Error> {
        let mut race = Race::new(&store.random);
        let mut foreign_pin = None;
        while locker.told.is_none_or(|told| told < self.n) {
            if self.attempt(store, &locker, &mut foreign_pin).await? {
                return Ok(());
            }
            race.lost().await?;
            locker = store.stored_locker(self.automat, locker.locker).await?;
        }
        Ok(())
    }

    /// One try over what was read; says whether it was the last one needed.
    async fn attempt(
        &self,
        store: &Store,
        locker: &StoredLocker,
        foreign_pin: &mut Option<Mac>,
    ) -> Result<bool, Error> {
        let passage = match self.fate(store, locker).await? {
            Fate::Stays => None,
            Fate::Passes(passage) => Some(passage),
            Fate::Torn => return Ok(false),
        };
        let transaction = self.transaction(store, locker, passage.as_deref(), foreign_pin.as_ref())?;
        let refused = match transaction.commit(store).await? {
            Outcome::Committed => return Ok(true),
            Outcome::Contended => return Ok(false),
            Outcome::Refused(refused) => refused,
        };
        let part = |wanted| refused.iter().any(|(part, _)| *part == wanted);
        if part(Part::Pin) {
            // Gone, or somebody else's by now. A new PIN that the contract has got meanwhile has another name.
            *foreign_pin = passage.as_deref().and_then(Passage::mac);
        }
        // Refused by the automat: a newer telling of all lockers is there, or the automat is gone.
        Ok(part(Part::Automat))
    }

    async fn fate(&self, store: &Store, locker: &StoredLocker) -> Result<Fate, Error> {
        let before = locker.whereabouts();
        let Some((id, _)) = &locker.key else { return Ok(Fate::Stays) };
        if before.clone().sensed(self.told.key_inside, None) == before {
            return Ok(Fate::Stays);
        }
        let Some(item) = store.get(&KeyItem::key(id)).await? else { return Ok(Fate::Torn) };
        let stored = KeyItem::read(item, &store.codes)?;
        let key = &stored.key;
        if key.state != KeyState::Active || key.automat != *self.automat || key.locker != locker.locker {
            return Ok(Fate::Torn);
        }
        let (actor, fetched_with) = self.cause(store, id).await?;
        let next = key.whereabouts.clone().sensed(self.told.key_inside, fetched_with);
        let contract = next.holder().or(key.whereabouts.holder()).cloned();
        let contract_item = match &contract {
            None => None,
            Some(contract) => {
                let item = store.get(&ContractItem::key(id, contract)).await?;
                item.map(|item| ContractItem::read(item, &store.codes)).transpose()?
            }
        };
        Ok(Fate::Passes(Box::new(Passage { stored, next, contract, contract_item, actor })))
    }

    /// Who opened the locker, and with which contract if it was to fetch its key.
    async fn cause(&self, store: &Store, key: &domain::KeyId) -> Result<(Actor, Option<ContractId>), Error> {
        let device = Actor::automat(self.automat);
        let Some(by) = &self.told.by else { return Ok((device, None)) };
        let entry = EntryItem::key(self.automat, by);
        let opening = OpeningId::parse(by).ok().map(|id| OpeningItem::key(&id));
        let places: Vec<_> = entry.iter().chain(&opening).cloned().collect();
        for item in store.get_all(&places).await? {
            if ItemKey::of(&item) == entry {
                return Ok((device, EntryItem::read(item)?.fetched(key)));
            }
            let opening = OpeningItem::read(item)?.opening;
            if opening.automat == *self.automat {
                return Ok((opening.requested_by, None));
            }
        }
        Ok((device, None))
    }

    fn transaction(
        &self,
        store: &Store,
        locker: &StoredLocker,
        passage: Option<&Passage>,
        foreign_pin: Option<&Mac>,
    ) -> Result<Transaction, Error> {
        let mut transaction = Transaction::default();
        let newest = AutomatItem::told_nothing_after(self.n);
        transaction.check(Part::Automat, AutomatItem::key(self.automat), newest);
        let sensed = LockerItem::sense(locker.locker, self.told.key_inside, self.told.door, self.n)?;
        let update = match passage {
            None => sensed,
            Some(passage) => sensed.then(LockerItem::whereabouts(&passage.next)),
        };
        let as_read = locker.same_key().and(locker.as_told());
        transaction.update(Part::Locker, LockerItem::key(self.automat, locker.locker), update, as_read);
        if let Some(passage) = passage {
            passage.write(&mut transaction, foreign_pin, store.retention);
            self.record(store, &mut transaction, passage)?;
        }
        Ok(transaction)
    }

    fn record(&self, store: &Store, transaction: &mut Transaction, passage: &Passage) -> Result<(), Error> {
        let StoredKey { key, incarnation, .. } = &passage.stored;
        let kind = match (&key.whereabouts, &passage.next) {
            (Whereabouts::Inside, Whereabouts::Out { .. }) => EventKind::KeyFetched,
            (Whereabouts::Out { .. }, Whereabouts::Inside) => EventKind::KeyReturned,
            // The first that we hear of the key: it may have been there, or not, for long.
            _ => return Ok(()),
        };
        let act = Act { actor: passage.actor.clone(), ..Act::of_automat(self.automat, self.now) };
        let subject = Subject {
            automat: key.automat.clone(),
            locker: Some(key.locker),
            key: Some(key.id.clone()),
            contract: passage.contract.clone(),
        };
        transaction.event(&store.event(kind, subject, &act)?, Some(incarnation), store.retention)
    }
}

impl Passage {
    fn mac(&self) -> Option<Mac> {
        self.contract_item.as_ref().map(|stored| stored.pin_mac.clone())
    }

    /// The key is written on condition that nobody has decided anything over it meanwhile, and raises its `rev` since
    /// decisions are made over where it is; not its `version`, which is for those who edit it.
    fn write(&self, transaction: &mut Transaction, foreign_pin: Option<&Mac>, retention: Retention) {
        let StoredKey { key, rev, .. } = &self.stored;
        let raise = Expression::new("SET #rev = :nextRev").value(":nextRev", number(rev + 1));
        let update = KeyItem::locate(&self.next).then(raise);
        transaction.update(Part::Key, KeyItem::key(&key.id), update, unchanged(*rev));
        let Some(StoredContract { contract, pin_mac, .. }) = &self.contract_item else { return };
        let out = self.next.holder() == Some(&contract.id);
        if contract.range.end().is_some() {
            // Its `rev` is for decisions over what it says, which stays as it is.
            let keep = ContractItem::keep(retention.contract_until(contract.range, out));
            transaction.update(Part::Contract, ContractItem::key(&key.id, &contract.id), keep, present());
        }
        if foreign_pin != Some(pin_mac) {
            let update = PinItem::update(&self.stored, &contract.id, contract.range, out);
            let own = PinItem::own(&key.id, &contract.id);
            transaction.update(Part::Pin, PinItem::key(&key.automat, pin_mac), update, own);
        }
    }
}
