//! How the simulated services behave: normally, or with faults that were configured.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use strum::{EnumString, IntoStaticStr, VariantArray};

/// An endpoint by which messages are sent, with its own behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Endpoint {
    /// Emails, sent by SES.
    Email,
    /// Text messages to phones, sent by SNS.
    Sms,
    /// Messages to topics, sent by SNS.
    Topic,
}

impl Endpoint {
    pub const ALL: &[Self] = Self::VARIANTS;
}

/// How an endpoint responds to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    Accept,
    /// Refuses it permanently: SNS answers `InvalidParameter`, SES `MessageRejected`.
    Refuse,
    /// Reports too many calls: SNS answers `Throttled`, SES `TooManyRequestsException`, both with 429.
    Throttle,
    /// Reports an internal error: SNS answers `InternalError`, SES `InternalServiceErrorException`, both with 500.
    Fail,
    /// Accepts it at once, and answers after this time.
    Late(Duration),
    /// Accepts it, then closes the connection without answering.
    Vanish,
    /// Accepts the first, third, fifth … entry of a batch and fails the others; accepts calls that are not a batch.
    Partly,
}

impl Behaviour {
    /// Parses its name in the page's form, which is its `Display`.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "accept" => Self::Accept,
            "refuse" => Self::Refuse,
            "throttle" => Self::Throttle,
            "fail" => Self::Fail,
            "vanish" => Self::Vanish,
            "partly" => Self::Partly,
            _ => Self::Late(Duration::from_secs(name.strip_prefix("late-")?.parse().ok()?)),
        })
    }
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accept => f.write_str("accept"),
            Self::Refuse => f.write_str("refuse"),
            Self::Throttle => f.write_str("throttle"),
            Self::Fail => f.write_str("fail"),
            Self::Late(by) => write!(f, "late-{}", by.as_secs()),
            Self::Vanish => f.write_str("vanish"),
            Self::Partly => f.write_str("partly"),
        }
    }
}

/// The configured behaviour of all endpoints.
#[derive(Default)]
pub(crate) struct Behaviours(Mutex<HashMap<Endpoint, Plan>>);

/// The configured behaviour of one endpoint.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    /// For one call each, the next one first.
    pub(crate) next: VecDeque<Behaviour>,
    /// For all later calls.
    pub(crate) then: Behaviour,
    pub(crate) calls: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { next: VecDeque::new(), then: Behaviour::Accept, calls: 0 }
    }
}

impl Behaviours {
    /// Sets the behaviour from now on, replacing everything configured before.
    pub(crate) fn set(&self, endpoint: Endpoint, behaviour: Behaviour) {
        let mut all = self.all();
        let plan = all.entry(endpoint).or_default();
        plan.next.clear();
        plan.then = behaviour;
    }

    /// Sets the behaviour of the next calls, after those already configured.
    pub(crate) fn set_next(&self, endpoint: Endpoint, behaviour: Behaviour, calls: usize) {
        self.all().entry(endpoint).or_default().next.extend(std::iter::repeat_n(behaviour, calls));
    }

    /// The behaviour for the call that has just arrived.
    pub(crate) fn next_for(&self, endpoint: Endpoint) -> Behaviour {
        let mut all = self.all();
        let plan = all.entry(endpoint).or_default();
        plan.calls += 1;
        plan.next.pop_front().unwrap_or(plan.then)
    }

    pub(crate) fn plan_of(&self, endpoint: Endpoint) -> Plan {
        self.all().get(&endpoint).cloned().unwrap_or_default()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Endpoint, Plan>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_behaviour_for_some_calls_is_followed_by_the_permanent_one() {
        let behaviours = Behaviours::default();
        behaviours.set(Endpoint::Sms, Behaviour::Fail);
        behaviours.set_next(Endpoint::Sms, Behaviour::Throttle, 2);
        behaviours.set_next(Endpoint::Sms, Behaviour::Vanish, 1);
        let calls: Vec<_> = (0..4).map(|_| behaviours.next_for(Endpoint::Sms)).collect();
        assert_eq!(calls, [Behaviour::Throttle, Behaviour::Throttle, Behaviour::Vanish, Behaviour::Fail]);
        assert_eq!(behaviours.next_for(Endpoint::Email), Behaviour::Accept, "the other endpoints are unchanged");
        assert_eq!(behaviours.plan_of(Endpoint::Sms).calls, 4);
    }

    #[test]
    fn setting_a_permanent_behaviour_drops_those_for_some_calls() {
        let behaviours = Behaviours::default();
        behaviours.set_next(Endpoint::Sms, Behaviour::Throttle, 2);
        behaviours.set(Endpoint::Sms, Behaviour::Accept);
        assert_eq!(behaviours.next_for(Endpoint::Sms), Behaviour::Accept);
    }

    #[test]
    fn each_behaviour_is_parsed_from_its_name() {
        use Behaviour::{Accept, Fail, Late, Partly, Refuse, Throttle, Vanish};
        for behaviour in [Accept, Refuse, Throttle, Fail, Late(Duration::from_secs(5)), Vanish, Partly] {
            assert_eq!(Behaviour::from_name(&behaviour.to_string()), Some(behaviour));
        }
        for name in ["", "late", "late-", "late--1", "Accept"] {
            assert_eq!(Behaviour::from_name(name), None, "{name}");
        }
    }
}
