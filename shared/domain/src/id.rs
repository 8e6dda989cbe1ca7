//! Identifiers. People choose them, and they are stored as written, except for Unicode normalization (NFC), so that one
//! spelling is one identifier.

use serde::{Deserialize, Serialize};
use std::fmt;

use smol_str::SmolStr;
use unicode_normalization::UnicodeNormalization as _;

use crate::Invalid;

const MAX_CHARACTERS: usize = 64;
/// The last segment of `POST /v1/contracts/preview`.
const RESERVED_CONTRACT: &str = "preview";
/// In UTF-8. A calendar with 2,000 of them still fits in one item.
const MAX_CONTRACT_BYTES: usize = 128;
/// Crockford's base 32 in lower case: it has no letter that looks like a digit.
const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// The value of each digit; [`NO_DIGIT`] for every other byte.
const BASE32_VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value: u8 = 0;
    while (value as usize) < BASE32.len() {
        values[BASE32[value as usize] as usize] = value;
        value += 1;
    }
    values
};
const NO_DIGIT: u8 = u8::MAX;
/// 13 characters of 5 bits hold 64 bits.
const GENERATED_LENGTH: usize = 13;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $letter:expr, $max_bytes:expr, $reserved:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(SmolStr);

        impl $name {
            /// Accepts 1 to 64 letters, digits, `_`, `.` or `-`, beginning with a letter or digit.
            pub fn parse(text: &str) -> Result<Self, Invalid> {
                parse(text, $letter, $max_bytes, $reserved).map(Self)
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier!(
    /// An automat's identifier. ASCII only, since it also names a thing in AWS IoT Core.
    AutomatId, |c| c.is_ascii_alphanumeric(), usize::MAX, None
);
identifier!(
    /// A key's identifier, unique in the stack; letters of any script.
    KeyId, char::is_alphanumeric, usize::MAX, None
);
identifier!(
    /// A contract's identifier, unique in the stack: the client's own reference, or generated. `preview` is reserved.
    ContractId, char::is_alphanumeric, MAX_CONTRACT_BYTES, Some(RESERVED_CONTRACT)
);

fn parse(text: &str, letter: fn(char) -> bool, max_bytes: usize, reserved: Option<&str>) -> Result<SmolStr, Invalid> {
    let text = if text.is_ascii() { SmolStr::new(text) } else { text.nfc().collect() };
    if text.chars().count() > MAX_CHARACTERS || text.len() > max_bytes {
        return Err(Invalid::TooLong { max: MAX_CHARACTERS });
    }
    let mut characters = text.chars();
    match characters.next() {
        None => Err(Invalid::Empty),
        Some(_) if reserved == Some(text.as_str()) => Err(Invalid::IdReserved),
        Some(first) if !letter(first) => Err(Invalid::IdCharacters),
        Some(_) if characters.all(|c| letter(c) || matches!(c, '_' | '.' | '-')) => Ok(text),
        Some(_) => Err(Invalid::IdCharacters),
    }
}

impl ContractId {
    /// An identifier made of 64 random bits, for a client that did not choose one.
    #[must_use]
    pub fn generated(bits: u64) -> Self {
        let digit = |index: usize| char::from(BASE32[(bits >> (5 * index) & 31) as usize]);
        Self((0..GENERATED_LENGTH).rev().map(digit).collect())
    }

    /// The 64 bits of a generated identifier, which pack into 8 bytes; `None` for any other text.
    pub(crate) fn bits(&self) -> Option<u64> {
        if self.0.len() != GENERATED_LENGTH {
            return None;
        }
        let bits = self.0.bytes().try_fold(0_u128, |bits, byte| {
            let digit = BASE32_VALUES[usize::from(byte)];
            (digit != NO_DIGIT).then_some(bits << 5 | u128::from(digit))
        })?;
        u64::try_from(bits).ok()
    }
}

/// A locker's number in its automat, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "u32")]
pub struct LockerIndex(u16);

impl LockerIndex {
    /// Accepts 0 to 499. Whether the automat has this locker is for
    /// [`Automat::check_locker`](crate::Automat::check_locker).
    pub fn new(index: u32) -> Result<Self, Invalid> {
        let max = u32::from(crate::LockerCount::MAX) - 1;
        match u16::try_from(index) {
            Ok(small) if index <= max => Ok(Self(small)),
            _ => Err(Invalid::OutOfRange { min: 0, max }),
        }
    }

    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u32> for LockerIndex {
    type Error = Invalid;

    fn try_from(index: u32) -> Result<Self, Invalid> {
        Self::new(index)
    }
}

impl fmt::Display for LockerIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_contract_cannot_have_the_id_of_a_route() {
        assert_eq!(ContractId::parse("preview"), Err(Invalid::IdReserved));
        assert!(ContractId::parse("Preview").is_ok() && ContractId::parse("preview-1").is_ok());
        assert!(KeyId::parse("preview").is_ok() && AutomatId::parse("preview").is_ok());
    }

    #[test]
    fn key_ids_accept_letters_of_any_script_and_automat_ids_do_not() {
        assert!(KeyId::parse("Äänekoski-12.b_3").is_ok());
        assert!(KeyId::parse("鍵7").is_ok());
        assert_eq!(AutomatId::parse("Äänekoski"), Err(Invalid::IdCharacters));
    }

    #[test]
    fn identifiers_are_normalized() {
        assert_eq!(KeyId::parse("caf\u{e9}"), KeyId::parse("cafe\u{301}"));
    }

    #[test]
    fn identifiers_refuse_what_would_break_a_path_or_a_sort_key() {
        for bad in ["-a", ".", "..", "_x", "a b", "a/b", "a#b", "a%2Fb", "a\u{0}"] {
            assert_eq!(KeyId::parse(bad), Err(Invalid::IdCharacters), "{bad:?}");
        }
        assert_eq!(KeyId::parse(""), Err(Invalid::Empty));
        assert!(KeyId::parse(&"k".repeat(64)).is_ok());
        assert_eq!(KeyId::parse(&"k".repeat(65)), Err(Invalid::TooLong { max: 64 }));
        assert_eq!(ContractId::parse(&"鍵".repeat(43)), Err(Invalid::TooLong { max: 64 }));
    }

    #[test]
    fn locker_indices_stop_where_the_largest_automat_does() {
        assert_eq!(LockerIndex::new(499).map(LockerIndex::get), Ok(499));
        assert_eq!(LockerIndex::new(500), Err(Invalid::OutOfRange { min: 0, max: 499 }));
    }

    proptest! {
        #[test]
        fn generated_contract_ids_are_well_formed_and_keep_their_bits(bits: u64) {
            let id = ContractId::generated(bits);
            prop_assert_eq!(ContractId::parse(id.as_str()), Ok(id.clone()));
            prop_assert_eq!(id.bits(), Some(bits));
        }

        #[test]
        fn only_generated_identifiers_have_bits(text in "[0-9a-z]{13}") {
            let id = ContractId::parse(&text).unwrap();
            if let Some(bits) = id.bits() {
                prop_assert_eq!(ContractId::generated(bits), id);
            }
        }
    }
}
