//! Emails. The content is composed once and rendered twice, as plain text and as HTML.

use askama::Template;
use domain::{FreeText, KeyFacts};

use crate::Email;
use crate::content::{Content, address_lines, cut};
use crate::style::Tone;

/// The parts of an email.
pub(crate) struct EmailContent {
    language: &'static str,
    tone: Tone,
    subject: String,
    preheader: String,
    kicker: String,
    heading: String,
    greeting: String,
    intro: String,
    pin: Option<PinBlock>,
    facts: Vec<Fact>,
    note: Option<Fact>,
    footer: String,
}

/// The PIN and how to use it.
struct PinBlock {
    label: String,
    digits: String,
    usage: String,
}

/// A label with one or more lines.
struct Fact {
    label: String,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "email.txt")]
struct Text<'a> {
    email: &'a EmailContent,
}

#[derive(Template)]
#[template(path = "email.html")]
struct Html<'a> {
    email: &'a EmailContent,
}

impl EmailContent {
    pub(crate) fn compose(content: &Content<'_>) -> Self {
        let pin = content.pin().map(|pin| PinBlock {
            label: content.say("pin"),
            digits: pin.reveal().to_owned(),
            usage: content.say("pin-use"),
        });
        let lines = |text: &FreeText| text.as_str().lines().map(str::to_owned).collect();
        let note = content.note().map(|text| Fact { label: content.say("note"), lines: lines(text) });
        Self {
            language: content.language(),
            tone: content.style().tone,
            subject: cut(&content.say_part("subject"), Email::MAX_SUBJECT, "…"),
            preheader: content.say("preheader"),
            kicker: content.say("kicker"),
            heading: content.say_part("heading"),
            greeting: content.say("greeting"),
            intro: content.say_part("intro"),
            pin,
            facts: facts_of(content),
            note,
            footer: content.say("footer"),
        }
    }

    /// Renders both templates. Rendering fails only if writing fails, and writing to a `String` does not.
    pub(crate) fn into_email(self) -> Email {
        let text = Text { email: &self }.to_string();
        let html = Html { email: &self }.to_string();
        Email { subject: self.subject, text, html }
    }
}

/// The facts in order, starting with what has just happened.
fn facts_of(content: &Content<'_>) -> Vec<Fact> {
    let facts = content.facts();
    let fact = |label: &str, lines: Vec<String>| Fact { label: content.say(label), lines };
    let mut all = Vec::new();
    if let Some((label, news)) = content.news() {
        all.push(fact(label, vec![news]));
    }
    for KeyFacts { key, property, .. } in &facts.keys {
        let property = Some(property.to_string()).filter(|property| !property.is_empty());
        all.push(fact("key", [key.to_string()].into_iter().chain(property).collect()));
    }
    all.push(fact("person", vec![facts.person.to_string()]));
    for automat in facts.automats() {
        let address = address_lines(automat.location.as_ref());
        all.push(fact("automat", [automat.name.to_string()].into_iter().chain(address).collect()));
    }
    if let Some(end) = facts.range.end() {
        all.push(fact("from", vec![content.times().moment(facts.range.start())]));
        all.push(fact("until", vec![content.times().moment(end)]));
    } else {
        all.push(fact("valid", vec![content.times().range(facts.range)]));
    }
    if let Some(hours) = content.hours() {
        all.push(fact("hours", vec![hours]));
    }
    all.push(fact("reference", vec![facts.contract.to_string()]));
    all
}
