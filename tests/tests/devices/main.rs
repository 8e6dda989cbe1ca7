//! The cloud and the device side together: the automat's own code in a simulated cabinet, over mutual TLS, with the
//! credentials that the cloud wrote. Tests await events, or poll until something is there.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod faults;
mod fetches;
mod guessing;
mod health;
mod keypad;
mod many_openings;
mod openings;
mod presence;
mod provisioning;
mod returns;
mod scene;
mod secrets;
mod several_keys;
mod several_lockers;
mod slow;
mod tap;
mod two_keys;
mod without_the_cloud;
