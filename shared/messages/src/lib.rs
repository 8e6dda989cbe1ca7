//! The words of messages to contacts.
