//! Automats and their lockers.

pub(crate) mod body;
pub(crate) mod create;
pub(crate) mod edit;
pub(crate) mod events;
mod health;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod render;
pub(crate) mod reset;
pub(crate) mod view;
