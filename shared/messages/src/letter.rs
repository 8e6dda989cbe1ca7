//! An email: what it says is composed once, and set twice, as plain text and as HTML.

use askama::Template;
use domain::{FreeText, MessageKind, Occasion};

use crate::Email;
use crate::wording::{Wording, address_lines, cut};

/// What an email says, piece by piece.
pub(crate) struct Letter {
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

/// The keypad code and what to do with it.
struct PinBlock {
    label: String,
    digits: String,
    usage: String,
}

/// Something with its name, in one line or several.
struct Fact {
    label: String,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "email.txt")]
struct Text<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "email.html")]
struct Html<'a> {
    letter: &'a Letter,
}

impl Letter {
    /// Puts the pieces together.
    pub(crate) fn compose(wording: &Wording<'_>) -> Self {
        let pin = wording.pin().map(|pin| PinBlock {
            label: wording.say("pin"),
            digits: pin.reveal().to_owned(),
            usage: wording.say("pin-use"),
        });
        let lines = |text: &FreeText| text.as_str().lines().map(str::to_owned).collect();
        let note = wording.note().map(|text| Fact { label: wording.say("note"), lines: lines(text) });
        Self {
            language: wording.language(),
            tone: Tone::of(wording.occasion().kind()),
            subject: cut(&wording.say_part("subject"), Email::MAX_SUBJECT, "…"),
            preheader: wording.say("preheader"),
            kicker: format!("{} {}", wording.say("key"), wording.facts().key),
            heading: wording.say_part("heading"),
            greeting: wording.say("greeting"),
            intro: wording.say_part("intro"),
            pin,
            facts: facts_of(wording),
            note,
            footer: wording.say("footer"),
        }
    }

    /// Sets them. A template's `Display` fails only if what it writes to does, and a `String` does not.
    pub(crate) fn into_email(self) -> Email {
        let text = Text { letter: &self }.to_string();
        let html = Html { letter: &self }.to_string();
        Email { subject: self.subject, text, html }
    }
}

/// The facts one below the other: what has just happened first.
fn facts_of(wording: &Wording<'_>) -> Vec<Fact> {
    let facts = wording.facts();
    let fact = |label: &str, lines: Vec<String>| Fact { label: wording.say(label), lines };
    let mut all = Vec::new();
    match wording.occasion() {
        Occasion::Updated(_) | Occasion::ZoneChanged => all.push(fact("changed", vec![wording.say("changes")])),
        Occasion::Fetched(at) => all.push(fact("fetched", vec![wording.times().moment(*at)])),
        Occasion::Returned(at) => all.push(fact("returned", vec![wording.times().moment(*at)])),
        Occasion::Created
        | Occasion::Ended
        | Occasion::Cancelled
        | Occasion::StartReminder
        | Occasion::EndReminder
        | Occasion::NotReturned => {}
    }
    let property = Some(facts.property.to_string()).filter(|property| !property.is_empty());
    all.push(fact("key", [facts.key.to_string()].into_iter().chain(property).collect()));
    all.push(fact("person", vec![facts.person.to_string()]));
    let address = address_lines(facts.place.location.as_ref());
    all.push(fact("place", [facts.place.name.to_string()].into_iter().chain(address).collect()));
    if let Some(end) = facts.range.end() {
        all.push(fact("from", vec![wording.times().moment(facts.range.start())]));
        all.push(fact("until", vec![wording.times().moment(end)]));
    } else {
        all.push(fact("valid", vec![wording.times().range(facts.range)]));
    }
    all.push(fact("reference", vec![facts.contract.to_string()]));
    all
}

/// The colour that an email is seen in before it is read.
#[derive(Clone, Copy)]
enum Tone {
    /// All is well.
    Calm,
    /// Something is to be minded.
    Attentive,
    /// Something is over.
    Past,
    /// Something is to be done.
    Urgent,
}

impl Tone {
    fn of(kind: MessageKind) -> Self {
        match kind {
            MessageKind::ContractCreated | MessageKind::KeyFetched | MessageKind::KeyReturned => Self::Calm,
            MessageKind::ContractUpdated | MessageKind::StartReminder | MessageKind::EndReminder => Self::Attentive,
            MessageKind::ContractEnded | MessageKind::ContractCancelled => Self::Past,
            MessageKind::KeyNotReturned => Self::Urgent,
        }
    }

    fn colour(self) -> &'static str {
        match self {
            Self::Calm => "#0f766e",
            Self::Attentive => "#b45309",
            Self::Past => "#64748b",
            Self::Urgent => "#be123c",
        }
    }
}
