//! Rotating the PIN secret: at each moment, in every mixture of functions and devices, each code works at its keypad,
//! and no two people have the same code (ADR 0020).

#![expect(clippy::unwrap_used, reason = "a test's own values are well formed")]

mod devices;
mod keypad;
mod reserving;
mod rotating;
mod scene;
mod story;
mod together;
