//! How many messages a request sends.

use domain::MessageCount;
use serde::Serialize;
use utoipa::ToSchema;

/// Messages by channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, ToSchema)]
#[schema(as = MessageCount)]
pub struct MessageCountView {
    #[schema(value_type = u32)]
    email: usize,
    #[schema(value_type = u32)]
    sms: usize,
}

impl From<MessageCount> for MessageCountView {
    fn from(MessageCount { email, sms }: MessageCount) -> Self {
        Self { email, sms }
    }
}
