//! Contracts: who has a key when. One file a page, and what the pages of a contract's form have in common.

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
