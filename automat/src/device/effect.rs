//! What comes into a device, and what goes out of it.

use std::fmt;

use protocol::Door;
use serde::Serialize;

use super::Display;
use crate::journal::Record;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// There is a connection, and every subscription on it is acknowledged.
    Connected,
    /// There is none any more.
    Disconnected,
    /// A message arrived on a subscribed topic.
    Message {
        /// Its topic.
        topic: String,
        /// Its bytes.
        payload: Vec<u8>,
    },
    /// An [`Effect::Persist`] is done: the record outlives a power cut.
    Persisted(Record),
    /// An [`Effect::RunMotor`] is done.
    MotorDone {
        /// Which locker's.
        locker: u16,
        /// How it ended.
        motor: Motor,
    },
    /// A key was put into a locker or taken from it.
    KeySensor {
        /// Which locker.
        locker: u16,
        /// Whether a key is inside now.
        inside: bool,
    },
    /// A door was opened or closed.
    DoorSensor {
        /// Which locker's.
        locker: u16,
        /// The door now.
        door: Door,
    },
    /// Somebody typed at the keypad.
    Typed {
        /// One key or several.
        keys: Keys,
        /// 80 random bits in case they end an entry, which they give its id.
        random: u128,
    },
    /// Time has passed.
    Tick,
}

/// Something to do. A driver does them in the order given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Write a record where a power cut cannot reach it, then say [`Input::Persisted`].
    Persist(Record),
    /// Start a lock's motor at once; when it is done, say [`Input::MotorDone`].
    RunMotor {
        /// Which locker's.
        locker: u16,
        /// The opening or keypad entry that it runs for.
        id: String,
    },
    /// Send a message, at least once while this connection holds; drop it with the connection.
    Publish {
        /// Its topic.
        topic: String,
        /// Its bytes.
        payload: Vec<u8>,
    },
    /// Show this at the keypad.
    Show(Display),
}

impl Effect {
    pub(super) fn publish(topic: String, message: &impl Serialize) -> Self {
        // What is sent is made of strings, numbers and maps of these, which JSON can always hold.
        Self::Publish { topic, payload: serde_json::to_vec(message).unwrap_or_default() }
    }
}

/// How a run of a lock's motor ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motor {
    /// The lock was seen to open.
    Opened,
    /// It was not.
    Jammed,
}

/// A locker's sensors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sensors {
    /// Whether a key is inside.
    pub inside: bool,
    /// The door.
    pub door: Door,
}

/// What was typed: digits, `*`, and `#` or Enter to end an entry. A secret, so it shows itself to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys(String);

impl Keys {
    /// These keys.
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
