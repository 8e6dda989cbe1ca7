//! Messages in API responses.

use domain::{MessageRecord, MessageState, SendFailure};
use serde::Serialize;
use utoipa::ToSchema;

use super::RecipientView;

/// A message to a contact and its delivery status.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    message_id: String,
    /// What it is about.
    kind: &'static str,
    #[serde(flatten)]
    recipient: RecipientView,
    /// The delivery status.
    state: &'static str,
    /// The number of attempts.
    attempts: u32,
    /// When the provider accepted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    sent_at: Option<String>,
    /// The time of the next attempt, while it is `pending`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    next_try_at: Option<String>,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    reason: Option<SendFailure>,
    /// The provider's id of the message, once it is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    provider_message_id: Option<String>,
    /// True if it may have been sent twice: the provider did not respond, or the process stopped before the response
    /// was saved. Otherwise absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    possibly_duplicate: bool,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<MessageRecord> for MessageView {
    fn from(record: MessageRecord) -> Self {
        let state = (&record.state).into();
        let next_try_at = match &record.state {
            MessageState::Pending { next_try } => Some(next_try.to_string()),
            _ => None,
        };
        let (sent_at, provider_message_id) = match record.state {
            MessageState::Sent { at, provider_id } => (Some(at.to_string()), Some(provider_id)),
            _ => (None, None),
        };
        Self {
            message_id: record.id.as_str().to_owned(),
            kind: record.kind.name(),
            recipient: RecipientView::from(&record.recipient),
            state,
            attempts: record.attempts,
            sent_at,
            next_try_at,
            reason: record.failure,
            provider_message_id,
            possibly_duplicate: record.possibly_duplicate,
            created_at: record.created_at.to_string(),
            updated_at: record.updated_at.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Address, Channel, Email, Instant, Language, MessageId, MessageKind, Name, PhoneNumber, Recipient};
    use serde_json::{Value, json};

    use super::*;

    fn at(second: i64) -> Instant {
        Instant::from_millis(second * 1000).unwrap()
    }

    fn record(state: MessageState, channel: Channel) -> MessageRecord {
        let address = match channel {
            Channel::Email => Address::Email(Email::parse("ada@example.fi").unwrap()),
            Channel::Sms => Address::Sms(PhoneNumber::parse("+358401234567").unwrap()),
        };
        MessageRecord {
            id: MessageId::parse("01KAXHVNM0000000000000000A").unwrap(),
            kind: MessageKind::ContractCreated,
            recipient: Recipient { name: Name::parse("Ada").unwrap(), address, language: Language::Finnish },
            state,
            attempts: 2,
            failure: None,
            possibly_duplicate: false,
            created_at: at(0),
            updated_at: at(2),
        }
    }

    fn shown(record: MessageRecord) -> Value {
        serde_json::to_value(MessageView::from(record)).unwrap()
    }

    #[test]
    fn a_sent_message_shows_its_time_and_the_providers_id() {
        let sent = MessageState::Sent { at: at(1), provider_id: "0100-1".to_owned() };
        assert_eq!(
            shown(record(sent, Channel::Email)),
            json!({
                "messageId": "01KAXHVNM0000000000000000A", "kind": "contract-created",
                "contact": "Ada", "channel": "email", "to": "ada@example.fi", "language": "fi",
                "state": "sent", "attempts": 2, "sentAt": "1970-01-01T00:00:01Z", "providerMessageId": "0100-1",
                "createdAt": "1970-01-01T00:00:00Z", "updatedAt": "1970-01-01T00:00:02Z",
            })
        );
    }

    #[test]
    fn a_pending_message_shows_its_next_attempt_and_the_reason() {
        let pending = MessageState::Pending { next_try: at(60) };
        let retried = MessageRecord {
            failure: Some(SendFailure::Unanswered),
            possibly_duplicate: true,
            ..record(pending, Channel::Sms)
        };
        let shown = shown(retried);
        assert_eq!((&shown["state"], &shown["nextTryAt"]), (&json!("pending"), &json!("1970-01-01T00:01:00Z")));
        assert_eq!((&shown["reason"], &shown["possiblyDuplicate"]), (&json!("unanswered"), &json!(true)));
        assert_eq!((&shown["channel"], &shown["to"]), (&json!("sms"), &json!("+358401234567")));
    }

    #[test]
    fn each_state_has_its_name() {
        let states = [
            MessageState::Sending { since: at(1) },
            MessageState::Bounced { at: at(1) },
            MessageState::Refused { at: at(1) },
            MessageState::Failed { at: at(1) },
            MessageState::Superseded { at: at(1) },
        ];
        let names = states.map(|state| shown(record(state, Channel::Email))["state"].clone());
        assert_eq!(names, ["sending", "bounced", "refused", "failed", "superseded"]);
    }
}
