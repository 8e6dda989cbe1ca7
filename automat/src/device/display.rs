//! The texts on the keypad's display.

use protocol::Purpose;

/// A text on the display, of at most two lines, with the index of a locker where it names one: [`Display::text`] has the
/// number on its door. It never gives the reason why a code was refused: that would help somebody who is trying codes.
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
    /// By the device's own decision; and this many lockers open after it.
    OpenOffline {
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
    /// The code returns no key, and without the cloud none can be fetched now: it may be right.
    ReturnsOnly,
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

impl Display {
    /// The text, in a cabinet whose first door has this number.
    #[must_use]
    pub fn text(self, first_number: u16) -> String {
        let door = |locker: u16| first_number.saturating_add(locker);
        match self {
            Self::Off => String::new(),
            Self::Ready => "Type your code, then #".to_owned(),
            Self::Typing(keys) => "•".repeat(keys),
            Self::Asking => "One moment".to_owned(),
            Self::Opening(locker) => format!("Locker {} opens", door(locker)),
            Self::Open { locker, purpose: Purpose::Fetch } => format!("Locker {}: take your key", door(locker)),
            Self::Open { locker, purpose: Purpose::Return } => format!("Locker {}: put the key back", door(locker)),
            Self::OpenOfSeveral { locker, purpose, more } => {
                format!("{}, close the door, {more} more", Self::Open { locker, purpose }.text(first_number))
            }
            Self::OpenOffline { locker, purpose, more } => {
                let first = match more {
                    0 => Self::Open { locker, purpose },
                    _ => Self::OpenOfSeveral { locker, purpose, more },
                };
                let recorded = match purpose {
                    Purpose::Fetch => "No connection: this is recorded here",
                    Purpose::Return => "No connection: your return is recorded here",
                };
                format!("{}\n{recorded}", first.text(first_number))
            }
            Self::FetchOrReturn => "1 fetch keys  2 return keys".to_owned(),
            Self::DoorOpen(locker) => format!("Close locker {} and type the code again", door(locker)),
            Self::StillOut(1) => "1 key is not here".to_owned(),
            Self::StillOut(keys) => format!("{keys} keys are not here"),
            Self::Jammed(locker) => format!("Locker {} does not open", door(locker)),
            Self::NotValid => "Not valid now".to_owned(),
            Self::TryAgain => "Try again".to_owned(),
            Self::NoConnection => "No connection".to_owned(),
            Self::ReturnsOnly => "No connection\nOnly returns work now".to_owned(),
            Self::Wait(seconds) => format!("Please wait {}:{:02}", seconds / 60, seconds % 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lockers_are_named_by_the_numbers_on_their_doors() {
        let shown = [
            Display::Opening(6),
            Display::OpenOfSeveral { locker: 6, purpose: Purpose::Fetch, more: 2 },
            Display::DoorOpen(6),
            Display::Jammed(6),
        ];
        assert_eq!(
            shown.map(|display| display.text(101)),
            [
                "Locker 107 opens",
                "Locker 107: take your key, close the door, 2 more",
                "Close locker 107 and type the code again",
                "Locker 107 does not open",
            ]
        );
    }

    #[test]
    fn without_the_cloud_the_display_says_so() {
        let shown = [
            Display::OpenOffline { locker: 6, purpose: Purpose::Return, more: 0 },
            Display::OpenOffline { locker: 6, purpose: Purpose::Return, more: 1 },
            Display::OpenOffline { locker: 6, purpose: Purpose::Fetch, more: 0 },
            Display::OpenOffline { locker: 6, purpose: Purpose::Fetch, more: 2 },
            Display::ReturnsOnly,
        ];
        assert_eq!(
            shown.map(|display| display.text(101)),
            [
                "Locker 107: put the key back\nNo connection: your return is recorded here",
                "Locker 107: put the key back, close the door, 1 more\nNo connection: your return is recorded here",
                "Locker 107: take your key\nNo connection: this is recorded here",
                "Locker 107: take your key, close the door, 2 more\nNo connection: this is recorded here",
                "No connection\nOnly returns work now",
            ]
        );
    }
}
