//! Events: the page of all that happened, and the latest events on other pages.

pub(crate) mod activity;
mod description;
mod group;
mod line;
mod names;

pub(crate) use description::describe;
pub(crate) use line::{Line, lines_of_key};
pub(crate) use names::Names;
