//! How the lockers of an automat are arranged, and the numbers on their doors.
//!
//! Devices and programs count lockers from 0 ([`LockerIndex`]). People see the number that is on the door, which
//! [`Layout::number`] alone derives.

use serde::{Deserialize, Serialize};

use crate::{Invalid, LockerCount, LockerIndex};

/// The number of columns of a cabinet: 1 to 50.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns(u16);

/// The number on the first door of a cabinet: 0 to 9,500, so that no door has more than four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FirstNumber(u16);

/// A cabinet as it is built. By default its columns are not known, and its doors are numbered from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Layout {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Columns>,
    /// Whether the doors are numbered down each column instead of along each row. Means nothing without `columns`.
    pub numbered_down: bool,
    pub first_number: FirstNumber,
}

impl Columns {
    pub const MAX: u16 = 50;

    pub fn new(columns: u32) -> Result<Self, Invalid> {
        match u16::try_from(columns) {
            Ok(small) if (1..=Self::MAX).contains(&small) => Ok(Self(small)),
            _ => Err(Invalid::OutOfRange { min: 1, max: u32::from(Self::MAX) }),
        }
    }

    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl FirstNumber {
    pub const MAX: u16 = 9_500;

    pub fn new(number: u32) -> Result<Self, Invalid> {
        match u16::try_from(number) {
            Ok(small) if small <= Self::MAX => Ok(Self(small)),
            _ => Err(Invalid::OutOfRange { min: 0, max: u32::from(Self::MAX) }),
        }
    }

    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl Layout {
    /// The number on the door of a locker.
    #[must_use]
    pub fn number(self, locker: LockerIndex) -> u16 {
        self.first_number.0 + locker.get()
    }

    /// The doors from left to right and from top to bottom. `None` is a gap, below the last door of a column or
    /// where a column has none.
    #[must_use]
    pub fn doors(self, count: LockerCount) -> Vec<Option<LockerIndex>> {
        match self.columns {
            Some(Columns(columns)) if self.numbered_down => {
                let rows = count.get().div_ceil(columns);
                let door = |row, column| LockerIndex::new(u32::from(column * rows + row)).ok();
                let doors = (0..rows).flat_map(|row| (0..columns).map(move |column| door(row, column)));
                doors.map(|door| door.filter(|locker| count.has(*locker))).collect()
            }
            _ => count.indices().map(Some).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn layout(columns: u32, numbered_down: bool, first: u32) -> Layout {
        Layout { columns: Columns::new(columns).ok(), numbered_down, first_number: FirstNumber::new(first).unwrap() }
    }

    fn numbers(layout: Layout, count: u32) -> Vec<Option<u16>> {
        let doors = layout.doors(LockerCount::new(count).unwrap());
        doors.into_iter().map(|door| door.map(|locker| layout.number(locker))).collect()
    }

    #[test]
    fn doors_have_the_numbers_that_are_on_them() {
        assert_eq!(numbers(Layout::default(), 3), [Some(0), Some(1), Some(2)]);
        assert_eq!(numbers(layout(2, false, 101), 3), [Some(101), Some(102), Some(103)]);
        // 1 4 7
        // 2 5 8
        // 3 6
        let down = [Some(1), Some(4), Some(7), Some(2), Some(5), Some(8), Some(3), Some(6), None];
        assert_eq!(numbers(layout(3, true, 1), 8), down);
    }

    #[test]
    fn columns_and_numbers_have_bounds() {
        assert!(Columns::new(0).is_err() && Columns::new(51).is_err() && Columns::new(50).is_ok());
        assert!(FirstNumber::new(9_501).is_err() && FirstNumber::new(65_536).is_err());
        let last = LockerIndex::new(u32::from(LockerCount::MAX) - 1).unwrap();
        assert_eq!(layout(1, false, 9_500).number(last), 9_999);
    }

    proptest! {
        #[test]
        fn each_locker_has_one_door(count in 1_u32..=500, columns in 1_u32..=50, down: bool) {
            let doors = numbers(layout(columns, down, 0), count);
            let mut found: Vec<_> = doors.into_iter().flatten().collect();
            found.sort_unstable();
            prop_assert!(found.into_iter().eq(0..u16::try_from(count).unwrap()));
        }
    }
}
