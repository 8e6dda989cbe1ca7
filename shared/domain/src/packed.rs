//! The calendar as bytes. It is dense because every booking rewrites it, and writes are most of the cost.
//!
//! ```text
//! packed  = version (1 byte, now 1) entry*
//! entry   = time(start since the entry before, or since 1970) time(length; 0 for permanent) id
//! time    = varint(count << 2 | unit), unit 0: 15 min, 1: 1 min, 2: 1 s, 3: 1 ms, the largest that divides it
//! id      = 0, then the 8 bytes of a generated identifier; or its length in bytes, then its UTF-8
//! varint  = 7 bits a byte, least significant first, the high bit set on all but the last
//! ```
//! A booking on the quarter hour with a generated identifier takes 12 to 13 bytes.

use crate::{Calendar, ContractId, Entry, Instant, TimeRange};

const VERSION: u8 = 1;
/// In milliseconds, by code.
const UNITS: [u64; 4] = [900_000, 60_000, 1_000, 1];

/// The bytes are not a calendar of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored calendar cannot be read")]
pub struct Unreadable;

impl Calendar {
    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        pack(self.entries())
    }

    /// The first entries as bytes: what a locker's item holds of its key's calendar.
    #[must_use]
    pub fn pack_first(&self, count: usize) -> Vec<u8> {
        pack(&self.entries()[..count.min(self.entries().len())])
    }

    /// Reads what [`Calendar::pack`] wrote. Empty input is an empty calendar.
    pub fn unpack(bytes: &[u8]) -> Result<Self, Unreadable> {
        let Some((&version, rest)) = bytes.split_first() else { return Ok(Self::default()) };
        if version != VERSION {
            return Err(Unreadable);
        }
        let mut reader = Reader { bytes: rest, last_start: 0 };
        let mut entries = Vec::new();
        while !reader.bytes.is_empty() {
            entries.push(reader.entry().ok_or(Unreadable)?);
        }
        Ok(Self::new(entries))
    }
}

fn pack(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    let mut last_start = 0;
    for entry in entries {
        let start = entry.range.start().millis();
        push_time(&mut bytes, start - last_start);
        last_start = start;
        push_time(&mut bytes, entry.range.end().map_or(0, |end| end.millis() - start));
        if let Some(bits) = entry.contract.bits() {
            bytes.push(0);
            bytes.extend(bits.to_be_bytes());
        } else {
            let text = entry.contract.as_str().as_bytes();
            push_varint(&mut bytes, text.len() as u64);
            bytes.extend(text);
        }
    }
    bytes
}

fn push_time(bytes: &mut Vec<u8>, millis: i64) {
    let millis = millis.unsigned_abs();
    let unit = UNITS.iter().position(|unit| millis.is_multiple_of(*unit)).unwrap_or(UNITS.len() - 1);
    push_varint(bytes, ((millis / UNITS[unit]) << 2) | unit as u64);
}

fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    bytes.push(value.to_le_bytes()[0]);
}

struct Reader<'a> {
    bytes: &'a [u8],
    last_start: i64,
}

impl<'a> Reader<'a> {
    fn entry(&mut self) -> Option<Entry> {
        let start = self.last_start.checked_add(self.time()?)?;
        let length = self.time()?;
        self.last_start = start;
        let end = if length == 0 { None } else { Some(Instant::from_millis(start.checked_add(length)?)?) };
        let range = TimeRange::new(Instant::from_millis(start)?, end)?;
        let contract = match self.varint()? {
            0 => ContractId::generated(u64::from_be_bytes(self.take(8)?.try_into().ok()?)),
            length => {
                let text = self.take(usize::try_from(length).ok()?)?;
                ContractId::parse(std::str::from_utf8(text).ok()?).ok()?
            }
        };
        Some(Entry { contract, range })
    }

    fn time(&mut self) -> Option<i64> {
        let value = self.varint()?;
        let unit = UNITS[(value & 3) as usize];
        i64::try_from((value >> 2).checked_mul(unit)?).ok()
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for index in 0..9 {
            let byte = *self.take(1)?.first()?;
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::MAX_LIVE_CONTRACTS;

    fn entries() -> impl Strategy<Value = Entry> {
        let unit = prop::sample::select(UNITS.to_vec());
        let id = prop_oneof![
            any::<u64>().prop_map(ContractId::generated),
            "[A-Za-z0-9ä][A-Za-z0-9_.-]{0,30}".prop_map(|text| ContractId::parse(&text).unwrap())
        ];
        (id, unit, 0..4_000_000_i64, prop::option::of(1..90_000_i64)).prop_map(|(contract, unit, start, length)| {
            let unit = i64::try_from(unit).unwrap();
            let at = |count: i64| Instant::from_millis(count * unit).unwrap();
            Entry { contract, range: TimeRange::new(at(start), length.map(|length| at(start + length))).unwrap() }
        })
    }

    proptest! {
        #[test]
        fn packing_and_unpacking_returns_the_calendar(entries in prop::collection::vec(entries(), 0..40)) {
            let calendar = Calendar::new(entries);
            prop_assert_eq!(Calendar::unpack(&calendar.pack()), Ok(calendar));
        }

        #[test]
        fn unpacking_never_panics(bytes: Vec<u8>) {
            let _ = Calendar::unpack(&bytes);
            let _ = Calendar::unpack(&[&[VERSION], bytes.as_slice()].concat());
        }
    }

    fn nightly_bookings(id: impl Fn(u64) -> ContractId) -> Calendar {
        let midnight = 1_800_000_000_000_i64 / 86_400_000 * 86_400_000;
        let entry = |day: u64| {
            let start = Instant::from_millis(midnight + day.cast_signed() * 86_400_000).unwrap();
            Entry { contract: id(day), range: TimeRange::new(start, Some(start.plus_millis(72_000_000))).unwrap() }
        };
        Calendar::new((0..MAX_LIVE_CONTRACTS as u64).map(entry).collect())
    }

    #[test]
    fn a_full_calendar_of_ordinary_bookings_takes_13_bytes_each() {
        let packed = nightly_bookings(|day| ContractId::generated(day << 40)).pack();
        assert!(packed.len() <= 13 * MAX_LIVE_CONTRACTS + 8, "{} bytes", packed.len());
    }

    #[test]
    fn a_full_calendar_of_the_longest_identifiers_fits_in_one_item_of_400_kb() {
        let packed = nightly_bookings(|day| ContractId::parse(&format!("{day:ä>64}")).unwrap()).pack();
        assert!(packed.len() < 350_000, "{} bytes", packed.len());
    }

    #[test]
    fn an_unknown_version_is_refused_and_no_bytes_are_an_empty_calendar() {
        assert_eq!(Calendar::unpack(&[VERSION + 1]), Err(Unreadable));
        assert_eq!(Calendar::unpack(&[]), Ok(Calendar::default()));
    }
}
