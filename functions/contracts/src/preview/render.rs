//! Previews as clients see them.

use api::{ContractView, EntryView, Problem, RangeView, RecipientView};
use domain::{Instant, Message};
use messages::{Encoding, Rendered, render, render_without_pin};
use store::Preview;
use utoipa::ToSchema;

/// What a request would come to.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = Preview)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PreviewView {
    /// The contract as it would be. Its PIN is in clear if it came with the request or has been generated for it.
    contract: ContractView,
    /// The first contracts that stand in the way, at most 20.
    conflicts: Vec<EntryView>,
    /// The earliest place for a contract of its length, where there are conflicts; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = RangeView, required = false)]
    next_free: Option<RangeView>,
    /// What the contacts would be told, word for word: first what goes at once.
    messages: Vec<MessagePreview>,
}

/// A message as it would go.
#[derive(Debug, serde::Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessagePreview {
    /// `contract-created`, `contract-updated`, `contract-ended`, `contract-cancelled`, `start-reminder` or `end-reminder`.
    kind: &'static str,
    #[serde(flatten)]
    recipient: RecipientView,
    /// When it goes, unless the contract has changed by then; absent when it goes at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    send_at: Option<String>,
    #[serde(flatten)]
    words: WordsView,
}

/// The words of a message.
#[derive(Debug, Default, serde::Serialize, ToSchema)]
#[schema(as = Words)]
struct WordsView {
    /// Of an email.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    subject: Option<String>,
    text: String,
    /// Of an email, which says the same in both forms.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    html: Option<String>,
    /// What an SMS takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = SmsView, required = false)]
    sms: Option<SmsView>,
}

/// What an SMS takes.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = Sms)]
struct SmsView {
    encoding: EncodingView,
    /// How many are sent, and paid for.
    #[schema(value_type = u32, minimum = 1)]
    segments: usize,
}

/// The alphabet of an SMS: one character beyond GSM-7 makes all of it UCS-2, which holds less than half as many.
#[derive(Debug, serde::Serialize, ToSchema)]
#[schema(as = Encoding)]
enum EncodingView {
    #[serde(rename = "GSM-7")]
    Gsm7,
    #[serde(rename = "UCS-2")]
    Ucs2,
}

impl PreviewView {
    pub(crate) fn new(preview: Preview, now: Instant) -> Result<Self, Problem> {
        let Preview { contract, new_pin, overdue, conflicts, next_free, messages } = preview;
        let message = |(message, time): (Message, Option<Instant>)| {
            let rendered =
                if new_pin { render(&message) } else { render_without_pin(&message).map_err(Problem::internal)? };
            Ok(MessagePreview {
                kind: message.occasion.kind().word(),
                recipient: RecipientView::from(&message.recipient),
                send_at: time.map(|time| time.to_string()),
                words: rendered.into(),
            })
        };
        Ok(Self {
            messages: messages.into_iter().map(message).collect::<Result<_, Problem>>()?,
            contract: ContractView::previewed(contract, new_pin, overdue, now),
            conflicts: conflicts.iter().map(EntryView::from).collect(),
            next_free: next_free.map(RangeView::from),
        })
    }
}

impl From<Rendered> for WordsView {
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
