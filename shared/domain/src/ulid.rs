//! The form of a ULID, the identifier of openings and messages.

use crate::Invalid;

const LENGTH: usize = 26;
const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 26 digits hold 130 bits and a ULID has 128, so the first digit is at most 7.
const GREATEST: &str = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ";

/// Accepts the 26 characters of a ULID in upper case.
pub(crate) fn parse(text: &str) -> Result<String, Invalid> {
    if text.len() > LENGTH {
        return Err(Invalid::TooLong { max: LENGTH });
    }
    let canonical = text.len() == LENGTH && text.chars().all(|c| ALPHABET.contains(c)) && text <= GREATEST;
    if canonical { Ok(text.to_owned()) } else { Err(Invalid::IdCharacters) }
}
