//! A locker, as its own sensors see it, and which of the changes that they see need a cause.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// A locker's door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum DoorState {
    /// The device has not said yet.
    #[default]
    Unknown,
    /// Open.
    Open,
    /// Closed.
    Closed,
}

impl DoorState {
    /// A door that has been open for so long, in milliseconds, was left open.
    pub const LEFT_OPEN_MILLIS: i64 = 5 * 60_000;
}

/// What the sensors of a locker see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sensors {
    /// Whether a key is inside, if it is known.
    pub key_inside: Option<bool>,
    /// The door.
    pub door: DoorState,
}

impl Sensors {
    /// A run of the motor explains what happens until the door is closed, and for so long after that, in milliseconds:
    /// a door may bounce, and its sensor and the key's do not report at the same moment.
    pub const BOUNCE_MILLIS: u64 = 10_000;
    /// One forced locker, or one key too many, is recorded once in this time, in milliseconds, however often the
    /// sensors change.
    pub const RECORDED_EVERY_MILLIS: i64 = 5 * 60_000;

    /// What the sensors see once the device has reported; what it leaves out stays as it was.
    #[must_use]
    pub fn reported(self, report: Self) -> Self {
        let door = if report.door == DoorState::Unknown { self.door } else { report.door };
        Self { key_inside: report.key_inside.or(self.key_inside), door }
    }

    /// Whether a locker that was closed is open, or has lost its key: something must have opened it. While the door is
    /// open a key may go, since what opened the door has been judged already.
    #[must_use]
    pub fn needs_cause(self, after: Self) -> bool {
        let opened = self.door == DoorState::Closed && after.door == DoorState::Open;
        let taken = self.key_inside == Some(true) && after.key_inside == Some(false);
        opened || (taken && self.door != DoorState::Open)
    }

    /// Whether a key has been put in. The first report of a locker does not count: the key may have been there for long.
    #[must_use]
    pub fn gains_key(self, after: Self) -> bool {
        self.key_inside == Some(false) && after.key_inside == Some(true)
    }

    /// Whether the door has just been opened.
    #[must_use]
    pub fn opens(self, after: Self) -> bool {
        self.door != DoorState::Open && after.door == DoorState::Open
    }

    /// Whether the door has just been closed.
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
        assert!(!open.needs_cause(sensors(Some(false), Open)), "the door has been judged when it opened");
        assert!(!open.needs_cause(closed));
    }

    #[test]
    fn nothing_is_concluded_from_the_first_report() {
        for first in [sensors(Some(false), Open), sensors(Some(true), Closed)] {
            assert!(!Sensors::default().needs_cause(first) && !Sensors::default().gains_key(first));
        }
    }

    #[test]
    fn what_a_report_leaves_out_stays_as_it_was() {
        let before = sensors(Some(true), Closed);
        assert_eq!(before.reported(sensors(Some(false), Unknown)), sensors(Some(false), Closed));
        assert_eq!(before.reported(sensors(None, Open)), sensors(Some(true), Open));
    }
}
