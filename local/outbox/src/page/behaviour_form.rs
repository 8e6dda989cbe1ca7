//! The form that configures an endpoint's behaviour.

use crate::behaviour::{Behaviour, Behaviours, Endpoint};

/// Maximum number of calls in one form.
const MAX_CALLS: usize = 1_000;

/// A submitted form: an endpoint, its behaviour, and the number of calls; `None` means from now on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BehaviourForm {
    endpoint: Endpoint,
    behaviour: Behaviour,
    calls: Option<usize>,
}

impl BehaviourForm {
    /// Parses a form; `None` when it is invalid.
    pub(super) fn parse(form: &[u8]) -> Option<Self> {
        let (mut endpoint, mut behaviour, mut calls) = (None, None, None);
        for (name, value) in form_urlencoded::parse(form) {
            match name.as_ref() {
                "end" => endpoint = Some(value.parse().ok()?),
                "behaviour" => behaviour = Some(Behaviour::from_name(&value)?),
                "calls" if value.is_empty() => {}
                "calls" => calls = Some(value.parse().ok().filter(|calls| (1..=MAX_CALLS).contains(calls))?),
                _ => return None,
            }
        }
        Some(Self { endpoint: endpoint?, behaviour: behaviour?, calls })
    }

    pub(super) fn apply(self, behaviours: &Behaviours) {
        match self.calls {
            Some(calls) => behaviours.set_next(self.endpoint, self.behaviour, calls),
            None => behaviours.set(self.endpoint, self.behaviour),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_sets_a_behaviour_for_a_number_of_calls() {
        let form = |calls| Some(BehaviourForm { endpoint: Endpoint::Sms, behaviour: Behaviour::Throttle, calls });
        assert_eq!(BehaviourForm::parse(b"end=sms&behaviour=throttle&calls=3"), form(Some(3)));
        assert_eq!(BehaviourForm::parse(b"end=sms&behaviour=throttle&calls="), form(None));
        assert_eq!(BehaviourForm::parse(b"end=sms&behaviour=throttle"), form(None));
    }

    #[test]
    fn an_invalid_form_is_refused() {
        for form in [
            "",
            "end=sms",
            "behaviour=fail",
            "end=fax&behaviour=fail",
            "end=sms&behaviour=sing",
            "end=sms&behaviour=fail&calls=0",
            "end=sms&behaviour=fail&calls=1001",
            "end=sms&behaviour=fail&x=y",
        ] {
            assert_eq!(BehaviourForm::parse(form.as_bytes()), None, "{form}");
        }
    }
}
