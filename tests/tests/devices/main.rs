//! The cloud and the device side together: the automat's own code in a simulated cabinet, over mutual TLS, with the
//! credentials that the cloud wrote. What is awaited is awaited by its event or asked for until it is there.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop at once")]

mod crowd;
mod faults;
mod guessing;
mod keypad;
mod presence;
mod provisioning;
mod remote;
mod scene;
mod secrets;
mod slow;
mod tap;
mod two_keys;
