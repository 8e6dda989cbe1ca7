//! Automats: the list of them, and the view of one.

pub(crate) mod list;
