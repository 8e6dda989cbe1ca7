//! What the page shows, in the form that its template wants.

use std::time::Duration;

use askama::Template;

use crate::behaviour::{Behaviour, End, Orders};
use crate::sent::{Event, Sent, What};
use crate::service::Service;

/// A kind of message, to see only those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Email,
    Sms,
    Event,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::Event];

    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    fn of(what: &What) -> Self {
        match what {
            What::Email(_) => Self::Email,
            What::Sms(_) => Self::Sms,
            What::Event(_) => Self::Event,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Event => "event",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Email => "Emails",
            Self::Sms => "SMS",
            Self::Event => "Events",
        }
    }
}

/// The whole page.
#[derive(Template)]
#[template(path = "outbox.html")]
pub(super) struct Page {
    /// Newest first.
    messages: Vec<Sent>,
    tabs: Vec<Tab>,
    ends: Vec<EndForm>,
    kept: usize,
    taken: u64,
}

struct Tab {
    href: String,
    title: &'static str,
    count: usize,
    is_current: bool,
}

struct EndForm {
    word: &'static str,
    title: &'static str,
    now: String,
    behaves_well: bool,
    calls: u64,
    choices: Vec<Choice>,
}

struct Choice {
    word: String,
    text: String,
    is_chosen: bool,
}

impl Page {
    pub(super) fn new(service: &Service, kind: Option<Kind>) -> Self {
        let taken = service.tray.taken();
        let mut messages = service.tray.all();
        messages.reverse();
        let kept = messages.len();
        let tabs = tabs(&messages, kind);
        messages.retain(|sent| kind.is_none_or(|kind| Kind::of(&sent.what) == kind));
        let ends = End::ALL.into_iter().map(|end| EndForm::new(end, &service.conduct.orders(end))).collect();
        Self { messages, tabs, ends, kept, taken }
    }

    fn misbehaves(&self) -> bool {
        self.ends.iter().any(|end| !end.behaves_well)
    }
}

fn tabs(messages: &[Sent], current: Option<Kind>) -> Vec<Tab> {
    let all = Tab { href: "/outbox".to_owned(), title: "All", count: messages.len(), is_current: current.is_none() };
    let of_kind = Kind::ALL.map(|kind| Tab {
        href: format!("/outbox?show={}", kind.word()),
        title: kind.title(),
        count: messages.iter().filter(|sent| Kind::of(&sent.what) == kind).count(),
        is_current: current == Some(kind),
    });
    std::iter::once(all).chain(of_kind).collect()
}

impl EndForm {
    fn new(end: End, orders: &Orders) -> Self {
        let mut choices = vec![
            Behaviour::Accept,
            Behaviour::Refuse,
            Behaviour::Throttle,
            Behaviour::Fail,
            Behaviour::Late(Duration::from_secs(5)),
            Behaviour::Late(Duration::from_secs(30)),
            Behaviour::Vanish,
        ];
        if end == End::Topic {
            choices.push(Behaviour::Partly);
        }
        let choice = |behaviour: Behaviour| Choice {
            word: behaviour.to_string(),
            text: told(behaviour),
            is_chosen: behaviour == orders.then,
        };
        Self {
            word: end.word(),
            title: match end {
                End::Email => "Emails",
                End::Sms => "SMS",
                End::Topic => "Topic",
            },
            now: now(orders),
            behaves_well: orders.next.is_empty() && orders.then == Behaviour::Accept,
            calls: orders.calls,
            choices: choices.into_iter().map(choice).collect(),
        }
    }
}

/// What an end does next, in words.
fn now(orders: &Orders) -> String {
    match (orders.next.front(), orders.next.len()) {
        (None, _) => format!("{} every call", told(orders.then)),
        (Some(next), 1) => format!("{} one call, then {}", told(*next), told(orders.then)),
        (Some(next), calls) if orders.next.iter().all(|other| other == next) => {
            format!("{} {calls} calls, then {}", told(*next), told(orders.then))
        }
        (Some(next), calls) => format!("{} the next of {calls} calls, then {}", told(*next), told(orders.then)),
    }
}

fn told(behaviour: Behaviour) -> String {
    match behaviour {
        Behaviour::Accept => "accepts".to_owned(),
        Behaviour::Refuse => "refuses".to_owned(),
        Behaviour::Throttle => "throttles".to_owned(),
        Behaviour::Fail => "fails".to_owned(),
        Behaviour::Late(by) => format!("answers {} s late", by.as_secs()),
        Behaviour::Vanish => "accepts without answering".to_owned(),
        Behaviour::Partly => "accepts half of a batch".to_owned(),
    }
}

impl Event {
    /// Its body, over several lines when it is JSON.
    fn pretty(&self) -> String {
        let json = serde_json::from_str::<serde_json::Value>(&self.body);
        json.and_then(|json| serde_json::to_string_pretty(&json)).unwrap_or_else(|_| self.body.clone())
    }

    /// The topic's name, which ends its ARN.
    fn topic_name(&self) -> &str {
        self.topic.rsplit(':').next().unwrap_or_default()
    }
}
