//! Previews in API responses.

use api::{ConflictView, ContractView, Problem, RangeView, RecipientView, StillUsableView};
use domain::{Instant, Message};
use messages::{Encoding, Rendered, render, render_without_pin};
use serde::Serialize;
use store::Preview;
use utoipa::ToSchema;

/// The result of a preview.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Preview)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PreviewView {
    /// The contract as it would be. Its PIN is shown if it came with the request or was generated for it.
    contract: ContractView,
    /// The first conflicting contracts, at most 20.
    conflicts: Vec<ConflictView>,
    /// The next time of the same length in which all keys are free, if there are conflicts; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RangeView, required = false)]
    next_free: Option<RangeView>,
    /// The automats without a connection where what this takes away could still be used; absent if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    still_usable: Vec<StillUsableView>,
    /// The messages exactly as they would be sent; those sent at once come first.
    messages: Vec<MessagePreview>,
}

/// A message as it would be sent.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessagePreview {
    /// What it is about.
    kind: &'static str,
    #[serde(flatten)]
    recipient: RecipientView,
    /// When it will be sent, unless the contract changes before; absent if it is sent at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    send_at: Option<String>,
    #[serde(flatten)]
    content: MessageContent,
}

/// The text of a message.
#[derive(Debug, Default, Serialize, ToSchema)]
struct MessageContent {
    /// The subject of an email.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    subject: Option<String>,
    text: String,
    /// The HTML form of an email; says the same as `text`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    html: Option<String>,
    /// The encoding and length of an SMS.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = SmsView, required = false)]
    sms: Option<SmsView>,
}

/// The encoding and length of an SMS.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sms)]
struct SmsView {
    encoding: EncodingView,
    /// The number of segments, each of which is charged.
    #[schema(value_type = u32, minimum = 1)]
    segments: usize,
}

/// The encoding of an SMS: one character outside the GSM-7 alphabet makes the whole SMS UCS-2, which holds less than
/// half as many characters.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Encoding)]
enum EncodingView {
    #[serde(rename = "GSM-7")]
    Gsm7,
    #[serde(rename = "UCS-2")]
    Ucs2,
}

impl PreviewView {
    pub(crate) fn new(preview: Preview, now: Instant) -> Result<Self, Problem> {
        let Preview { contract, new_pin, conflicts, next_free, messages, still_usable } = preview;
        let message = |(message, time): (Message, Option<Instant>)| {
            let rendered =
                if new_pin { render(&message) } else { render_without_pin(&message).map_err(Problem::internal)? };
            Ok(MessagePreview {
                kind: message.occasion.kind().name(),
                recipient: RecipientView::from(&message.recipient),
                send_at: time.map(|time| time.to_string()),
                content: rendered.into(),
            })
        };
        Ok(Self {
            messages: messages.into_iter().map(message).collect::<Result<_, Problem>>()?,
            contract: ContractView::previewed(contract, new_pin, now),
            conflicts: conflicts.iter().map(ConflictView::from).collect(),
            next_free: next_free.map(RangeView::from),
            still_usable: still_usable.into_iter().map(StillUsableView::from).collect(),
        })
    }
}

impl From<Rendered> for MessageContent {
    fn from(rendered: Rendered) -> Self {
        match rendered {
            Rendered::Email(email) => {
                Self { subject: Some(email.subject), text: email.text, html: Some(email.html), sms: None }
            }
            Rendered::Sms(sms) => {
                let encoding = match sms.encoding {
                    Encoding::Gsm7 => EncodingView::Gsm7,
                    Encoding::Ucs2 => EncodingView::Ucs2,
                };
                Self { text: sms.text, sms: Some(SmsView { encoding, segments: sms.segments }), ..Self::default() }
            }
        }
    }
}
