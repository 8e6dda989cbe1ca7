//! The interface that a manufacturer implements: motors, sensors, keypad and display.

use std::future::Future;

use protocol::{Door, Readings};

use crate::device::{Display, Keys, Motor, Sensors};

/// The cabinet as the device uses it.
///
/// No call may block: a motor that takes a second is started by [`Hardware::run_motor`], and an [`Event`] follows when
/// it has stopped.
pub trait Hardware: Send + 'static {
    /// Reads the sensors of all lockers, in order of their indexes. Called once, at the start; later changes are
    /// events. The length of the result is the number of lockers.
    fn sensors(&self) -> Vec<Sensors>;

    /// Reads the sensors of the cabinet itself: power, cover, movement, temperature. Called once, at the start.
    fn readings(&self) -> Readings;

    /// Starts a lock's motor. `id` is the opening or keypad entry that caused it, for logs. Each call must be followed
    /// by exactly one [`Event::MotorDone`] for that locker; it is not called again before that.
    fn run_motor(&mut self, locker: u16, id: &str) -> Result<(), HardwareError>;

    fn show(&mut self, display: Display);

    /// Waits for the next event. The future may be dropped and the method called again at any time; no event may be
    /// lost by that.
    fn event(&mut self) -> impl Future<Output = Result<Event, HardwareError>> + Send;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    MotorDone {
        locker: u16,
        /// [`Motor::Opened`] only if the lock was seen to open.
        motor: Motor,
    },
    Key {
        locker: u16,
        inside: bool,
    },
    Door {
        locker: u16,
        door: Door,
    },
    /// All sensors of the cabinet itself, when one of them has changed. The device debounces them.
    Readings(Readings),
    Typed(Keys),
}

/// The cabinet cannot be reached. The device stops at once, as in a power cut, and recovers when it is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cabinet does not respond")]
pub struct HardwareError;
