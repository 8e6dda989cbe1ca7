//! A locker as its sensors see it, and which changes need an explanation.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DoorState {
    /// The device has not reported yet.
    #[default]
    Unknown,
    Open,
    Closed,
}

impl DoorState {
    /// A door that has been open for this long, in milliseconds, was left open.
    pub const LEFT_OPEN_MILLIS: i64 = 5 * 60_000;
}

/// What the sensors of a locker report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sensors {
    /// `None` if it is not known.
    pub key_inside: Option<bool>,
    pub door: DoorState,
}

impl Sensors {
    /// A run of the motor explains what happens until the door is closed, and for this many milliseconds after that: a
    /// door may bounce, and its sensor and the key's do not report at the same moment.
    pub const BOUNCE_MILLIS: u64 = 10_000;
    /// A forced locker, or an unexpected key, is recorded at most once in this time, in milliseconds, however often the
    /// sensors change.
    pub const RECORDED_EVERY_MILLIS: i64 = 5 * 60_000;

    /// The sensors after a report. What the report leaves out stays unchanged.
    #[must_use]
    pub fn reported(self, report: Self) -> Self {
        let door = if report.door == DoorState::Unknown { self.door } else { report.door };
        Self { key_inside: report.key_inside.or(self.key_inside), door }
    }

    /// Whether a closed locker has been opened or has lost its key, so that something must have opened it. While the
    /// door is open a key may leave, since what opened the door was already judged.
    #[must_use]
    pub fn needs_cause(self, after: Self) -> bool {
        let opened = self.door == DoorState::Closed && after.door == DoorState::Open;
        let taken = self.key_inside == Some(true) && after.key_inside == Some(false);
        opened || (taken && self.door != DoorState::Open)
    }

    /// Whether a key was put in. The first report of a locker does not count, since the key may have been there before.
    #[must_use]
    pub fn gains_key(self, after: Self) -> bool {
        self.key_inside == Some(false) && after.key_inside == Some(true)
    }

    #[must_use]
    pub fn opens(self, after: Self) -> bool {
        self.door != DoorState::Open && after.door == DoorState::Open
    }

    #[must_use]
    pub fn closes(self, after: Self) -> bool {
        self.door != DoorState::Closed && after.door == DoorState::Closed
    }
}

#[cfg(test)]
mod tests {
    use super::DoorState::{Closed, Open, Unknown};
    use super::*;

    fn sensors(key_inside: Option<bool>, door: DoorState) -> Sensors {
        Sensors { key_inside, door }
    }

    #[test]
    fn a_closed_locker_that_opens_or_loses_its_key_needs_a_cause() {
        let closed = sensors(Some(true), Closed);
        assert!(closed.needs_cause(sensors(Some(true), Open)));
        assert!(closed.needs_cause(sensors(Some(false), Closed)));
        assert!(!closed.needs_cause(closed));
        let open = sensors(Some(true), Open);
        assert!(!open.needs_cause(sensors(Some(false), Open)), "the door was judged when it opened");
        assert!(!open.needs_cause(closed));
    }

    #[test]
    fn the_first_report_needs_no_cause() {
        for first in [sensors(Some(false), Open), sensors(Some(true), Closed)] {
            assert!(!Sensors::default().needs_cause(first) && !Sensors::default().gains_key(first));
        }
    }

    #[test]
    fn a_report_leaves_out_what_did_not_change() {
        let before = sensors(Some(true), Closed);
        assert_eq!(before.reported(sensors(Some(false), Unknown)), sensors(Some(false), Closed));
        assert_eq!(before.reported(sensors(None, Open)), sensors(Some(true), Open));
    }
}
