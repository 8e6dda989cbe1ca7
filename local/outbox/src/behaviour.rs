//! How the ends behave: well, unless told otherwise.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// One of the ends that messages are sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum End {
    /// Emails, at SES.
    Email,
    /// Text messages to phones, at SNS.
    Sms,
    /// Messages to topics, at SNS.
    Topic,
}

impl End {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::Topic];

    /// Its word on the page.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Topic => "topic",
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.word() == word)
    }
}

/// What an end does with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Takes it.
    Accept,
    /// Refuses it for good: SNS says `InvalidParameter`, SES `MessageRejected`.
    Refuse,
    /// Says that there were too many: SNS `Throttled`, SES `TooManyRequestsException`, both with 429.
    Throttle,
    /// Breaks: SNS says `InternalError`, SES `InternalServiceErrorException`, both with 500.
    Fail,
    /// Takes it at once, and says so only after so long.
    Late(Duration),
    /// Takes it, then drops the connection without a word.
    Vanish,
    /// Takes the first, third, fifth … of a batch and fails the others; what does not come in a batch it takes.
    Partly,
}

impl Behaviour {
    /// Reads its word on the page, the one that it is displayed as.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "accept" => Self::Accept,
            "refuse" => Self::Refuse,
            "throttle" => Self::Throttle,
            "fail" => Self::Fail,
            "vanish" => Self::Vanish,
            "partly" => Self::Partly,
            _ => Self::Late(Duration::from_secs(word.strip_prefix("late-")?.parse().ok()?)),
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

/// What the ends were told.
#[derive(Default)]
pub(crate) struct Conduct(Mutex<HashMap<End, Orders>>);

/// What one end was told, and how often it was called.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Orders {
    /// For one call each, the next first.
    pub(crate) next: VecDeque<Behaviour>,
    /// For all calls after those.
    pub(crate) then: Behaviour,
    pub(crate) calls: u64,
}

impl Default for Orders {
    fn default() -> Self {
        Self { next: VecDeque::new(), then: Behaviour::Accept, calls: 0 }
    }
}

impl Conduct {
    /// From now on, whatever was told before.
    pub(crate) fn set(&self, end: End, behaviour: Behaviour) {
        let mut all = self.all();
        let orders = all.entry(end).or_default();
        orders.next.clear();
        orders.then = behaviour;
    }

    /// For so many calls, after those that were told of before.
    pub(crate) fn set_next(&self, end: End, behaviour: Behaviour, calls: usize) {
        self.all().entry(end).or_default().next.extend(std::iter::repeat_n(behaviour, calls));
    }

    /// What to do with the call that has just come.
    pub(crate) fn of_call(&self, end: End) -> Behaviour {
        let mut all = self.all();
        let orders = all.entry(end).or_default();
        orders.calls += 1;
        orders.next.pop_front().unwrap_or(orders.then)
    }

    pub(crate) fn orders(&self, end: End) -> Orders {
        self.all().get(&end).cloned().unwrap_or_default()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<End, Orders>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn does_what_was_told_for_some_calls_and_then_what_was_told_for_good() {
        let conduct = Conduct::default();
        conduct.set(End::Sms, Behaviour::Fail);
        conduct.set_next(End::Sms, Behaviour::Throttle, 2);
        conduct.set_next(End::Sms, Behaviour::Vanish, 1);
        let calls: Vec<_> = (0..4).map(|_| conduct.of_call(End::Sms)).collect();
        assert_eq!(calls, [Behaviour::Throttle, Behaviour::Throttle, Behaviour::Vanish, Behaviour::Fail]);
        assert_eq!(conduct.of_call(End::Email), Behaviour::Accept, "the others go on as before");
        assert_eq!(conduct.orders(End::Sms).calls, 4);
    }

    #[test]
    fn told_anew_it_forgets_what_was_told_for_some_calls() {
        let conduct = Conduct::default();
        conduct.set_next(End::Sms, Behaviour::Throttle, 2);
        conduct.set(End::Sms, Behaviour::Accept);
        assert_eq!(conduct.of_call(End::Sms), Behaviour::Accept);
    }

    #[test]
    fn each_behaviour_is_read_back_from_its_word() {
        use Behaviour::{Accept, Fail, Late, Partly, Refuse, Throttle, Vanish};
        for behaviour in [Accept, Refuse, Throttle, Fail, Late(Duration::from_secs(5)), Vanish, Partly] {
            assert_eq!(Behaviour::of_word(&behaviour.to_string()), Some(behaviour));
        }
        for word in ["", "late", "late-", "late--1", "Accept"] {
            assert_eq!(Behaviour::of_word(word), None, "{word}");
        }
    }
}
