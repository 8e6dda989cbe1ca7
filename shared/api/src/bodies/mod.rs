//! Request bodies that several functions read.

mod contact;
mod contract;
mod key;

pub use self::contact::ContactBody;
pub use self::contract::{ContractEdit, NewContract};
pub use self::key::NewKey;
