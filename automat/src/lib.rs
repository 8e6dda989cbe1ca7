//! The device side of a key automat: the part that a manufacturer ports, and a simulated automat to try it with.
//!
//! - [`device`] decides. It is pure, and every rule is in it.
//! - [`journal`] keeps what the device has acted on across power cuts, and what it did without the cloud.
//! - [`clock`] estimates the time from the cloud's responses alone.
//! - [`hardware`] and [`storage`] are the interfaces that a manufacturer implements.
//! - [`driver`] carries out decisions, over a [`link`] to AWS IoT Core.
//! - [`simulated`] is a cabinet in software, with faults on demand.

pub mod clock;
pub mod credentials;
pub mod device;
pub mod driver;
pub mod hardware;
pub mod journal;
pub mod link;
mod random;
pub mod simulated;
pub mod storage;
