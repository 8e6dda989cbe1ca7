//! What is left of the budget of wrong entries, as it survives a power cut: in durations, because nobody knows how long the
//! power was away.

use serde::{Deserialize, Serialize};

use crate::clock::Millis;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GuessesLeft {
    /// How long until the budget is full again.
    pub full_in: Millis,
    /// How long until the last wrong entry no longer makes the keypad slow.
    pub forgiven_in: Millis,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow: Option<SlowLeft>,
}

/// The pace of a slow keypad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlowLeft {
    /// How long the latest wrong entry made the next one wait.
    pub wait: Millis,
    /// How long until the next entry is checked.
    pub next_in: Millis,
}
