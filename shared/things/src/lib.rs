//! What the functions say to automats: through their shadows, and on their reply topic.
//!
//! [`Things`] is a thin client over the SDK's own; what is said is in `protocol`.

mod error;
mod opening;
mod reply;
mod room;
mod shadow;

use aws_sdk_iotdataplane::Client;

pub use self::error::{Error, Undelivered};
pub use self::opening::pauses;
pub use self::shadow::ControlShadow;

/// Speaks to automats through AWS IoT Core.
#[derive(Debug, Clone)]
pub struct Things {
    client: Client,
}

impl Things {
    /// Over an SDK client.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}
