//! Remote opens.
