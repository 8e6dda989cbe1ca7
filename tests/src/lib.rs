//! What the end-to-end tests stand on: a stack to talk to, a client that asks as one of the roles, and ordinary things
//! made over HTTP.
//!
//! The suite talks to a local cloud that it starts in its own process, or to the stack that the environment names (see
//! [`Stack::shared`]). Every test makes an automat of its own under a fresh name, so that tests share one stack and do
//! not see each other.

#![expect(
    clippy::needless_pass_by_value,
    reason = "bodies are written where they are sent: `json!` by value reads best"
)]
#![expect(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc, reason = "what fails here fails the test")]

mod answer;
mod browser;
mod call;
pub mod curl;
mod deployed;
pub mod device;
mod document;
mod forged;
pub mod history;
pub mod mqtt;
mod seed;
mod stack;
mod stage;
mod told;
mod visitor;

pub use answer::Answer;
pub use browser::{Browser, Tokens};
pub use call::{As, Call};
pub use forged::forgeries;
pub use seed::Seed;
pub use stack::{Stack, only_local};
pub use stage::{Stage, fresh, hours, person};
pub use told::Told;
pub use visitor::{Page, Visitor};
