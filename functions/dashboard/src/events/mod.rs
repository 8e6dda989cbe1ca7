//! Events of an automat and of a key, and the latest events on other pages.

mod description;
mod line;
pub(crate) mod lists;
mod who;

pub(crate) use line::{Line, lines, lines_of_key};
pub(crate) use who::who;
