//! The device's report about itself: power, cover, movement, temperature, firmware, clock and journal.
//!
//! A message of its own (ADR 0055). Everything but `n` is optional: a device reports what it can measure.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// Outside of this range, in °C, an automat is too cold or too hot. A device reports at once when it leaves the range
/// or comes back into it. The reasons for these limits are in ADR 0055.
pub const TEMPERATURES: RangeInclusive<i16> = -10..=50;
/// Below this many percent, a battery is low. Crossing it is reported at once.
pub const BATTERY_LOW: u8 = 20;
/// Above this share of its room, in percent, a journal is nearly full. Crossing it is reported at once.
pub const JOURNAL_NEARLY_FULL: u8 = 80;
/// The most characters of a firmware's version.
pub const FIRMWARE_LENGTH: usize = 32;

/// All that the device knows about itself: after every connect, when something changes, and once a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthMessage {
    /// As [`LockersMessage::n`](crate::LockersMessage::n). Of two messages, the one with the higher number is newer.
    pub n: u64,
    #[serde(flatten)]
    pub readings: Readings,
    /// The version of the device's software: 1 to [`FIRMWARE_LENGTH`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockQuality>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<JournalRoom>,
}

/// What sensors say about the cabinet itself. `None`: it has no such sensor, or no reading of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Readings {
    /// Whether it has power from the mains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mains: Option<bool>,
    /// The charge of its battery, 0 to 100 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery: Option<u8>,
    /// The cover over its electronics. Not called `case`, because that is a keyword of AWS IoT SQL
    /// (<https://docs.aws.amazon.com/iot/latest/developerguide/iot-sql-case.html>).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Cover>,
    /// Whether the cabinet is being moved, shaken or tilted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<bool>,
    /// Inside the cabinet, in °C.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<i16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Cover {
    Open,
    Closed,
}

/// How well the device knows the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ClockQuality {
    /// The cloud said it on this connection, less than a day ago.
    Cloud,
    /// Counted for longer than that since the cloud said it.
    Counter,
    /// Unknown since a power cut.
    None,
}

/// How full the journal of what was done without the cloud is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JournalRoom {
    /// The lines that the cloud may not have.
    pub lines: u32,
    /// How many lines there is room for; at least 1.
    pub room: u32,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_device_reports_what_it_has() {
        let readings = Readings {
            mains: Some(true),
            battery: Some(87),
            cover: Some(Cover::Closed),
            moved: Some(false),
            temperature: Some(-21),
        };
        let all = HealthMessage {
            n: 1_795_521_600_123,
            readings,
            firmware: Some("1.4.2".to_owned()),
            clock: Some(ClockQuality::Cloud),
            journal: Some(JournalRoom { lines: 12, room: 20_000 }),
        };
        let text = json!({
            "n": 1_795_521_600_123_u64, "mains": true, "battery": 87, "cover": "closed", "moved": false,
            "temperature": -21, "firmware": "1.4.2", "clock": "cloud", "journal": {"lines": 12, "room": 20_000},
        });
        assert_eq!(serde_json::to_value(&all).unwrap(), text);
        assert_eq!(serde_json::from_value::<HealthMessage>(text).unwrap(), all);
        let nothing = HealthMessage { n: 5, readings: Readings::default(), firmware: None, clock: None, journal: None };
        assert_eq!(serde_json::to_value(&nothing).unwrap(), json!({"n": 5}));
        assert_eq!(serde_json::from_value::<HealthMessage>(json!({"n": 5})).unwrap(), nothing);
    }
}
