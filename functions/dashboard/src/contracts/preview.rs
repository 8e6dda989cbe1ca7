//! The messages that would be sent, as the contacts will see them.

use api::Problem;
use axum::response::Response;
use domain::{Instant, Message};
use messages::{Encoding, Rendered, render, render_without_pin};
use store::Preview;
use texts::Texts;

use super::contacts::{address_label, kind_label};
use crate::language::own_name;
use crate::session::ShowsMail;
use crate::times::Times;

pub(super) struct PreviewedMessage {
    pub(super) contact: String,
    pub(super) kind: String,
    /// The channel and the address.
    pub(super) by: String,
    pub(super) language: &'static str,
    /// The ISO 639-1 code of the language.
    pub(super) lang: &'static str,
    pub(super) when: String,
    pub(super) body: MessageBody,
}

pub(super) enum MessageBody {
    /// The HTML has no scripts, links or external content.
    Email { subject: String, html: String },
    /// `cost` says how many SMS it takes.
    Sms { text: String, cost: String },
}

/// The messages of a preview. An existing PIN stays hidden, since viewing it is recorded.
pub(super) fn previewed_messages(
    t: &Texts,
    times: &Times,
    preview: &Preview,
) -> Result<Vec<PreviewedMessage>, Problem> {
    let one = |(message, time): &(Message, Option<Instant>)| {
        let rendered =
            if preview.new_pin { render(message) } else { render_without_pin(message).map_err(Problem::internal)? };
        let recipient = &message.recipient;
        Ok(PreviewedMessage {
            contact: recipient.name.to_string(),
            kind: kind_label(t, message.occasion.kind()),
            by: address_label(t, recipient),
            language: own_name(recipient.language),
            lang: recipient.language.code(),
            when: match time {
                Some(time) => t.with("preview-at", [("time", times.moment(*time))]),
                None => t.text("preview-now").into_owned(),
            },
            body: match rendered {
                Rendered::Email(email) => MessageBody::Email { subject: email.subject, html: email.html },
                Rendered::Sms(sms) => MessageBody::Sms { cost: cost(t, sms.encoding, sms.segments), text: sms.text },
            },
        })
    };
    preview.messages.iter().map(one).collect()
}

/// Lets the response show emails, which have styles of their own.
pub(super) fn with_mail(mut response: Response) -> Response {
    response.extensions_mut().insert(ShowsMail);
    response
}

fn cost(t: &Texts, encoding: Encoding, segments: usize) -> String {
    let id = match encoding {
        Encoding::Gsm7 => "preview-sms",
        Encoding::Ucs2 => "preview-sms-unicode",
    };
    t.with(id, [("count", segments)])
}
