//! Automats: the list of them, the Key Automat View of one, and what an admin does to them.

mod cabinet;
mod connection;
mod fields;

pub(crate) mod edit;
pub(crate) mod list;
pub(crate) mod new;
pub(crate) mod remove;
pub(crate) mod reset;
pub(crate) mod view;
