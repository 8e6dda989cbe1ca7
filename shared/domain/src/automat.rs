//! A key automat: the cabinet, its lockers, and which of them are occupied.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    AddressLine, AutomatId, Connection, ContractRefusal, Health, Instant, Invalid, Layout, LockerIndex, Name, Pin,
    PinDigits, TimeZone,
};

/// The number of lockers of an automat: 1 to 500.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockerCount(u16);

impl LockerCount {
    pub const MAX: u16 = 500;

    pub fn new(count: u32) -> Result<Self, Invalid> {
        match u16::try_from(count) {
            Ok(small) if (1..=Self::MAX).contains(&small) => Ok(Self(small)),
            _ => Err(Invalid::OutOfRange { min: 1, max: u32::from(Self::MAX) }),
        }
    }

    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }

    #[must_use]
    pub fn has(self, locker: LockerIndex) -> bool {
        locker.get() < self.0
    }

    /// Every locker's index, in order.
    pub fn indices(self) -> impl Iterator<Item = LockerIndex> {
        (0..u32::from(self.0)).filter_map(|index| LockerIndex::new(index).ok())
    }
}

/// For how long an automat that has lost its connection still hands out keys: 0 to 168 hours, 24 by default. With 0 it takes keys
/// back, and hands out none.
///
/// It is also how long something that was removed meanwhile may still open a locker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeaseHours(u8);

impl LeaseHours {
    pub const MAX: u8 = 7 * 24;

