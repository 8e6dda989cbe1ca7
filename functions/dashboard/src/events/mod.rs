//! Events of an automat and of a key, and the latest events on other pages.

mod description;
mod line;
pub(crate) mod of_automat;
pub(crate) mod of_key;
mod who;

pub(crate) use line::Line;
pub(crate) use who::who;
