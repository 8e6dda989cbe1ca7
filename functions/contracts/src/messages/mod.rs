//! The messages about a contract and their delivery status.

pub(crate) mod list;
pub(crate) mod resend;
