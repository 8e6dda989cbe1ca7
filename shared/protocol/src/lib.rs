//! The messages between the cloud and an automat over MQTT, and their topics.
//!
//! Both sides depend on this crate and on nothing else of each other. It depends on serde only, so a manufacturer who
//! ports the device side finds the whole protocol here. `docs/device-protocol.md` describes it.

mod access;
pub mod health;
mod journal;
mod keypad;
mod lockers;
mod opening;
mod thing;
mod topic;

pub use access::{Access, AccessAnswer, AccessMessage, AccessRequest, Verifier};
pub use health::{ClockQuality, Cover, HealthMessage, JournalRoom, Readings};
pub use journal::{JournalFact, JournalLine, JournalMessage, JournalReceipt, OfflineEntry, Times};
pub use keypad::{CodeKind, EntryMessage, EntryResponse, InsideForm, LockerSet, Purpose, Reply};
pub use lockers::{Door, LockerState, LockersMessage};
pub use opening::{Desired, OpeningReport, OpeningRequest, OpeningResult, Reported, ShadowUpdate};
pub use thing::ThingName;
pub use topic::{CONTROL_SHADOW, Topics};
