//! The index of contracts: what searches and lists find, that the index is right after all records have been projected
//! whatever happens meanwhile, and that it can be rebuilt.

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

mod converging;
mod erasing;
mod finding;
mod listing;
mod paging;
mod rebuilding;
mod stage;
