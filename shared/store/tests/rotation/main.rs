//! Replacing the secret behind the codes: at every moment, in every mixture of functions and devices, each code works at
//! its keypad, and nobody has the code of another (ADR 0020).

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

mod devices;
mod keypad;
mod renewing;
mod reserving;
mod scene;
mod story;
mod together;
