//! Parts of responses that several functions share.

mod contract;
mod key;
mod message;
mod message_count;
mod recipient;
mod still_usable;

pub use contract::{ContactView, ContractView};
pub use key::KeyView;
pub use message::MessageView;
pub use message_count::MessageCountView;
pub use recipient::RecipientView;
pub use still_usable::StillUsableView;
