//! What making, editing, ending or removing a contract would come to: one file per route. Nothing is written.

pub(crate) mod create;
pub(crate) mod edit;
pub(crate) mod end;
pub(crate) mod removal;
mod render;
