//! The device side of a key automat: what a maker would port, and a simulated automat to try it with.
//!
//! - [`device`] decides. It is pure, and all that must hold is in it.
//! - [`journal`] remembers over a power cut what it has acted on.
//! - [`clock`] tells the time by the cloud's answers alone.
//! - [`hardware`] is what a maker implements.
//! - [`driver`] carries out decisions, over a [`link`] to AWS IoT Core.
//! - [`simulated`] is a cabinet made of nothing, with faults that can be switched on.

pub mod clock;
pub mod credentials;
pub mod device;
pub mod driver;
pub mod hardware;
pub mod journal;
pub mod link;
mod random;
pub mod simulated;
