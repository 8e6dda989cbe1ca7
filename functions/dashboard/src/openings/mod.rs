//! Openings: the page of a locker with its button, the request, and its progress.

pub(crate) mod locker;
pub(crate) mod progress;
pub(crate) mod request;
mod state;
