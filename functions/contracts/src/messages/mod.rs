//! What became of the messages about a contract: one file per route.

pub(crate) mod list;
mod render;
pub(crate) mod resend;
