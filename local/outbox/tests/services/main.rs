//! SNS and SES through unmodified SDK clients, and the page as a browser requests it.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod behaviour;
mod email;
mod page;
mod setup;
mod sms;
mod topic;
mod wire;
