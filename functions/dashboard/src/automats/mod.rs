//! Automats: the list, the Key Automat View, and adding, editing, resetting and removing one.

mod cabinet;
pub(crate) mod condition;

pub(crate) mod confirm;
pub(crate) mod connection;
pub(crate) mod form;
pub(crate) mod list;
mod panel;
pub(crate) mod view;
