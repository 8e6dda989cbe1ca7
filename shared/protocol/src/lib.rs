//! The messages between the cloud and an automat over MQTT, and their topics.
//!
//! Both sides depend on this crate and on nothing else of each other. It depends on serde and a codec for CBOR, so
//! a manufacturer who ports the device side finds the whole protocol here, with the rule by which a PIN opens a locker.
//! `docs/device-protocol.md` describes it.

mod access;
mod decision;
pub mod health;
mod journal;
mod keypad;
mod lockers;
mod opening;
mod page;
mod thing;
mod topic;

pub use access::{
    AccessAnswer, AccessMessage, AccessRequest, AnswerEnd, PageVersions, Sealed, SealedPage, VersionsForm, split_pages,
};
pub use decision::{Between, KeyHolder, PinCase, PinRefusal};
pub use health::{ClockQuality, Cover, HealthMessage, JournalRoom, Readings};
pub use journal::{JournalFact, JournalLine, JournalMessage, JournalReceipt, OfflineEntry, Times};
pub use keypad::{CodeKind, EntryMessage, EntryResponse, InsideForm, LockerSet, Purpose, Reply};
pub use lockers::{Door, LockerState, LockersMessage};
pub use opening::{Desired, OpeningReport, OpeningRequest, OpeningResult, Reported, ShadowUpdate};
pub use page::{Handle, HandleForm, Lease, OffsetChange, Page, PageEntry, SEALING_KEY, Verifier, Windows};
pub use thing::ThingName;
pub use topic::{CONTROL_SHADOW, Topics};
