//! Opening a locker remotely, as the API and the pages both do it: stored, sent to the automat through its shadow, and
//! followed to its end.

mod deliver;
mod follow;
mod request;

pub use follow::{MAX_WAIT, follow};
pub use request::{RequestedOpening, request_opening};
