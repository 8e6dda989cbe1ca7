//! The texts on the keypad's display.

use std::fmt;

use protocol::Purpose;

/// A text on the display. It never gives the reason why a code was refused: that would help somebody who is trying
/// codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    Off,
    Ready,
    /// The number of keys typed so far.
    Typing(usize),
    /// Waiting for the cloud's reply to an entry.
    Asking,
    Opening(u16),
    Open {
        locker: u16,
        purpose: Purpose,
    },
    /// The same, and this many lockers open after it.
    OpenOfSeveral {
        locker: u16,
        purpose: Purpose,
        more: u16,
    },
    /// The code is for keys that are inside and for keys that are out: which are wanted?
    FetchOrReturn,
    /// Its door was not closed in time, so no more lockers open.
    DoorOpen(u16),
    /// How many keys of the code somebody else has.
    StillOut(u16),
    Jammed(u16),
    NotValid,
    /// The cloud did not reply in time.
    TryAgain,
    NoConnection,
    /// Seconds until the next entry is accepted: the keypad is slow after wrong entries.
    Wait(u32),
}

impl Display {
    /// Whether this ends an entry.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Ready | Self::Typing(_) | Self::Asking | Self::Opening(_))
    }
}

impl fmt::Display for Display {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => Ok(()),
            Self::Ready => f.write_str("Type your code, then #"),
            Self::Typing(keys) => f.write_str(&"•".repeat(*keys)),
            Self::Asking => f.write_str("One moment"),
            Self::Opening(locker) => write!(f, "Locker {locker} opens"),
            Self::Open { locker, purpose: Purpose::Fetch } => write!(f, "Locker {locker}: take your key"),
            Self::Open { locker, purpose: Purpose::Return } => write!(f, "Locker {locker}: put the key back"),
            Self::OpenOfSeveral { locker, purpose, more } => {
                write!(f, "{}, close the door, {more} more", Self::Open { locker: *locker, purpose: *purpose })
            }
            Self::FetchOrReturn => f.write_str("1 fetch keys  2 return keys"),
            Self::DoorOpen(locker) => write!(f, "Close locker {locker} and type the code again"),
            Self::StillOut(1) => f.write_str("1 key is not here"),
            Self::StillOut(keys) => write!(f, "{keys} keys are not here"),
            Self::Jammed(locker) => write!(f, "Locker {locker} does not open"),
            Self::NotValid => f.write_str("Not valid now"),
            Self::TryAgain => f.write_str("Try again"),
            Self::NoConnection => f.write_str("No connection"),
            Self::Wait(seconds) => write!(f, "Please wait {}:{:02}", seconds / 60, seconds % 60),
        }
    }
}
