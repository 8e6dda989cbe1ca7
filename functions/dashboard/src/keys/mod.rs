//! Keys.

pub(crate) mod form;
pub(crate) mod list;
pub(crate) mod page;
pub(crate) mod remove;
