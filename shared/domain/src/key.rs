//! A key: where it is, who may have it when, and what may be done with it.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::{
    AutomatId, Calendar, Contract, ContractId, ContractRefusal, ContractState, Entry, Instant, KeyId, LockerIndex,
    MAX_LIVE_CONTRACTS, Property, ReturnCode, TimeRange,
};

/// Whether contracts on a key may overlap in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sharing {
    /// They must not.
    #[default]
    NotShared,
    /// They may.
    Shared,
}

/// Whether a key is in use or on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum KeyState {
    /// In use.
    Active,
    /// Marked for removal: its PINs are dead and nothing can be made on it, while its items are being deleted.
    Removing,
}

/// Where the physical key is, as far as the device has told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// The device has not said yet.
    Unknown,
    /// In its locker.
    Inside,
    /// Fetched, with this contract if it was with one.
    Out {
        /// The contract that it was fetched with.
        contract: Option<ContractId>,
    },
}

impl Whereabouts {
    /// Where a key is that has just been given a locker. One that is out stays out, with whoever has it. Any other is
    /// inside if the locker's sensor sees a key; if it sees none, somebody may be about to put it there.
    #[must_use]
    pub fn given_locker(self, sensed_inside: Option<bool>) -> Self {
        match (self, sensed_inside) {
            (out @ Self::Out { .. }, _) => out,
            (Self::Unknown | Self::Inside, Some(true)) => Self::Inside,
            (Self::Unknown | Self::Inside, Some(false) | None) => Self::Unknown,
        }
    }

    /// The contract that the key is out with, if it is out and with one.
    #[must_use]
    pub fn holder(&self) -> Option<&ContractId> {
        match self {
            Self::Out { contract } => contract.as_ref(),
            Self::Unknown | Self::Inside => None,
        }
    }

    /// Whether the key is overdue with a contract of this range: it is out with that contract after its end.
    #[must_use]
    pub fn is_overdue(&self, contract: &ContractId, range: TimeRange, now: Instant) -> bool {
        self.holder() == Some(contract) && ContractState::of(range, now) == ContractState::Ended
    }

    /// Whether the key is overdue, judged by its calendar. That holds every contract that has not ended, so one which
    /// is not in it has ended, or was removed while the key was out.
    #[must_use]
    pub fn is_overdue_by(&self, calendar: &Calendar, now: Instant) -> bool {
        let Some(holder) = self.holder() else { return false };
        calendar.entry(holder).is_none_or(|entry| self.is_overdue(holder, entry.range, now))
    }

    /// Where a key is once the device has told of its locker. `fetched_with` is the contract of the entry that opened
    /// the locker, if that was to fetch this key.
    #[must_use]
    pub fn sensed(self, inside: bool, fetched_with: Option<ContractId>) -> Self {
        match (self, inside) {
            (_, true) => Self::Inside,
            (Self::Unknown, false) => Self::Out { contract: None },
            (Self::Inside, false) => Self::Out { contract: fetched_with },
            (out @ Self::Out { .. }, false) => out,
        }
    }
}

/// What somebody asks for who adds a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDraft {
    /// Its identifier.
    pub id: KeyId,
    /// The automat it goes into.
    pub automat: AutomatId,
    /// The locker, if not the lowest free one.
    pub locker: Option<LockerIndex>,
    /// Whether its contracts may overlap.
    pub sharing: Sharing,
    /// The code that returns it without a PIN.
    pub return_code: Option<ReturnCode>,
    /// What it opens.
    pub property: Property,
}

/// A key and its calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its identifier.
    pub id: KeyId,
    /// The automat it belongs to, for good.
    pub automat: AutomatId,
    /// Its locker.
    pub locker: LockerIndex,
    /// Whether its contracts may overlap.
    pub sharing: Sharing,
    /// The code that returns it without a PIN.
    pub return_code: Option<ReturnCode>,
    /// What it opens.
    pub property: Property,
    /// In use, or being removed.
    pub state: KeyState,
    /// Where the physical key is.
    pub whereabouts: Whereabouts,
    /// Its live contracts.
    pub calendar: Calendar,
    /// Raised by every edit of the key itself, not by bookings; what an `ETag` shows.
    pub version: u64,
    /// When it was added.
    pub created_at: Instant,
    /// When it was last edited.
    pub updated_at: Instant,
}