    pub fn new(hours: u32) -> Result<Self, Invalid> {
        match u8::try_from(hours) {
            Ok(small) if small <= Self::MAX => Ok(Self(small)),
            _ => Err(Invalid::OutOfRange { min: 0, max: u32::from(Self::MAX) }),
        }
    }

    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

impl Default for LeaseHours {
    fn default() -> Self {
        Self(24)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Street and number.
    pub address: AddressLine,
    pub postal_code: AddressLine,
    /// Town.
    pub postal_office: AddressLine,
}

/// An automat to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutomatDraft {
    pub id: AutomatId,
    pub name: Name,
    pub locker_count: LockerCount,
    /// The zone in which its times are shown.
    pub time_zone: TimeZone,
    pub location: Option<Location>,
    /// The number of digits of generated PINs; by default it depends on the number of lockers.
    pub pin_digits: Option<PinDigits>,
    /// The minimum number of digits of a chosen PIN; [`PinDigits::MIN`] by default.
    pub min_chosen_pin_digits: Option<PinDigits>,
    pub lease_hours: LeaseHours,
    pub layout: Layout,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Automat {
    #[serde(rename = "automatId")]
    pub id: AutomatId,
    pub name: Name,
    pub locker_count: LockerCount,
    /// The zone in which its times are shown.
    pub time_zone: TimeZone,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// As configured; [`Automat::pin_digits`] is what applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pin_digits: Option<PinDigits>,
    /// As configured; [`Automat::min_chosen_pin_digits`] is what applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_chosen_pin_digits: Option<PinDigits>,
    pub lease_hours: LeaseHours,
    #[serde(default)]
    pub layout: Layout,
    /// The lockers that have a key. Written with the keys, not with the automat.
    #[serde(skip_serializing, default)]
    pub occupied: BTreeSet<LockerIndex>,
    /// Follows from the automat's last [`Presence`](crate::Presence), which is written on its own.
    #[serde(skip)]
    pub connection: Connection,
    /// By its device's reports, which are written on their own. `None` before the first.
    #[serde(skip)]
    pub health: Option<Health>,
    /// Incremented by every edit; the `ETag` of the automat.
    pub version: u64,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// An edit. `None` leaves a field unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AutomatChange {
    pub name: Option<Name>,
    pub locker_count: Option<LockerCount>,
    pub time_zone: Option<TimeZone>,
    /// `Some(None)` clears it.
    pub location: Option<Option<Location>>,
    /// `Some(None)` restores the default.
    pub pin_digits: Option<Option<PinDigits>>,
    /// `Some(None)` restores the default.
    pub min_chosen_pin_digits: Option<Option<PinDigits>>,
    pub lease_hours: Option<LeaseHours>,
    pub layout: Option<Layout>,
}

/// Why a request on an automat is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AutomatRefusal {
    /// The locker's index is not below the automat's locker count.
    #[error("the automat has only {} lockers", count.get())]
    LockerIndexTooBig { count: LockerCount },
    #[error("locker {locker} has a key already")]
    LockerOccupied { locker: LockerIndex },
    /// Its time zone cannot change: contacts were sent local times of contracts that have not ended.
    #[error("the time zone applies to contracts that have not ended: {count}")]
    HasContracts { count: usize },
    #[error("every locker of the automat has a key")]
    NoFreeLocker,
    /// A smaller automat would lose a locker that has a key.
    #[error("locker {highest} has a key, so the automat needs at least {} lockers", highest.get() + 1)]
    LockersInUse {
        /// The highest locker with a key.
        highest: LockerIndex,
    },
    /// An automat with keys cannot be deleted.
    #[error("the automat still holds {count} keys")]
    HoldsKeys { count: usize },
}

impl Automat {
    /// A new automat with empty lockers.
    #[must_use]
    pub fn new(draft: AutomatDraft, now: Instant) -> Self {
        let AutomatDraft {
            id,
            name,
            locker_count,
            time_zone,
            location,
            pin_digits,
            min_chosen_pin_digits,
            lease_hours,
            layout,
        } = draft;
        Self {
            id,
            name,
            locker_count,
            time_zone,
            location,
            pin_digits,
            min_chosen_pin_digits,
            lease_hours,
            layout,
            occupied: BTreeSet::new(),
            connection: Connection::default(),
            health: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// The number of digits of generated PINs: as configured, or the default for the number of lockers, but never fewer
    /// than chosen PINs must have.
    #[must_use]
    pub fn pin_digits(&self) -> PinDigits {
        let digits = self.pin_digits.unwrap_or_else(|| PinDigits::for_lockers(self.locker_count));
        digits.max(self.min_chosen_pin_digits())
    }

    /// The minimum number of digits of a chosen PIN.
    #[must_use]
    pub fn min_chosen_pin_digits(&self) -> PinDigits {
        self.min_chosen_pin_digits.unwrap_or(PinDigits::MIN)
    }

    /// The number on the door of a locker: what people are shown instead of its index.
    #[must_use]
    pub fn door(&self, locker: LockerIndex) -> u16 {
        self.layout.number(locker)
    }

    /// Checks that a chosen PIN is long enough.
    pub fn check_chosen_pin(&self, pin: &Pin) -> Result<(), ContractRefusal> {
        let min = self.min_chosen_pin_digits();
        if pin.has_at_least(min) { Ok(()) } else { Err(ContractRefusal::PinTooShort { min }) }
    }

    /// Checks that the automat has a locker of this index.
    pub fn check_locker(&self, locker: LockerIndex) -> Result<(), AutomatRefusal> {
        if self.locker_count.has(locker) {
            Ok(())
        } else {
            Err(AutomatRefusal::LockerIndexTooBig { count: self.locker_count })
        }
    }

    /// Chooses the locker for a new key: the requested one, or the lowest free one.
    pub fn choose_locker(&self, wish: Option<LockerIndex>) -> Result<LockerIndex, AutomatRefusal> {
        if let Some(locker) = wish {
            self.check_locker(locker)?;
        }
        match wish {
            Some(locker) if self.occupied.contains(&locker) => Err(AutomatRefusal::LockerOccupied { locker }),
            Some(locker) => Ok(locker),
            None => self
                .locker_count
                .indices()
                .find(|locker| !self.occupied.contains(locker))
                .ok_or(AutomatRefusal::NoFreeLocker),
        }
    }

    /// The automat after an edit.
    pub fn edited(&self, change: AutomatChange, now: Instant) -> Result<Self, AutomatRefusal> {
        let locker_count = change.locker_count.unwrap_or(self.locker_count);
        if let Some(&highest) = self.occupied.last()
            && !locker_count.has(highest)
        {
            return Err(AutomatRefusal::LockersInUse { highest });
        }
        Ok(Self {
            id: self.id.clone(),
            name: change.name.unwrap_or_else(|| self.name.clone()),
            locker_count,
            time_zone: change.time_zone.unwrap_or(self.time_zone),
            location: change.location.unwrap_or_else(|| self.location.clone()),
            pin_digits: change.pin_digits.unwrap_or(self.pin_digits),
            min_chosen_pin_digits: change.min_chosen_pin_digits.unwrap_or(self.min_chosen_pin_digits),
            lease_hours: change.lease_hours.unwrap_or(self.lease_hours),
            layout: change.layout.unwrap_or(self.layout),
            occupied: self.occupied.clone(),
            connection: self.connection,
            health: self.health.clone(),
            version: self.version + 1,
            created_at: self.created_at,
            updated_at: now,
        })
    }

    pub fn check_deletable(&self) -> Result<(), AutomatRefusal> {
        if self.occupied.is_empty() { Ok(()) } else { Err(AutomatRefusal::HoldsKeys { count: self.occupied.len() }) }
    }

    /// Whether an edit changed nothing.
    #[must_use]
    pub fn has_same_settings(&self, other: &Self) -> bool {
        self.name == other.name
            && self.locker_count == other.locker_count
            && self.time_zone == other.time_zone
            && self.location == other.location
            && self.pin_digits == other.pin_digits
            && self.min_chosen_pin_digits == other.min_chosen_pin_digits
            && self.lease_hours == other.lease_hours
            && self.layout == other.layout
    }

    /// Whether the automat is what the draft asks for. Then repeating the request is not a conflict.
    #[must_use]
    pub fn matches_draft(&self, draft: &AutomatDraft) -> bool {
        self.id == draft.id
            && self.name == draft.name
            && self.locker_count == draft.locker_count
            && self.time_zone == draft.time_zone
            && self.location == draft.location
            && self.pin_digits == draft.pin_digits
            && self.min_chosen_pin_digits == draft.min_chosen_pin_digits
            && self.lease_hours == draft.lease_hours
            && self.layout == draft.layout
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn locker(index: u32) -> LockerIndex {
        LockerIndex::new(index).unwrap()
    }

    fn automat(lockers: u32, occupied: &[u32]) -> Automat {
        let draft = AutomatDraft {
            id: AutomatId::parse("lobby").unwrap(),
            name: Name::parse("Lobby").unwrap(),
            locker_count: LockerCount::new(lockers).unwrap(),
            time_zone: TimeZone::parse("Europe/Helsinki").unwrap(),
            location: None,
            pin_digits: None,
            min_chosen_pin_digits: None,
            lease_hours: LeaseHours::default(),
            layout: Layout::default(),
        };
        let occupied = occupied.iter().map(|&index| locker(index)).collect();
        Automat { occupied, ..Automat::new(draft, Instant::from_millis(0).unwrap()) }
    }

    #[test]
    fn a_key_gets_the_requested_or_the_lowest_free_locker() {
        assert_eq!(automat(3, &[0, 2]).choose_locker(None), Ok(locker(1)));
        assert_eq!(automat(3, &[0]).choose_locker(Some(locker(2))), Ok(locker(2)));
        assert_eq!(
            automat(3, &[2]).choose_locker(Some(locker(2))),
            Err(AutomatRefusal::LockerOccupied { locker: locker(2) })
        );
        let three = LockerCount::new(3).unwrap();
        assert_eq!(
            automat(3, &[]).choose_locker(Some(locker(3))),
            Err(AutomatRefusal::LockerIndexTooBig { count: three })
        );
        assert_eq!(automat(2, &[0, 1]).choose_locker(None), Err(AutomatRefusal::NoFreeLocker));
    }

    #[test]
    fn an_automat_does_not_shrink_below_its_keys() {
        let to =
            |count| AutomatChange { locker_count: Some(LockerCount::new(count).unwrap()), ..AutomatChange::default() };
        let now = Instant::from_millis(5).unwrap();
        assert_eq!(automat(9, &[4]).edited(to(4), now), Err(AutomatRefusal::LockersInUse { highest: locker(4) }));
        let edited = automat(9, &[4]).edited(to(5), now).unwrap();
        assert_eq!((edited.locker_count.get(), edited.version, edited.updated_at), (5, 2, now));
    }

    #[test]
    fn generated_pins_have_the_configured_length_or_that_of_chosen_pins() {
        let digits = |number| Some(PinDigits::new(number).unwrap());
        let lengths = |lockers, pin_digits, min_chosen_pin_digits| {
            let automat = Automat { pin_digits, min_chosen_pin_digits, ..automat(lockers, &[]) };
            (automat.pin_digits().get(), automat.min_chosen_pin_digits().get())
        };
        assert_eq!(lengths(50, None, None), (6, 4));
        assert_eq!(lengths(51, None, None), (7, 4));
        assert_eq!(lengths(51, digits(5), None), (5, 4));
        assert_eq!(lengths(51, digits(5), digits(8)), (8, 8));
    }

    #[test]
    fn a_chosen_pin_may_have_to_be_longer_than_four_digits() {
        let check = |min_chosen_pin_digits, pin| {
            let automat = Automat { min_chosen_pin_digits, ..automat(9, &[]) };
            automat.check_chosen_pin(&Pin::parse(pin).unwrap())
        };
        let six = PinDigits::new(6).unwrap();
        assert_eq!(check(None, "4829"), Ok(()));
        assert_eq!(check(Some(six), "482915"), Ok(()));
        assert_eq!(check(Some(six), "48291"), Err(ContractRefusal::PinTooShort { min: six }));
    }

    #[test]
    fn an_automat_with_keys_is_not_deleted() {
        assert_eq!(automat(9, &[4, 5]).check_deletable(), Err(AutomatRefusal::HoldsKeys { count: 2 }));
        assert_eq!(automat(9, &[]).check_deletable(), Ok(()));
    }

    #[test]
    fn locker_counts_are_checked() {
        assert!(LockerCount::new(0).is_err() && LockerCount::new(501).is_err() && LockerCount::new(65_537).is_err());
    }
}
