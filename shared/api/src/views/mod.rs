//! Parts of responses that several functions share.

mod contract;
mod message;
mod recipient;

pub use contract::{ContactView, ContractView};
pub use message::MessageView;
pub use recipient::RecipientView;
