//! Amazon SNS and SES on one machine, for unmodified SDK clients: they keep what is sent, show it on a page, and
//! simulate faults on request.

mod behaviour;
mod message_store;
mod outbox;
mod page;
mod sent;
mod server;
mod service;
mod ses;
mod sns;

pub use behaviour::{Behaviour, Endpoint};
pub use loopback::PortError;
pub use outbox::{InstantSource, Options, Outbox};
pub use sent::{Attribute, Email, Event, Sent, Sms, What};
