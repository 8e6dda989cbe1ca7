//! What passes between the cloud and an automat over MQTT: the forms of the messages, and the topics they go by.
//!
//! Both sides use this crate and nothing else of each other, so it knows only serde: a maker who ports the device side
//! can read the whole protocol here. `docs/device-protocol.md` tells it in words.

mod keypad;
mod lockers;
mod opening;
mod thing;
mod topic;

pub use keypad::{Answer, CodeKind, Entry, Inside, InsideForm, Purpose, Reply};
pub use lockers::{Door, LockerState, LockersMessage};
pub use opening::{Desired, Outcome, Reported, Request, ShadowUpdate, Word};
pub use thing::ThingName;
pub use topic::{CONTROL_SHADOW, Topics};
