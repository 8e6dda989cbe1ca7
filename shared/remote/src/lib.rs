//! Opening a locker remotely, as the API and the pages both do it: stored, sent to the automat through its shadow, and
//! followed to its end.

mod ask;
mod deliver;
mod follow;

pub use ask::{Asked, ask};
pub use follow::{MAX_WAIT, follow};
