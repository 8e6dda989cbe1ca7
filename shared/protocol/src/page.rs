//! The contents of what is sealed: a locker's page, and the lease. Both are CBOR (RFC 8949), in arrays.

use std::fmt;

use minicbor::bytes::ByteArray;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::ThingName;

/// Who may open a locker without the cloud.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Page {
    /// Of the return code of the locker's key.
    #[n(0)]
    pub return_code: Option<Verifier>,
    /// The contract that the key is out with, if it is and that is known.
    #[n(1)]
    pub holder: Option<Handle>,
    /// The schedules of the entries.
    #[n(2)]
    pub schedules: Vec<Windows>,
    #[n(3)]
    pub entries: Vec<PageEntry>,
}

/// The PIN of one contract. 30 bytes with a schedule or an end, 25 without.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PageEntry {
    #[n(0)]
    pub verifier: Verifier,
    #[n(1)]
    pub handle: Handle,
    /// The contract's start in seconds since 1970, rounded up.
    #[n(2)]
    pub start: u32,
    /// Its end, rounded down; `None` for a permanent contract.
    #[n(3)]
    pub end: Option<u32>,
    /// The position of its schedule in [`Page::schedules`]; `None` if it has none.
    #[n(4)]
    pub schedule: Option<u16>,
}

/// Weekly windows of a schedule: each from its first minute until before its last, counted from Monday 00:00 by the clock on the
/// wall. A window that goes over the end of the week is two.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Windows(#[n(0)] pub Vec<(u16, u16)>);

impl Windows {
    /// Minutes of a week.
    const WEEK: i64 = 7 * 24 * 60;
    /// 1 January 1970 was a Thursday.
    const EPOCH: i64 = 3 * 24 * 60;

    /// Whether a local time, in seconds since 1970 by the clock on the wall, is in one of the windows.
    #[must_use]
    pub fn contain(&self, local: i64) -> bool {
        let minute = local.div_euclid(60).saturating_add(Self::EPOCH).rem_euclid(Self::WEEK);
        self.0.iter().any(|&(from, to)| (i64::from(from)..i64::from(to)).contains(&minute))
    }
}

/// Until when an automat may fetch keys without the cloud, with the pages that it had when the lease was made.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Lease {
    /// In seconds since 1970.
    #[n(0)]
    pub issued: u32,
    /// In seconds since 1970.
    #[n(1)]
    pub until: u32,
    /// The first 8 bytes of SHA-256 over [`PageVersions::bytes`](crate::PageVersions::bytes) of all pages.
    #[n(2)]
    pub root: ByteArray<8>,
    /// How far the clock on the wall is ahead of UTC, in seconds, while the lease lasts.
    #[n(3)]
    pub offset: i32,
    /// The next change of that until the end of the lease.
    #[n(4)]
    pub change: Option<OffsetChange>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OffsetChange {
    /// In seconds since 1970.
    #[n(0)]
    pub at: u32,
    #[n(1)]
    pub offset: i32,
}

impl Lease {
    /// The time of the clock on the wall, in seconds since 1970, at a time in seconds since 1970.
    #[must_use]
    pub fn local(&self, at: i64) -> i64 {
        let changed = self.change.filter(|change| i64::from(change.at) <= at);
        at.saturating_add(i64::from(changed.map_or(self.offset, |change| change.offset)))
    }
}

/// What a typed code is compared with.
///
/// For a return code, the first 8 bytes of its name. For a PIN, of scrypt over its name (see `docs/device-protocol.md`), so that
/// whoever reads an automat's memory does not have its PINs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Verifier(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 8],
);

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(…)")
    }
}

/// Names a contract in pages and in the journal: the last 8 bytes of its incarnation, a ULID. In JSON, 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cbor(transparent)]
pub struct Handle(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub [u8; 8],
);

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The text is not 16 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandleForm;

impl fmt::Display for HandleForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a handle must be 16 hexadecimal digits")
    }
}

