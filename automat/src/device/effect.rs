//! Inputs and effects of a device.

use std::fmt;

use protocol::{Door, Readings, Verifier};
use serde::Serialize;

use super::{Display, Hashing};
use crate::journal::Record;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Connected, and every subscription is acknowledged.
    Connected,
    Disconnected,
    Message {
        topic: String,
        payload: Vec<u8>,
    },
    /// An [`Effect::Persist`] is done: the record survives a power cut.
    Persisted(Record),
    MotorDone {
        locker: u16,
        motor: Motor,
    },
    KeySensor {
        locker: u16,
        inside: bool,
    },
    DoorSensor {
        locker: u16,
        door: Door,
    },
    /// What the sensors of the cabinet itself say; the first at the start.
    Readings(Readings),
    Typed {
        keys: Keys,
        /// 80 random bits: part of the entry's id, if the keys end an entry.
        random: u128,
    },
    /// An [`Effect::Hash`] is done.
    Hashed {
        /// The entry's id.
        id: String,
        /// Of its code, under each of the device's keys.
        verifiers: Vec<Verifier>,
    },
    Tick,
}

/// Something to do. The driver carries effects out in the given order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Write a record so that it survives a power cut, then pass [`Input::Persisted`].
    Persist(Record),
    /// Start a lock's motor at once, and pass [`Input::MotorDone`] when it has stopped.
    RunMotor {
        locker: u16,
        /// The opening or keypad entry that caused it.
        id: String,
    },
    /// Send a message at least once while this connection lasts; drop it with the connection.
    Publish {
        topic: String,
        payload: Vec<u8>,
    },
    Show(Display),
    /// Compute the verifiers of a typed PIN, where nothing else waits for it, and pass the result of [`Hashing::carry_out`].
    Hash(Hashing),
}

impl Effect {
    pub(super) fn publish(topic: String, message: &impl Serialize) -> Self {
        // Messages consist of strings, numbers and maps of these, so serialization cannot fail.
        Self::Publish { topic, payload: serde_json::to_vec(message).unwrap_or_default() }
    }
}

/// How a motor run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motor {
    Opened,
    Jammed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sensors {
    pub inside: bool,
    pub door: Door,
}

/// Typed keys: digits, `*`, and `#` or Enter to end an entry. Secret, so `Debug` is masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys(String);

impl Keys {
    #[must_use]
    pub fn new(keys: &str) -> Self {
        Self(keys.to_owned())
    }

    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys(…)")
    }
}
