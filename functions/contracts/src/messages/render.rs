//! Messages as clients see them.

use domain::{MessageRecord, MessageState, Trouble};
use utoipa::ToSchema;

use crate::recipient::RecipientView;

/// A message to a contact, and what became of it.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = Message)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessageView {
    message_id: String,
    /// `contract-created`, `contract-updated`, `contract-cancelled`, `start-reminder`, `end-reminder`, `key-fetched`,
    /// `key-returned` or `key-not-returned`.
    kind: &'static str,
    #[serde(flatten)]
    recipient: RecipientView,
    state: StateView,
    /// How often it has been tried.
    attempts: u32,
    /// When it was sent: the provider has taken it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    sent_at: Option<String>,
    /// When it is tried next, while it is `pending`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    next_try_at: Option<String>,
    /// Why the last try came to nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ReasonView, required = false)]
    reason: Option<ReasonView>,
    /// The provider's name for it, once it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    provider_message_id: Option<String>,
    /// True when it may have gone twice: the provider did not answer, or we broke off before we could write its answer
    /// down. Otherwise absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    perhaps_twice: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// Where a message stands.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = MessageState)]
#[serde(rename_all = "lowercase")]
enum StateView {
    /// It will be tried.
    Pending,
    /// It is being sent.
    Sending,
    /// The provider has taken it.
    Sent,
    /// The provider took it, and then could not deliver it.
    Bounced,
    /// The provider will never take it.
    Refused,
    /// It was tried for so long that it would be of no use any more.
    Failed,
    /// The contract had changed before it went.
    Superseded,
}

/// Why a message was not sent, or not yet.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = MessageReason)]
#[serde(rename_all = "kebab-case")]
enum ReasonView {
    /// The provider takes no more for now.
    Throttled,
    /// The provider is not well.
    Unavailable,
    /// The provider did not answer, and may have sent it.
    Unanswered,
    /// The provider does not let us, until whoever runs the stack sets it right.
    NotAllowed,
    /// The provider never sends to this address or number.
    AddressRefused,
    /// The provider never sends this message.
    ContentRefused,
}

impl From<MessageRecord> for MessageView {
    fn from(record: MessageRecord) -> Self {
        let (state, next_try, sent) = match record.state {
            MessageState::Pending { next_try } => (StateView::Pending, Some(next_try), None),
            MessageState::Sending { .. } => (StateView::Sending, None, None),
            MessageState::Sent { at, provider_id } => (StateView::Sent, None, Some((at, provider_id))),
            MessageState::Bounced { .. } => (StateView::Bounced, None, None),
            MessageState::Refused { .. } => (StateView::Refused, None, None),
            MessageState::Failed { .. } => (StateView::Failed, None, None),
            MessageState::Superseded { .. } => (StateView::Superseded, None, None),
        };
        let (sent_at, provider_message_id) = sent.unzip();
        Self {
            message_id: record.id.as_str().to_owned(),
            kind: record.kind.word(),
            recipient: RecipientView::from(&record.recipient),
            state,
            attempts: record.attempts,
            sent_at: sent_at.map(|at| at.to_string()),
            next_try_at: next_try.map(|at| at.to_string()),
            reason: record.trouble.map(ReasonView::from),
            provider_message_id,
            perhaps_twice: record.perhaps_twice,
            created_at: record.created_at.to_string(),
            updated_at: record.updated_at.to_string(),
        }
    }
}

impl From<Trouble> for ReasonView {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Throttled => Self::Throttled,
            Trouble::Unavailable => Self::Unavailable,
            Trouble::Unanswered => Self::Unanswered,
            Trouble::NotAllowed => Self::NotAllowed,
            Trouble::AddressRefused => Self::AddressRefused,
            Trouble::ContentRefused => Self::ContentRefused,
        }
    }
}