impl std::error::Error for HandleForm {}

impl TryFrom<String> for Handle {
    type Error = HandleForm;

    fn try_from(text: String) -> Result<Self, HandleForm> {
        if text.len() != 16 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(HandleForm);
        }
        u64::from_str_radix(&text, 16).map(|number| Self(number.to_be_bytes())).map_err(|_| HandleForm)
    }
}

impl From<Handle> for String {
    fn from(handle: Handle) -> Self {
        handle.to_string()
    }
}

impl Page {
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// `None` if these are not the bytes of a page.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        minicbor::decode(bytes).ok()
    }

    /// What a sealed page is bound to: it does not open for another thing, locker or version.
    #[must_use]
    pub fn associated_data(thing: &ThingName, locker: u16, version: u32) -> String {
        format!("page {thing} {locker} {version}")
    }
}

impl Lease {
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// `None` if these are not the bytes of a lease.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        minicbor::decode(bytes).ok()
    }

    /// What a sealed lease is bound to.
    #[must_use]
    pub fn associated_data(thing: &ThingName) -> String {
        format!("lease {thing}")
    }
}

/// What is signed with the device key, by HMAC-SHA-256, to get the key that pages and leases are sealed under.
pub const SEALING_KEY: &str = "seal pages, AES-256-GCM";

fn encode(value: &impl Encode<()>) -> Vec<u8> {
    // Writing to a vector cannot fail.
    minicbor::to_vec(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        let entry = |byte, end, schedule| PageEntry {
            verifier: Verifier([byte; 8]),
            handle: Handle([byte; 8]),
            start: 1_795_521_600,
            end,
            schedule,
        };
        Page {
            return_code: Some(Verifier([9; 8])),
            holder: Some(Handle([1; 8])),
            schedules: vec![Windows(vec![(480, 1_020)])],
            entries: vec![entry(1, Some(1_795_525_200), Some(0)), entry(2, None, None)],
        }
    }

    #[test]
    fn a_page_is_small_and_is_read_again() {
        let bytes = page().encode();
        assert_eq!(Page::decode(&bytes), Some(page()));
        assert_eq!(Page::decode(&bytes[1..]), None);
        let entry = &page().entries[0];
        assert_eq!(minicbor::to_vec(entry).unwrap().len(), 30);
        assert!(!format!("{:?}", page()).contains("[9, 9"));
    }

    #[test]
    fn the_clock_on_the_wall_changes_while_a_lease_lasts() {
        let change = Some(OffsetChange { at: 1_000, offset: 7_200 });
        let lease = Lease { issued: 0, until: 2_000, root: [1; 8].into(), offset: 10_800, change };
        assert_eq!((lease.local(999), lease.local(1_000)), (11_799, 8_200));
        assert_eq!(Lease::decode(&lease.encode()), Some(lease));
    }

    #[test]
    fn windows_are_minutes_of_a_week_that_begins_on_monday() {
        let windows = Windows(vec![(0, 60), (9 * 60, 17 * 60)]);
        // 1970-01-05 was a Monday.
        let monday = 4 * 86_400;
        for (at, is_in) in [(monday - 1, false), (monday, true), (monday + 3_599, true), (monday + 3_600, false)] {
            assert_eq!(windows.contain(at), is_in, "{at}");
        }
        assert!(windows.contain(monday + 7 * 86_400 + 9 * 3_600) && !windows.contain(monday + 17 * 3_600));
    }

    #[test]
    fn a_handle_is_sixteen_digits() {
        let handle = Handle([0, 1, 2, 3, 4, 5, 6, 255]);
        assert_eq!(serde_json::to_value(handle).unwrap(), "00010203040506ff");
        assert_eq!(Handle::try_from("00010203040506ff".to_owned()), Ok(handle));
        for text in ["", "00010203040506f", "00010203040506fg", "+0010203040506ff"] {
            assert_eq!(Handle::try_from(text.to_owned()), Err(HandleForm), "{text}");
        }
    }
}
