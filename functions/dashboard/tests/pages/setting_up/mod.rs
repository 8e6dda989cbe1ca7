//! Automats and keys, as an admin sets them up.

mod automats;
mod keys;
mod search;
