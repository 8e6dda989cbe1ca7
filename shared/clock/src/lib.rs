//! Time and randomness: the only crate that reads the machine's clock or opens its random source. Both are passed to
//! whatever needs them, so that a test decides what time it is; `clippy.toml` refuses them anywhere else.

mod random;
mod time;

pub use random::{NoRandomness, Random};
pub use time::Clock;
