//! What became of the messages about a contract: one file per route.

pub(crate) mod list;
pub(crate) mod resend;
