//! Messages from the functions to automats: through their shadows and on their own topics.
//!
//! [`Things`] is a thin wrapper around the SDK's client; the messages are in `protocol`.

mod error;
mod opening;
mod publish;
mod room;
mod shadow;

use aws_sdk_iotdataplane::Client;

pub use self::error::{DeliveryError, Error};
pub use self::opening::pauses;
pub use self::shadow::ControlShadow;

#[derive(Debug, Clone)]
pub struct Things {
    client: Client,
}

impl Things {
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}
