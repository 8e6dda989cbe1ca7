//! Previews of creating, editing, ending and removing a contract. Nothing is written.

pub(crate) mod create;
pub(crate) mod edit;
pub(crate) mod end;
pub(crate) mod removal;
mod render;
