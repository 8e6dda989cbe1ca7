//! Automats: the list, the Key Automat View, and adding, editing, resetting and removing one.

mod cabinet;
mod connection;
mod fields;

pub(crate) mod edit;
pub(crate) mod list;
pub(crate) mod new;
pub(crate) mod remove;
pub(crate) mod reset;
pub(crate) mod view;
