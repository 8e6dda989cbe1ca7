//! The keypad: typed keys become an entry.

use protocol::CodeKind;

use super::Display;
use crate::clock::Millis;

/// Without a key for this long, what was typed is forgotten.
const IDLE: Millis = 30_000;
/// How long a refused code is shown before the remaining wait.
const REFUSED: Millis = 3_000;
/// The longest PIN. Longer entries are cut to one digit more, so that they are still recognized as too long.
const LONGEST_PIN: usize = 9;
const SHORTEST_PIN: usize = 4;
const RETURN_CODE: usize = 4;

#[derive(Debug, Default)]
pub(super) struct Keypad {
    typed: Typed,
    /// Until when keys are ignored, because the cloud would not check an entry.
    paused_until: Millis,
    /// When the display changes by itself: to the remaining wait, or back to [`Display::Ready`].
    change_at: Option<Millis>,
}

/// The keys typed since the last entry.
#[derive(Default)]
struct Typed {
    star: bool,
    digits: String,
}

/// The effect of a key.
pub(super) enum Pressed {
    Nothing,
    Show(Display),
    /// A complete code, to be decided.
    Code(CodeKind, String),
}

impl Keypad {
    pub(super) fn press(&mut self, key: char, now: Millis) -> Pressed {
        if let Some(wait) = self.pause_left(now) {
            return Pressed::Show(wait);
        }
        match key {
            '0'..='9' if self.typed.digits.len() <= LONGEST_PIN => self.typed.digits.push(key),
            '0'..='9' => {}
            '*' => self.typed = Typed { star: true, digits: String::new() },
            '#' | '\n' | '\r' => return self.enter(),
            _ => return Pressed::Nothing,
        }
        Pressed::Show(Display::Typing(self.typed.len()))
    }

    fn enter(&mut self) -> Pressed {
        let Typed { star, digits } = std::mem::take(&mut self.typed);
        match digits.len() {
            0 if !star => Pressed::Nothing,
            RETURN_CODE if star => Pressed::Code(CodeKind::ReturnCode, digits),
            SHORTEST_PIN..=LONGEST_PIN if !star => Pressed::Code(CodeKind::Pin, digits),
            _ => Pressed::Show(Display::NotValid),
        }
    }

    /// Ignores keys for some seconds.
    pub(super) fn pause(&mut self, seconds: u32, now: Millis) {
        self.paused_until = now + Millis::from(seconds) * 1000;
    }

    pub(super) fn shown(&mut self, display: Display, now: Millis) {
        self.change_at = match display {
            Display::Ready => None,
            // When the shown second is over.
            Display::Wait(seconds) => {
                Some(self.paused_until.saturating_sub(Millis::from(seconds.saturating_sub(1)) * 1000))
            }
            _ if now < self.paused_until => Some(self.paused_until.min(now + REFUSED)),
            _ => Some(now + IDLE),
        };
    }

    pub(super) fn wake_at(&self) -> Option<Millis> {
        self.change_at
    }

    /// The new display, if time has changed it.
    pub(super) fn catch_up(&mut self, now: Millis) -> Option<Display> {
        self.change_at.take_if(|change_at| *change_at <= now)?;
        self.typed = Typed::default();
        let display = self.pause_left(now).unwrap_or(Display::Ready);
        self.shown(display, now);
        Some(display)
    }

    /// The remaining wait, as a display.
    fn pause_left(&self, now: Millis) -> Option<Display> {
        let seconds = self.paused_until.saturating_sub(now).div_ceil(1000);
        (seconds > 0).then(|| Display::Wait(u32::try_from(seconds).unwrap_or(u32::MAX)))
    }
}

impl Typed {
    fn len(&self) -> usize {
        usize::from(self.star) + self.digits.len()
    }
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Typed(…)")
    }
}
