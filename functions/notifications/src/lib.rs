//! Tells the contacts.
