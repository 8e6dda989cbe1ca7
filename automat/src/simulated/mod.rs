//! A cabinet made of nothing.
