//! Lockers opened remotely: the locker's own page with its button, the asking, and the progress to the end.

pub(crate) mod ask;
pub(crate) mod locker;
pub(crate) mod progress;
mod state;
