//! The library of the end-to-end tests: a stack to test, clients with each role, and common resources created over
//! HTTP.
//!
//! The suite tests a local cloud that it starts in its own process, or the stack that the environment names (see
//! [`Stack::shared`]). Every test creates an automat of its own with a fresh name, so that tests can share one stack
//! without seeing each other.

#![expect(
    clippy::needless_pass_by_value,
    reason = "bodies are written where they are sent: `json!` by value reads best"
)]
#![expect(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc, reason = "what fails here fails the test")]

mod browser;
mod call;
pub mod curl;
mod deployed;
pub mod device;
mod document;
mod forged;
pub mod guide;
pub mod history;
pub mod mqtt;
mod received;
mod response;
mod seed;
mod stack;
mod stage;
mod visitor;

pub use browser::{Browser, Tokens};
pub use call::{As, Call};
pub use forged::forgeries;
pub use received::ReceivedMessage;
pub use response::ApiResponse;
pub use seed::Seed;
pub use stack::{Stack, only_local};
pub use stage::{Stage, contracts_of, for_key, fresh, hours, person};
pub use visitor::{Page, Visitor};