/// An edit: what is `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyChange {
    /// Another locker of the same automat.
    pub locker: Option<LockerIndex>,
    /// Whether its contracts may overlap.
    pub sharing: Option<Sharing>,
    /// Another return code, or none.
    pub return_code: Option<Option<ReturnCode>>,
    /// Another property text.
    pub property: Option<Property>,
}

/// A part of a key that an edit may change; events name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum KeyField {
    /// The locker that it belongs in.
    LockerIndex,
    /// Whether its contracts may overlap.
    Shared,
    /// Its return code.
    ReturnCode,
    /// What it opens.
    Property,
}

/// Why a key would not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// It is being removed; in a moment it will be gone.
    #[error("the key is being removed")]
    BeingRemoved,
    /// Contracts overlap, so the key cannot become not shared.
    #[error("contracts on the key overlap, so it must stay shared")]
    ContractsOverlap {
        /// The first pairs that do.
        pairs: Vec<(Entry, Entry)>,
    },
    /// The physical key is out, and nobody said to go on all the same.
    #[error("the key is out of its locker")]
    Out,
}

impl Key {
    /// A refusal names at most so many contracts.
    const MAX_NAMED: usize = 20;

    /// A new key at its place.
    #[must_use]
    pub fn new(draft: KeyDraft, locker: LockerIndex, now: Instant) -> Self {
        let KeyDraft { id, automat, locker: _, sharing, return_code, property } = draft;
        Self {
            id,
            automat,
            locker,
            sharing,
            return_code,
            property,
            state: KeyState::Active,
            whereabouts: Whereabouts::Unknown,
            calendar: Calendar::default(),
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Whether the key is what the draft asks for, so that asking again is no conflict.
    #[must_use]
    pub fn is_as_drafted(&self, draft: &KeyDraft) -> bool {
        self.id == draft.id
            && self.automat == draft.automat
            && draft.locker.is_none_or(|locker| locker == self.locker)
            && self.sharing == draft.sharing
            && self.return_code == draft.return_code
            && self.property == draft.property
    }

    /// The key after an edit. Whether the other locker is free is the automat's to say.
    pub fn edited(&self, change: KeyChange, now: Instant) -> Result<Self, KeyRefusal> {
        self.in_use()?;
        let sharing = change.sharing.unwrap_or(self.sharing);
        let calendar = self.calendar.without_ended(now);
        if sharing == Sharing::NotShared && self.sharing == Sharing::Shared {
            let pairs = calendar.overlapping_pairs(Self::MAX_NAMED);
            if !pairs.is_empty() {
                return Err(KeyRefusal::ContractsOverlap { pairs });
            }
        }
        Ok(Self {
            locker: change.locker.unwrap_or(self.locker),
            sharing,
            return_code: change.return_code.unwrap_or_else(|| self.return_code.clone()),
            property: change.property.unwrap_or_else(|| self.property.clone()),
            calendar,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        })
    }

    /// What differs between this key and its edited self.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<KeyField> {
        let differs = [
            (KeyField::LockerIndex, self.locker != other.locker),
            (KeyField::Shared, self.sharing != other.sharing),
            (KeyField::ReturnCode, self.return_code != other.return_code),
            (KeyField::Property, self.property != other.property),
        ];
        differs.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
    }

    /// Whether the key may be removed. One that is out is not removed without saying so explicitly.
    pub fn removable(&self, force: bool) -> Result<(), KeyRefusal> {
        match self.whereabouts {
            Whereabouts::Out { .. } if !force => Err(KeyRefusal::Out),
            _ => Ok(()),
        }
    }

    /// The calendar with a new contract in it, or with an edited one at its new place.
    ///
    /// This is the rule of the product: on a key that is not shared, no two live contracts share an instant. A contract
    /// that the key is out with has started: moved into the future, it would offer time in which nobody else can fetch it.
    /// (Between a right entry and the key leaving its locker it can still be moved: the key is inside then.)
    pub fn book(&self, contract: &Contract, now: Instant) -> Result<Calendar, ContractRefusal> {
        if self.state == KeyState::Removing {
            return Err(ContractRefusal::KeyBeingRemoved);
        }
        let starts = contract.range.start();
        let is_as_it_was = self.calendar.entry(&contract.id).is_some_and(|entry| entry.range.start() == starts);
        if self.whereabouts.holder() == Some(&contract.id) && starts > now && !is_as_it_was {
            return Err(ContractRefusal::StartsWhileKeyOut);
        }
        let others = self.calendar.without_ended(now).without(&contract.id);
        if contract.range.ended(now) {
            return Ok(others);
        }
        if self.sharing == Sharing::NotShared {
            refuse_overlap(&others, contract.range)?;
        }
        if others.entries().len() >= MAX_LIVE_CONTRACTS {
            return Err(ContractRefusal::TooManyLive);
        }
        Ok(others.with(Entry { contract: contract.id.clone(), range: contract.range }))
    }

    /// The calendar without a contract. While the key is out with it, only when that is said explicitly.
    pub fn cancel(&self, contract: &ContractId, force: bool, now: Instant) -> Result<Calendar, ContractRefusal> {
        if self.state == KeyState::Removing {
            return Err(ContractRefusal::KeyBeingRemoved);
        }
        match &self.whereabouts {
            Whereabouts::Out { contract: Some(holder) } if holder == contract && !force => Err(ContractRefusal::KeyOut),
            _ => Ok(self.calendar.without_ended(now).without(contract)),
        }
    }

    /// When the key is free between two instants. A shared key always is.
    #[must_use]
    pub fn availability(&self, from: Instant, to: Instant) -> Vec<TimeRange> {
        match self.sharing {
            Sharing::NotShared => self.calendar.free_windows(from, to),
            Sharing::Shared => TimeRange::new(from, Some(to)).into_iter().collect(),
        }
    }

    /// Whether it is in use: a key that is being removed refuses whatever is asked of it or of what is on it.
    pub fn in_use(&self) -> Result<(), KeyRefusal> {
        match self.state {
            KeyState::Active => Ok(()),
            KeyState::Removing => Err(KeyRefusal::BeingRemoved),
        }
    }
}

fn refuse_overlap(others: &Calendar, range: TimeRange) -> Result<(), ContractRefusal> {
    let mut conflicts = others.conflicts(range);
    if conflicts.is_empty() {
        return Ok(());
    }
    conflicts.truncate(Key::MAX_NAMED);
    Err(ContractRefusal::Overlap { conflicts, next_free: others.next_free(range) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out_with(n: u64) -> Whereabouts {
        Whereabouts::Out { contract: Some(ContractId::generated(n)) }
    }

    #[test]
    fn a_key_given_a_locker_is_inside_only_when_the_sensor_sees_one() {
        for before in [Whereabouts::Unknown, Whereabouts::Inside] {
            assert_eq!(before.clone().given_locker(Some(true)), Whereabouts::Inside);
            assert_eq!(before.clone().given_locker(Some(false)), Whereabouts::Unknown);
            assert_eq!(before.given_locker(None), Whereabouts::Unknown);
        }
        assert_eq!(out_with(1).given_locker(Some(true)), out_with(1));
    }

    #[test]
    fn a_key_is_overdue_when_it_is_out_with_a_contract_that_has_ended() {
        let at = |millis| Instant::from_millis(millis).unwrap();
        let range = TimeRange::new(at(10), Some(at(20))).unwrap();
        let id = ContractId::generated(1);
        let calendar = Calendar::new(vec![Entry { contract: id.clone(), range }]);
        for (now, overdue) in [(5, false), (19, false), (20, true)] {
            assert_eq!(out_with(1).is_overdue(&id, range, at(now)), overdue, "{now}");
            assert_eq!(out_with(1).is_overdue_by(&calendar, at(now)), overdue, "{now}");
        }
        assert!(out_with(1).is_overdue_by(&Calendar::default(), at(15)), "what has ended leaves the calendar");
        for other in [out_with(2), Whereabouts::Inside, Whereabouts::Unknown, Whereabouts::Out { contract: None }] {
            assert!(!other.is_overdue(&id, range, at(20)), "{other:?}");
        }
        for other in [Whereabouts::Inside, Whereabouts::Unknown, Whereabouts::Out { contract: None }] {
            assert!(!other.is_overdue_by(&Calendar::default(), at(20)), "{other:?}");
        }
    }

    #[test]
    fn a_key_goes_out_with_the_contract_that_fetched_it_and_stays_out_with_it() {
        let by = || Some(ContractId::generated(1));
        assert_eq!(Whereabouts::Inside.sensed(false, by()), out_with(1));
        assert_eq!(Whereabouts::Inside.sensed(false, None), Whereabouts::Out { contract: None });
        assert_eq!(out_with(2).sensed(false, by()), out_with(2));
        assert_eq!(Whereabouts::Unknown.sensed(false, by()), Whereabouts::Out { contract: None });
        for before in [Whereabouts::Unknown, Whereabouts::Inside, out_with(1)] {
            assert_eq!(before.sensed(true, by()), Whereabouts::Inside);
        }
    }
}
