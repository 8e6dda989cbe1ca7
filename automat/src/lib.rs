//! The device side of a key automat.
