//! What the contacts of a contract would be told, as they will see it.

use api::Problem;
use domain::{Channel, Instant, Message};
use messages::{Encoding, Rendered, render, render_without_pin};
use store::Preview;
use texts::{FluentArgs, Texts};

use super::contacts::kind_in_words;
use crate::language::own_name;
use crate::times::Times;

/// One message.
pub(super) struct Told {
    /// Whom it goes to.
    pub(super) contact: String,
    pub(super) kind: String,
    /// By which channel, and to which address.
    pub(super) by: String,
    pub(super) language: &'static str,
    /// The language's ISO 639-1 code.
    pub(super) lang: &'static str,
    /// When it goes.
    pub(super) when: String,
    pub(super) words: Words,
}

/// How it will look.
pub(super) enum Words {
    /// A subject, and a page without scripts, links or anything from outside.
    Email { subject: String, html: String },
    /// A text, and what sending it takes.
    Sms { text: String, cost: String },
}

/// The messages of a preview. A PIN that nobody has just chosen stays hidden: looking at it is recorded.
pub(super) fn told(t: &Texts, times: &Times, preview: &Preview) -> Result<Vec<Told>, Problem> {
    let one = |(message, time): &(Message, Option<Instant>)| {
        let rendered =
            if preview.new_pin { render(message) } else { render_without_pin(message).map_err(Problem::internal)? };
        let recipient = &message.recipient;
        let by = match recipient.address.channel() {
            Channel::Email => "told-by-email",
            Channel::Sms => "told-by-sms",
        };
        Ok(Told {
            contact: recipient.name.to_string(),
            kind: kind_in_words(t, message.occasion.kind()),
            by: t.format(by, &FluentArgs::from_iter([("address", recipient.address.reveal())])),
            language: own_name(recipient.language),
            lang: recipient.language.code(),
            when: match time {
                Some(time) => t.format("told-at", &FluentArgs::from_iter([("time", times.moment(*time))])),
                None => t.say("told-at-once").into_owned(),
            },
            words: match rendered {
                Rendered::Email(email) => Words::Email { subject: email.subject, html: email.html },
                Rendered::Sms(sms) => Words::Sms { cost: cost(t, sms.encoding, sms.segments), text: sms.text },
            },
        })
    };
    preview.messages.iter().map(one).collect()
}

fn cost(t: &Texts, encoding: Encoding, segments: usize) -> String {
    let id = match encoding {
        Encoding::Gsm7 => "told-sms",
        Encoding::Ucs2 => "told-sms-of-many-letters",
    };
    t.format(id, &FluentArgs::from_iter([("count", segments)]))
}
