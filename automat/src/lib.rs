//! The device side of a key automat.

pub mod clock;
pub mod device;
pub mod journal;
