//! Contracts: one file for each page, and what the pages with a contract's form share.

mod contacts;
mod fields;
mod form;
pub(crate) mod held;
mod hours;
mod keys;
mod known;
mod preview;

pub(crate) mod close;
pub(crate) mod code;
pub(crate) mod edit;
pub(crate) mod list;
pub(crate) mod listed;
pub(crate) mod new;
pub(crate) mod page;
