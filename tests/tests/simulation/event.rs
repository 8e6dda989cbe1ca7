//! What happens, and in which order.

use automat::device::{Input, Motor};
use serde_json::Value;

use crate::people::{Deed, Step};

/// An event of the simulation.
#[derive(Debug)]
pub(crate) enum Happening {
    /// A client requests an opening, for the first time or again.
    Asked {
        cabinet: usize,
        locker: u16,
        key: String,
        tries_left: u32,
    },
    /// A client reads an opening.
    LookedAt(String),
    /// A rule calls the devices function.
    Ruled(Value),
    /// A message from a device arrives.
    Sent {
        cabinet: usize,
        topic: String,
        payload: Vec<u8>,
    },
    /// A message to a device arrives, if the session still exists.
    Arrived {
        cabinet: usize,
        session: u64,
        topic: String,
        payload: Vec<u8>,
    },
    /// The disk of a device has finished writing.
    Written {
        cabinet: usize,
        life: u64,
    },
    MotorStopped {
        cabinet: usize,
        life: u64,
        locker: u16,
        motor: Motor,
    },
    /// A device has computed something.
    Computed {
        cabinet: usize,
        life: u64,
        result: Input,
    },
    /// A timer of a device.
    Woken {
        cabinet: usize,
        life: u64,
    },
    Connected {
        cabinet: usize,
        life: u64,
    },
    /// The projector handles what the table's stream has.
    Projected,
    /// The power is restored.
    Powered(usize),
    /// Somebody comes to the keypad.
    Visited(usize),
    /// The person at the keypad does something, if it is still the same visit.
    Stepped {
        cabinet: usize,
        visit: u64,
        step: Step,
    },
    /// Somebody who does not use the keypad does something.
    Helped {
        cabinet: usize,
        deed: Deed,
    },
}

/// In order of time, and of their numbers.
pub(crate) struct Event {
    pub(crate) at: u64,
    pub(crate) number: u64,
    pub(crate) happening: Happening,
}

impl PartialEq for Event {
    fn eq(&self, other: &Self) -> bool {
        (self.at, self.number) == (other.at, other.number)
    }
}
impl Eq for Event {}
impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Event {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
