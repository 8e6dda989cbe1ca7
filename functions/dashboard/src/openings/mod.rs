//! Opening a locker from a page.

pub(crate) mod locker;
pub(crate) mod progress;
