//! Time and randomness. This is the only crate that reads the machine's clock or its random source; `clippy.toml`
//! forbids both elsewhere. They are passed to the code that needs them, so that tests control them.

mod random;
mod time;

pub use random::{NoRandomness, Random};
pub use time::Clock;
