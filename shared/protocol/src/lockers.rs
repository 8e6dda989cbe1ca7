//! What the device tells of its lockers: doors and keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Lockers as they are: all of them after every connect, and one whenever its door or key changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LockersMessage {
    /// Above that of every message before, whatever happens to the device: the larger of the last one plus one and the
    /// milliseconds since 1970 by its estimate. Of two messages the one with the higher number is the newer one.
    pub n: u64,
    /// The lockers by index.
    pub lockers: BTreeMap<u16, LockerState>,
    /// When it tells of all lockers: the ids of the keys under which it names codes. The id is the first 4 bytes of
    /// HMAC-SHA-256 under the key over `id`, in hexadecimal digits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub device_keys: Vec<String>,
}

/// A locker as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LockerState {
    /// Whether a key is inside.
    pub key: bool,
    /// Its door.
    pub door: Door,
    /// The keypad entry or the opening that last opened it, so that whoever took the key is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// A locker's door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Door {
    /// Open.
    Open,
    /// Closed.
    Closed,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lockers_are_told_by_index() {
        let state = LockerState { key: true, door: Door::Closed, by: Some("01KB".to_owned()) };
        let lockers = BTreeMap::from([(7, state)]);
        let message = LockersMessage { n: 1_795_521_600_123, lockers, device_keys: Vec::new() };
        let text = json!({"n": 1_795_521_600_123_u64, "lockers": {"7": {"key": true, "door": "closed", "by": "01KB"}}});
        assert_eq!(serde_json::to_value(&message).unwrap(), text);
        assert_eq!(serde_json::from_value::<LockersMessage>(text).unwrap(), message);
    }
}
