//! All tests of the store in one binary, because linking one takes longer than compiling a file of tests.

mod automats;
mod contract_index;
mod contracts;
mod deliveries;
mod devices;
mod ending;
mod events;
mod idempotency;
mod interleavings;
mod keypad;
mod keys;
mod lockers;
mod lost_answers;
mod messages;
mod openings;
mod people;
mod pin_length;
mod presence;
mod preview;
mod races;
mod removal;
mod retention;
mod rotation;
mod several_keys;
mod throttling;
mod zone;
