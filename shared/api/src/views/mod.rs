//! What several functions show in the same form.

mod contact;
mod contract;
mod message;
mod recipient;

pub use contact::ContactView;
pub use contract::ContractView;
pub use message::MessageView;
pub use recipient::RecipientView;
