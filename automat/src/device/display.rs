//! What the keypad's display can show.

use std::fmt;

use protocol::Purpose;

/// A text on the display. Why a code was refused is never shown: whoever tries codes would learn from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// The automat has no power.
    Off,
    /// Nothing is going on.
    Ready,
    /// So many keys are typed.
    Typing(usize),
    /// An entry is with the cloud.
    Asking,
    /// This locker's lock is being opened.
    Opening(u16),
    /// This locker is open.
    Open {
        /// Which.
        locker: u16,
        /// What for.
        purpose: Purpose,
    },
    /// This locker's lock did not open.
    Jammed(u16),
    /// The code is not valid now.
    NotValid,
    /// The cloud did not answer in time.
    TryAgain,
    /// The cloud cannot be asked.
    NoConnection,
    /// The keypad is slow after wrong entries: it takes the next one in so many seconds.
    Wait(u32),
}

impl Display {
    /// Whether an entry has come to its end with it.
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
