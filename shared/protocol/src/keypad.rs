//! The keypad: what the device sends of an entry, and what it is answered.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What was typed, sent by Basic Ingest. The code itself never leaves the device, only its MAC under the automat's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Names the entry, drawn by the device: a ULID.
    pub id: String,
    /// What kind of code it is.
    pub kind: CodeKind,
    /// Its name: the first 16 bytes of HMAC-SHA-256 under the automat's key over `pin 4711` or `return 4711`, in
    /// base 64 for URLs without padding.
    pub code: String,
    /// The same under the automat's other key, while it has two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
    /// When, in seconds since 1970 by the device's estimate.
    pub at: i64,
    /// Which lockers have their key inside, as the device sees it right now.
    pub inside: Inside,
}

/// A kind of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CodeKind {
    /// A contract's PIN.
    Pin,
    /// A key's return code, typed after `*`.
    ReturnCode,
}

impl CodeKind {
    /// What the MAC is made over, in front of the digits.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Pin => "pin ",
            Self::ReturnCode => "return ",
        }
    }
}

/// A set of lockers, written as hexadecimal digits: locker 0 is the lowest bit of the first byte.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Inside(Vec<u8>);

/// The text is not an even number of hexadecimal digits, or is longer than any automat's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InsideForm;

impl Inside {
    const MAX_BYTES: usize = 64;

    /// Whether a locker is in the set.
    #[must_use]
    pub fn has(&self, locker: u16) -> bool {
        self.0.get(usize::from(locker / 8)).is_some_and(|byte| byte >> (locker % 8) & 1 == 1)
    }

    /// Adds a locker of index below 512; a higher one is left out.
    pub fn add(&mut self, locker: u16) {
        let place = usize::from(locker / 8);
        if place < Self::MAX_BYTES {
            self.0.resize(self.0.len().max(place + 1), 0);
            self.0[place] |= 1 << (locker % 8);
        }
    }
}

impl FromIterator<u16> for Inside {
    fn from_iter<I: IntoIterator<Item = u16>>(lockers: I) -> Self {
        let mut inside = Self::default();
        lockers.into_iter().for_each(|locker| inside.add(locker));
        inside
    }
}

impl From<Inside> for String {
    fn from(inside: Inside) -> Self {
        let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
        inside.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }
}

impl TryFrom<String> for Inside {
    type Error = InsideForm;

    fn try_from(text: String) -> Result<Self, InsideForm> {
        if !text.len().is_multiple_of(2)
            || text.len() > 2 * Self::MAX_BYTES
            || !text.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            return Err(InsideForm);
        }
        let byte = |at: usize| text.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        (0..text.len()).step_by(2).map(byte).collect::<Option<Vec<u8>>>().map(Self).ok_or(InsideForm)
    }
}

impl fmt::Display for InsideForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a set of lockers is an even number of hexadecimal digits, at most 128")
    }
}

impl std::error::Error for InsideForm {}

impl fmt::Debug for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries((0..512).filter(|&locker| self.has(locker))).finish()
    }
}

/// The cloud's answer to an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    /// Which entry it answers.
    pub id: String,
    /// What to do.
    #[serde(flatten)]
    pub answer: Answer,
}

/// What to do about an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Answer {
    /// Open this locker.
    Open {
        /// Which.
        locker_index: u16,
        /// What for, to be shown.
        purpose: Purpose,
        /// From when on it must not be acted on, in seconds since 1970.
        expires_at: i64,
    },
    /// Not valid now. The keypad shows no more than that.
    No {
        /// If the keypad is slow after wrong entries: for so many seconds no other entry will be looked at.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seconds: Option<u32>,
    },
    /// The keypad is slow after wrong entries, and this one came too soon: nobody has looked whether it is right.
    Wait {
        /// For so many more seconds no entry will be looked at.
        seconds: u32,
    },
}

/// What a locker is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Purpose {
    /// To take the key.
    Fetch,
    /// To put it back.
    Return,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn sets_of_lockers_keep_what_they_are_told() {
        let inside: Inside = [0, 3, 8, 499, 900].into_iter().collect();
        let text = serde_json::to_value(&inside).unwrap();
        assert_eq!(serde_json::from_value::<Inside>(text).unwrap(), inside);
        let has: Vec<_> = (0..1000).filter(|&locker| inside.has(locker)).collect();
        assert_eq!(has, [0, 3, 8, 499]);
        assert_eq!(serde_json::to_value([0, 3, 8].into_iter().collect::<Inside>()).unwrap(), json!("0901"));
    }

    #[test]
    fn other_texts_are_no_sets() {
        for bad in ["0", "0g", "é", &"00".repeat(65)] {
            assert!(serde_json::from_value::<Inside>(json!(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn answers_say_what_to_do_beside_the_entrys_id() {
        let reply = |answer| serde_json::to_value(Reply { id: "01KB".to_owned(), answer }).unwrap();
        let open = Answer::Open { locker_index: 7, purpose: Purpose::Fetch, expires_at: 1_795_521_610 };
        assert_eq!(
            reply(open),
            json!({"id": "01KB", "answer": "open", "lockerIndex": 7, "purpose": "fetch", "expiresAt": 1_795_521_610})
        );
        assert_eq!(reply(Answer::No { seconds: None }), json!({"id": "01KB", "answer": "no"}));
        assert_eq!(reply(Answer::No { seconds: Some(30) }), json!({"id": "01KB", "answer": "no", "seconds": 30}));
        assert_eq!(reply(Answer::Wait { seconds: 30 }), json!({"id": "01KB", "answer": "wait", "seconds": 30}));
    }

    #[test]
    fn a_refusal_without_seconds_is_read() {
        let reply: Reply = serde_json::from_value(json!({"id": "01KB", "answer": "no"})).unwrap();
        assert_eq!(reply.answer, Answer::No { seconds: None });
    }
}
