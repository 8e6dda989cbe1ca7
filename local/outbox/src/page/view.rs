//! View models for the page's template.

use std::time::Duration;

use askama::Template;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::behaviour::{Behaviour, Endpoint, Plan};
use crate::sent::{Event, Sent, What};
use crate::service::Service;

/// A kind of message, to filter the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Kind {
    Email,
    Sms,
    Event,
}

impl Kind {
    fn of(what: &What) -> Self {
        match what {
            What::Email(_) => Self::Email,
            What::Sms(_) => Self::Sms,
            What::Event(_) => Self::Event,
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

#[derive(Template)]
#[template(path = "outbox.html")]
pub(super) struct Page {
    /// Newest first.
    messages: Vec<Sent>,
    tabs: Vec<Tab>,
    endpoints: Vec<EndpointForm>,
    kept: usize,
    taken: u64,
}

struct Tab {
    href: String,
    title: &'static str,
    count: usize,
    is_current: bool,
}

struct EndpointForm {
    name: &'static str,
    title: &'static str,
    now: String,
    is_normal: bool,
    calls: u64,
    choices: Vec<Choice>,
}

struct Choice {
    value: String,
    text: String,
    is_chosen: bool,
}

impl Page {
    pub(super) fn new(service: &Service, kind: Option<Kind>) -> Self {
        let taken = service.messages.taken();
        let mut messages = service.messages.all();
        messages.reverse();
        let kept = messages.len();
        let tabs = tabs(&messages, kind);
        messages.retain(|sent| kind.is_none_or(|kind| Kind::of(&sent.what) == kind));
        let endpoints = Endpoint::ALL
            .iter()
            .map(|&endpoint| EndpointForm::new(endpoint, &service.behaviours.plan_of(endpoint)))
            .collect();
        Self { messages, tabs, endpoints, kept, taken }
    }

    fn has_faults(&self) -> bool {
        self.endpoints.iter().any(|endpoint| !endpoint.is_normal)
    }
}

fn tabs(messages: &[Sent], current: Option<Kind>) -> Vec<Tab> {
    let all = Tab { href: "/outbox".to_owned(), title: "All", count: messages.len(), is_current: current.is_none() };
    let of_kind = Kind::VARIANTS.iter().map(|&kind| Tab {
        href: format!("/outbox?show={}", <&str>::from(kind)),
        title: kind.title(),
        count: messages.iter().filter(|sent| Kind::of(&sent.what) == kind).count(),
        is_current: current == Some(kind),
    });
    std::iter::once(all).chain(of_kind).collect()
}

impl EndpointForm {
    fn new(endpoint: Endpoint, plan: &Plan) -> Self {
        let mut choices = vec![
            Behaviour::Accept,
            Behaviour::Refuse,
            Behaviour::Throttle,
            Behaviour::Fail,
            Behaviour::Late(Duration::from_secs(5)),
            Behaviour::Late(Duration::from_secs(30)),
            Behaviour::Vanish,
        ];
        if endpoint == Endpoint::Topic {
            choices.push(Behaviour::Partly);
        }
        let choice = |behaviour: Behaviour| Choice {
            value: behaviour.to_string(),
            text: describe(behaviour, "calls"),
            is_chosen: behaviour == plan.then,
        };
        Self {
            name: endpoint.into(),
            title: match endpoint {
                Endpoint::Email => "Emails",
                Endpoint::Sms => "SMS",
                Endpoint::Topic => "Topic",
            },
            now: describe_plan(plan),
            is_normal: plan.next.is_empty() && plan.then == Behaviour::Accept,
            calls: plan.calls,
            choices: choices.into_iter().map(choice).collect(),
        }
    }
}

/// Describes the current behaviour of an endpoint.
fn describe_plan(plan: &Plan) -> String {
    let then = describe(plan.then, "all others");
    match (plan.next.front(), plan.next.len()) {
        (None, _) => describe(plan.then, "every call"),
        (Some(next), 1) => format!("{}, then {then}", describe(*next, "one call")),
        (Some(next), calls) if plan.next.iter().all(|other| other == next) => {
            format!("{}, then {then}", describe(*next, &format!("{calls} calls")))
        }
        (Some(next), calls) => {
            format!("{}, has {} more calls configured, then {then}", describe(*next, "the next call"), calls - 1)
        }
    }
}

/// A phrase with a verb and these calls as its object.
fn describe(behaviour: Behaviour, calls: &str) -> String {
    match behaviour {
        Behaviour::Accept => format!("accepts {calls}"),
        Behaviour::Refuse => format!("refuses {calls}"),
        Behaviour::Throttle => format!("throttles {calls}"),
        Behaviour::Fail => format!("fails {calls}"),
        Behaviour::Late(by) => format!("answers {calls} {} s late", by.as_secs()),
        Behaviour::Vanish => format!("accepts {calls} without answering"),
        Behaviour::Partly => format!("accepts half the entries of {calls}"),
    }
}

impl Event {
    /// The message, indented if it is JSON.
    fn pretty(&self) -> String {
        let json = serde_json::from_str::<serde_json::Value>(&self.body);
        json.and_then(|json| serde_json::to_string_pretty(&json)).unwrap_or_else(|_| self.body.clone())
    }

    /// The topic's name: the last part of its ARN.
    fn topic_name(&self) -> &str {
        self.topic.rsplit(':').next().unwrap_or_default()
    }
}
