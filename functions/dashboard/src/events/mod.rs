//! What happened: at an automat, to a key, and the last of it on other pages.

mod description;
mod line;
pub(crate) mod of_automat;
pub(crate) mod of_key;
mod who;

pub(crate) use line::Line;
pub(crate) use who::who;
