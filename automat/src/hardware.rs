//! What a maker implements: motors, sensors, keypad and display.

use std::future::Future;

use protocol::Door;

use crate::device::{Display, Keys, Motor, Sensors};

/// The cabinet as the device sees it.
///
/// No call may block: a motor that takes a second is started by [`Hardware::run_motor`] and ends in an [`Event`].
pub trait Hardware: Send + 'static {
    /// Reads every locker's sensors, in order of their indexes. Called once, at the start; what changes afterwards is an
    /// event. The length is the number of lockers.
    fn sensors(&self) -> Vec<Sensors>;

    /// Starts a lock's motor. `id` is the opening or keypad entry that it runs for, for a log. Each call must be followed
    /// by one [`Event::MotorDone`] for that locker, whatever happens; there is no second call for it before that.
    fn run_motor(&mut self, locker: u16, id: &str) -> Result<(), Broken>;

    /// Shows something at the keypad.
    fn show(&mut self, display: Display);

    /// Waits for what happens next. Dropped and called again at will: no event may be lost by that.
    fn event(&mut self) -> impl Future<Output = Result<Event, Broken>> + Send;
}

/// Something that happened in the cabinet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A motor that was started is done.
    MotorDone {
        /// Which locker's.
        locker: u16,
        /// How it ended: [`Motor::Opened`] only when the lock was seen to open.
        motor: Motor,
    },
    /// A key was put in or taken.
    Key {
        /// Which locker.
        locker: u16,
        /// Whether a key is inside now.
        inside: bool,
    },
    /// A door was opened or closed.
    Door {
        /// Which locker's.
        locker: u16,
        /// The door now.
        door: Door,
    },
    /// Somebody typed.
    Typed(Keys),
}

/// The cabinet cannot be reached. The device stops at once, as in a power cut, and finds its way when it is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cabinet does not answer")]
pub struct Broken;
