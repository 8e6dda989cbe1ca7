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
            Self::Jammed(locker) => write!(f, "Locker {locker} does not open"),
            Self::NotValid => f.write_str("Not valid now"),
            Self::TryAgain => f.write_str("Try again"),
            Self::NoConnection => f.write_str("No connection"),
            Self::Wait(seconds) => write!(f, "Please wait {}:{:02}", seconds / 60, seconds % 60),
        }
    }
}
