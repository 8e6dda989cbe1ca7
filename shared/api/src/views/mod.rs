//! What several functions show in the same form.

mod contract;
mod message;
mod recipient;

pub use contract::{ContactView, ContractView};
pub use message::MessageView;
pub use recipient::RecipientView;
