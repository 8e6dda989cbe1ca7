//! Booking: whether the keys of a contract are free for it. It gets all of them or none.

use crate::{
    Calendar, Contract, ContractId, ContractRefusal, Entry, Instant, Key, KeyId, KeyState, MAX_LIVE_CONTRACTS, Sharing,
    TimeRange, Whereabouts,
};

/// A contract that has a key at a time at which another contract should have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub key: KeyId,
    pub entry: Entry,
}

impl Contract {
    /// The calendars of these keys after booking a new contract, or an edited one at its new time; in the order of the
    /// keys.
    ///
    /// This is the main rule of the product: on a key that is not shared, no two live contracts overlap. A contract
    /// that a key is out with has started: moved into the future, it would offer a time in which nobody else can
    /// fetch the key. (Between a correct PIN and the key leaving its locker it can still be moved, since the key is
    /// inside then.)
    pub fn book(&self, keys: &[&Key], now: Instant) -> Result<Vec<Calendar>, ContractRefusal> {
        let others = keys.iter().map(|key| self.others_on(key, now)).collect::<Result<Vec<_>, _>>()?;
        if self.range.has_ended(now) {
            return Ok(others);
        }
        self.refuse_overlap(keys, &others)?;
        let booked = |(key, others): (&&Key, Calendar)| {
            if others.entries().len() >= MAX_LIVE_CONTRACTS {
                return Err(ContractRefusal::TooManyLive { key: key.id.clone() });
            }
            Ok(others.with(Entry { contract: self.id.clone(), range: self.range }))
        };
        keys.iter().zip(others).map(booked).collect()
    }

    /// The contracts that have not ended and that the key is also booked for.
    fn others_on(&self, key: &Key, now: Instant) -> Result<Calendar, ContractRefusal> {
        key.check_bookable()?;
        let starts = self.range.start();
        let is_as_it_was = key.calendar.entry(&self.id).is_some_and(|entry| entry.range.start() == starts);
        if key.whereabouts.holder() == Some(&self.id) && starts > now && !is_as_it_was {
            return Err(ContractRefusal::StartsWhileKeyOut { key: key.id.clone() });
        }
        Ok(key.calendar.others(&self.id, now))
    }

    fn refuse_overlap(&self, keys: &[&Key], others: &[Calendar]) -> Result<(), ContractRefusal> {
        let not_shared = || keys.iter().zip(others).filter(|(key, _)| key.sharing == Sharing::NotShared);
        let conflicts_on = |(key, others): (&&Key, &Calendar)| {
            let conflict = |entry| Conflict { key: key.id.clone(), entry };
            others.conflicts(self.range).into_iter().map(conflict).collect::<Vec<_>>()
        };
        let mut conflicts: Vec<_> = not_shared().flat_map(conflicts_on).collect();
        if conflicts.is_empty() {
            return Ok(());
        }
        conflicts.truncate(Key::MAX_NAMED);
        let all = Calendar::merged(not_shared().map(|(_, others)| others));
        Err(ContractRefusal::Overlap { conflicts, next_free: all.next_free(self.range) })
    }
}

impl Key {
    /// The calendar without a contract. If the key is out with it, `force` is required.
    pub fn cancel(&self, contract: &ContractId, force: bool, now: Instant) -> Result<Calendar, ContractRefusal> {
        self.check_bookable()?;
        match &self.whereabouts {
            Whereabouts::Out { contract: Some(holder) } if holder == contract && !force => {
                Err(ContractRefusal::KeyOut { key: self.id.clone() })
            }
            _ => Ok(self.calendar.others(contract, now)),
        }
    }

    fn check_bookable(&self) -> Result<(), ContractRefusal> {
        match self.state {
            KeyState::Active => Ok(()),
            KeyState::Removing => Err(ContractRefusal::KeyBeingRemoved { key: self.id.clone() }),
        }
    }
}

/// When all of these keys are free between two instants. A shared key always is.
#[must_use]
pub fn availability<'k>(keys: impl IntoIterator<Item = &'k Key>, from: Instant, to: Instant) -> Vec<TimeRange> {
    let not_shared = keys.into_iter().filter(|key| key.sharing == Sharing::NotShared);
    Calendar::merged(not_shared.map(|key| &key.calendar)).free_windows(from, to)
}
