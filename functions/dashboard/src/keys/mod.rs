//! Keys.

pub(crate) mod page;
