//! What a device did without the cloud, reported afterwards, in order and once.

use serde::{Deserialize, Serialize};

use crate::{CodeKind, Handle, LockersMessage};

/// Lines of the device's journal, the oldest first. Sent by Basic Ingest, one message at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalMessage {
    /// Random for each new journal: its lines are numbered from 1.
    pub journal: String,
    pub lines: Vec<JournalLine>,
}

/// The cloud's answer: it has recorded all lines up to this one. If a line before them is missing, it is lower than asked
/// for, and the device sends from there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalReceipt {
    pub journal: String,
    pub up_to: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalLine {
    /// Its number: one more than the line before has.
    pub j: u64,
    pub at: Times,
    pub what: JournalFact,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum JournalFact {
    /// A code was accepted. Written before the first motor ran.
    Entry(OfflineEntry),
    /// A code was not known. The cloud counts it with those that it has seen itself.
    WrongEntry(CodeKind),
    /// Doors and keys, as in a report.
    Lockers(LockersMessage),
}

/// A code that the device accepted by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfflineEntry {
    /// The entry's id. An entry may have been sent to the cloud under it as well.
    pub id: String,
    pub kind: CodeKind,
    /// The contract of a PIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<Handle>,
    /// The lockers that it may open to fetch a key, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fetch: Vec<u16>,
    /// The lockers that it may open to return a key, in this order.
    #[serde(default, rename = "return", skip_serializing_if = "Vec::is_empty")]
    pub give_back: Vec<u16>,
}

/// Between which times something happened, both in seconds since 1970 by the cloud's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Not before this time.
    pub from: i64,
    /// Not after it. `None`: the device has lost power since it last knew the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_says_when_and_what() {
        let lines = json!([
            {"j": 1, "at": {"from": 1_795_521_590, "to": 1_795_521_601},
             "what": {"entry": {"id": "01KB", "kind": "pin", "contract": "0102030405060708", "fetch": [9], "return": [7]}}},
            {"j": 2, "at": {"from": 1_795_521_590},
             "what": {"lockers": {"n": 1_795_521_600_123_u64, "lockers": {"7": {"key": true, "door": "closed", "by": "01KB"}}}}},
            {"j": 3, "at": {"from": 1_795_521_590}, "what": {"wrongEntry": "returnCode"}},
        ]);
        let message = json!({"journal": "f81c", "lines": lines});
        let read: JournalMessage = serde_json::from_value(message.clone()).unwrap();
        assert_eq!(read.lines[0].at, Times { from: 1_795_521_590, to: Some(1_795_521_601) });
        assert!(
            matches!(&read.lines[0].what, JournalFact::Entry(entry) if entry.fetch == [9] && entry.give_back == [7])
        );
        assert!(matches!(&read.lines[1].what, JournalFact::Lockers(report) if report.lockers.len() == 1));
        assert_eq!(serde_json::to_value(&read).unwrap(), message);
    }
}
