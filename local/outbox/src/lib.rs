//! Amazon SNS and SES on one machine: ends for the unmodified SDK clients, which take what is sent, show it on a page,
//! and misbehave when told to.

mod behaviour;
mod outbox;
mod page;
mod sent;
mod server;
mod service;
mod ses;
mod sns;
mod tray;

pub use behaviour::{Behaviour, End};
pub use outbox::{InstantSource, Options, Outbox, StartError};
pub use sent::{Attribute, Email, Event, Sent, Sms, What};
