//! The device's reports about its lockers: doors and keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The state of some lockers: of all after every connect, and of one whenever its door or key changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LockersMessage {
    /// A sequence number, higher than that of every earlier message even after a power cut: the larger of the last
    /// number plus one and the milliseconds since 1970 by the device's estimate. Of two messages, the one with the
    /// higher number is newer.
    pub n: u64,
    pub lockers: BTreeMap<u16, LockerState>,
    /// Only in a report of all lockers: the ids of the keys under which the device names codes. An id is the first 4
    /// bytes of HMAC-SHA-256 under the key over `id`, in hexadecimal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub device_keys: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LockerState {
    pub key: bool,
    pub door: Door,
    /// The id of the keypad entry or opening that last opened the locker: it shows who took the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Door {
    Open,
    Closed,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lockers_are_reported_by_index() {
        let state = LockerState { key: true, door: Door::Closed, by: Some("01KB".to_owned()) };
        let lockers = BTreeMap::from([(7, state)]);
        let message = LockersMessage { n: 1_795_521_600_123, lockers, device_keys: Vec::new() };
        let text = json!({"n": 1_795_521_600_123_u64, "lockers": {"7": {"key": true, "door": "closed", "by": "01KB"}}});
        assert_eq!(serde_json::to_value(&message).unwrap(), text);
        assert_eq!(serde_json::from_value::<LockersMessage>(text).unwrap(), message);
    }
}
