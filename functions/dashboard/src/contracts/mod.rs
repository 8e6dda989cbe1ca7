//! Contracts: one file for each page, and what the pages with a contract's form share.

mod contacts;
mod fields;
mod form;

pub(crate) mod edit;
pub(crate) mod end;
pub(crate) mod new;
pub(crate) mod page;
pub(crate) mod pin;
mod preview;
pub(crate) mod remove;
pub(crate) mod resend;
