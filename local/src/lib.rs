//! The local cloud: all functions in one process, on embedded parts.
pub mod authorizer;
pub mod database;
pub mod folder;
pub mod secret;
pub mod sign_in;
pub mod template;
pub mod tokens;
