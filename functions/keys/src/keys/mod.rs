//! Keys.

pub(crate) mod body;
pub(crate) mod create;
pub(crate) mod edit;
pub(crate) mod events;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod remove;
