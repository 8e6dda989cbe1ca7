//! The form of a ULID, which openings and messages are named by.

use crate::Invalid;

const LENGTH: usize = 26;
const ALPHABET: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// 26 digits hold 130 bits, a ULID 128: so the first digit is at most 7.
const GREATEST: &str = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ";

/// Takes the 26 characters of a ULID in its canonical spelling.
pub(crate) fn parse(text: &str) -> Result<String, Invalid> {
    if text.len() > LENGTH {
        return Err(Invalid::TooLong { max: LENGTH });
    }
    let canonical = text.len() == LENGTH && text.chars().all(|c| ALPHABET.contains(c)) && text <= GREATEST;
    if canonical { Ok(text.to_owned()) } else { Err(Invalid::IdCharacters) }
}
