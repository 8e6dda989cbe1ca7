//! Keys.

mod fields;

pub(crate) mod edit;
pub(crate) mod new;
pub(crate) mod remove;
pub(crate) mod page;
