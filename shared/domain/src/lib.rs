//! The rules of key automats, and nothing else.
//!
//! This crate is pure: it has no clock, randomness, storage or network. Each rule takes the time and the data it
//! decides on as arguments, and returns a decision. `docs/architecture.md` shows where each rule is used;
//! `docs/glossary.md` explains the terms.

mod announcement;
mod at_automat;
mod automat;
mod booking;
mod calendar;
mod code;
mod connection;
mod contact;
mod contract;
mod contract_keys;
mod contract_search;
mod device;
mod event;
mod guesses;
mod health;
mod id;
mod instant;
mod invalid;
mod key;
mod keypad;
mod layout;
mod locker;
mod message;
mod message_record;
mod notice;
mod opening;
mod packed;
mod person;
mod phone;
mod recipient;
mod reminder;
mod retention;
mod schedule;
mod search;
mod serial;
mod text;
mod ulid;
mod written_time;
mod zone;

pub use announcement::{Announcement, Announcements, Cause, KeyMovement};
pub use at_automat::AtAutomat;
pub use automat::{Automat, AutomatChange, AutomatDraft, AutomatRefusal, LeaseHours, Location, LockerCount};
pub use booking::{Conflict, availability};
pub use calendar::{Calendar, Entry, FreeWindow, MAX_LIVE_CONTRACTS};
pub use code::{Pin, PinDigits, ReturnCode};
pub use connection::{Connection, ConnectionState, Presence};
pub use contact::{Contact, Email, Language};
pub use contract::{Contract, ContractChange, ContractDraft, ContractField, ContractRefusal, ContractState, Ending};
pub use contract_keys::ContractKeys;
pub use contract_search::{ContractSearch, ContractTerms, utc_month};
pub use device::{DeviceFault, MAX_AHEAD_MILLIS, is_too_far_ahead};
pub use event::{Actor, Event, EventKind, OfflineTimes, Subject};
pub use guesses::{GuessingPeriod, Keypad, KnownCode, MistimedEntry, SlowPace};
pub use health::{ClockQuality, Concern, Cover, Health, JournalRoom, Percent, Readings};
pub use id::{AutomatId, ContractId, KeyId, LockerIndex};
pub use instant::{Instant, TimeRange};
pub use invalid::Invalid;
pub use key::{Key, KeyChange, KeyDraft, KeyField, KeyRefusal, KeyState, Sharing, Whereabouts};
pub use keypad::{AllowedLocker, AllowedLockers, CodeKind, KeypadAnswer, KeypadRefusal, PinTerms, Purpose};
pub use layout::{Columns, FirstNumber, Layout};
pub use locker::{DoorState, Sensors};
pub use message::{AutomatDetails, Facts, KeyFacts, Message, MessageKind, Occasion};
pub use message_record::{MessageId, MessageRecord, MessageState, SendFailure};
pub use notice::{MessageCount, Notice, Notify};
pub use opening::{
    Opening, OpeningDraft, OpeningEnd, OpeningId, OpeningOutcome, OpeningRefusal, OpeningStatus, OpeningsOfLocker,
};
pub use packed::Unreadable;
pub use person::{MatchedField, Mention, PersonMatch, PersonSearch};
pub use phone::{Country, PhoneNumber};
pub use recipient::{Address, Channel, Recipient};
pub use reminder::Reminder;
pub use retention::{Days, Retention};
pub use schedule::{DaysAlike, Schedule, Window};
pub use search::{SearchTerms, index_terms};
pub use text::{AddressLine, Firmware, FreeText, Name, Property};
pub use written_time::WrittenTime;
pub use zone::TimeZone;
