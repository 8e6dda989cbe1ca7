//! One line of the journal.

use std::collections::BTreeMap;

use protocol::{AnswerEnd, JournalLine, OpeningReport, SealedPage};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{GuessesLeft, KnownHolder};

/// A change that must survive a power cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Record {
    /// The journal is new: the results of earlier requests are unknown.
    Started {
        /// In seconds since 1970, by the cloud's clock.
        at: i64,
    },
    /// The motor may run from now on.
    Intent { locker: u16, seq: u64, id: String },
    /// The result of a request, with or without an intent before.
    Report { locker: u16, seq: u64, report: OpeningReport },
    /// The shadow has accepted the report of this opening.
    Acknowledged { locker: u16, id: String },
    /// The highest `seq` of a locker whose request is forgotten.
    Highest { locker: u16, seq: u64 },
    /// Locker reports with numbers up to this one may be sent without another record.
    Numbers { up_to: u64 },
    /// What an answer has for the time without the cloud: newer pages by locker, and in its last part the rest.
    Pages {
        #[serde(default, deserialize_with = "nested")]
        pages: BTreeMap<u16, SealedPage>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<AnswerEnd>,
    },
    /// It is not before this time, in seconds since 1970 by the cloud's clock.
    Time { at: i64 },
    /// What was done without the cloud.
    Line {
        #[serde(deserialize_with = "nested")]
        line: JournalLine,
    },
    /// The cloud has all lines up to this one, of the lines with this id. The first of these records begins them.
    Received { journal: String, up_to: u64 },
    /// What forgotten lines say about the key of a locker, besides those that are kept.
    Holder { locker: u16, known: KnownHolder },
    /// A wrong entry without the cloud: what is left of the budget.
    Guesses(GuessesLeft),
}

/// Reads a value by way of JSON. The fields of a tagged enum are otherwise read from a buffer, which does not read the keys
/// of a map as numbers.
fn nested<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<T, D::Error> {
    serde_json::from_value(Value::deserialize(from)?).map_err(D::Error::custom)
}
