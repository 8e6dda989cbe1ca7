//! Keys.

mod fields;

pub(crate) mod edit;
pub(crate) mod new;
pub(crate) mod page;
pub(crate) mod remove;
