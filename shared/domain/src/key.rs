//! A key: where it is, who may have it when, and what may be done with it.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::{
    AutomatId, Calendar, ContractId, ContractState, Entry, Instant, KeyId, LockerIndex, Property, ReturnCode, TimeRange,
};

/// Whether contracts on a key may overlap in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sharing {
    #[default]
    NotShared,
    Shared,
}

impl Sharing {
    #[must_use]
    pub fn of(shared: bool) -> Self {
        if shared { Self::Shared } else { Self::NotShared }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum KeyState {
    Active,
    /// Its PINs do not work any more and nothing can be created on it, while its items are being deleted.
    Removing,
}

/// Where the physical key is, as far as the device has reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whereabouts {
    /// The device has not reported yet.
    Unknown,
    Inside,
    Out {
        /// The contract with which it was fetched, if it was with one.
        contract: Option<ContractId>,
    },
}

impl Whereabouts {
    /// Where a key is after it was assigned a locker. A key that is out stays out, with whoever has it. Any other key
    /// is inside if the locker's sensor detects one. If it detects none, somebody may be about to put it there.
    #[must_use]
    pub fn given_locker(self, sensed_inside: Option<bool>) -> Self {
        match (self, sensed_inside) {
            (out @ Self::Out { .. }, _) => out,
            (Self::Unknown | Self::Inside, Some(true)) => Self::Inside,
            (Self::Unknown | Self::Inside, Some(false) | None) => Self::Unknown,
        }
    }

    /// The contract with which the key is out.
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

    /// Whether the key is overdue, according to its calendar. The calendar has every contract that has not ended, so a
    /// holder that is not in it has ended, or was removed while the key was out.
    #[must_use]
    pub fn is_overdue_by(&self, calendar: &Calendar, now: Instant) -> bool {
        let Some(holder) = self.holder() else { return false };
        calendar.entry(holder).is_none_or(|entry| self.is_overdue(holder, entry.range, now))
    }

    /// Where the key is after the device reported on its locker. `fetched_with` is the contract of the keypad entry
    /// that opened the locker, if it was to fetch this key.
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

/// A key to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDraft {
    pub id: KeyId,
    pub automat: AutomatId,
    /// The lowest free one, if it is left out.
    pub locker: Option<LockerIndex>,
    pub sharing: Sharing,
    /// Returns the key without a PIN.
    pub return_code: Option<ReturnCode>,
    /// What the key opens, such as an address.
    pub property: Property,
}

/// A key and its calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub id: KeyId,
    /// A key never moves to another automat.
    pub automat: AutomatId,
    pub locker: LockerIndex,
    pub sharing: Sharing,
    /// Returns the key without a PIN.
    pub return_code: Option<ReturnCode>,
    /// What the key opens, such as an address.
    pub property: Property,
    pub state: KeyState,
    pub whereabouts: Whereabouts,
    pub calendar: Calendar,
    /// Incremented by every edit of the key itself, but not by bookings; the `ETag` of the key.
    pub version: u64,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// An edit. `None` leaves a field unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyChange {
    /// Another locker of the same automat.
    pub locker: Option<LockerIndex>,
    pub sharing: Option<Sharing>,
    /// `Some(None)` clears it.
    pub return_code: Option<Option<ReturnCode>>,
    pub property: Option<Property>,
}

impl KeyChange {
    /// The edit that makes a key what a draft says. It stays in its locker if the draft leaves that out.
    #[must_use]
    pub fn to(draft: KeyDraft) -> Self {
        Self {
            locker: draft.locker,
            sharing: Some(draft.sharing),
            return_code: Some(draft.return_code),
            property: Some(draft.property),
        }
    }
}

/// A field that an edit may change. Events name the fields that were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum KeyField {
    LockerIndex,
    Shared,
    ReturnCode,
    Property,
}

/// Why a request on a key is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    #[error("the key is being removed")]
    BeingRemoved,
    /// Contracts overlap, so the key must stay shared.
    #[error("contracts on the key overlap, so it must stay shared")]
    ContractsOverlap {
        /// The first overlapping pairs.
        pairs: Vec<(Entry, Entry)>,
    },
    /// The key is out, and the request does not have `force`.
    #[error("the key is out of its locker")]
    Out,
}

impl Key {
    /// The maximum number of contracts, or pairs, that a refusal lists.
    pub(crate) const MAX_NAMED: usize = 20;

    /// A new key in this locker.
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

    /// Whether the key is what the draft asks for. Then repeating the request is not a conflict.
    #[must_use]
    pub fn matches_draft(&self, draft: &KeyDraft) -> bool {
        self.id == draft.id
            && self.automat == draft.automat
            && draft.locker.is_none_or(|locker| locker == self.locker)
            && self.sharing == draft.sharing
            && self.return_code == draft.return_code
            && self.property == draft.property
    }

    /// The key after an edit. Whether the new locker is free is for the automat to check.
    pub fn edited(&self, change: KeyChange, now: Instant) -> Result<Self, KeyRefusal> {
        self.check_active()?;
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

    /// The fields that differ between the two.
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

    /// Checks whether the key may be removed. A key that is out is removed only with `force`.
    pub fn check_removable(&self, force: bool) -> Result<(), KeyRefusal> {
        match self.whereabouts {
            Whereabouts::Out { .. } if !force => Err(KeyRefusal::Out),
            _ => Ok(()),
        }
    }

    /// Checks that the key is not being removed. Such a key refuses every request on it and on its contracts.
    pub fn check_active(&self) -> Result<(), KeyRefusal> {
        match self.state {
            KeyState::Active => Ok(()),
            KeyState::Removing => Err(KeyRefusal::BeingRemoved),
        }
    }
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
        assert!(out_with(1).is_overdue_by(&Calendar::default(), at(15)), "ended contracts are not in the calendar");
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
