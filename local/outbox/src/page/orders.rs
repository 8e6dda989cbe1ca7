//! What the page's forms tell an end.

use crate::behaviour::{Behaviour, Conduct, End};

/// So many calls at most can be told of at once.
const MAX_CALLS: usize = 1_000;

/// An end, what it is to do, and for how many calls; without a number from now on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    end: End,
    behaviour: Behaviour,
    calls: Option<usize>,
}

impl Told {
    /// Reads a form; `None` when it is none of the page's.
    pub(super) fn read(form: &[u8]) -> Option<Self> {
        let (mut end, mut behaviour, mut calls) = (None, None, None);
        for (name, value) in form_urlencoded::parse(form) {
            match name.as_ref() {
                "end" => end = Some(End::of_word(&value)?),
                "behaviour" => behaviour = Some(Behaviour::of_word(&value)?),
                "calls" if value.is_empty() => {}
                "calls" => calls = Some(value.parse().ok().filter(|calls| (1..=MAX_CALLS).contains(calls))?),
                _ => return None,
            }
        }
        Some(Self { end: end?, behaviour: behaviour?, calls })
    }

    /// Tells it.
    pub(super) fn to(self, conduct: &Conduct) {
        match self.calls {
            Some(calls) => conduct.set_next(self.end, self.behaviour, calls),
            None => conduct.set(self.end, self.behaviour),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_tells_an_end_what_to_do_and_how_often() {
        let told = |calls| Some(Told { end: End::Sms, behaviour: Behaviour::Throttle, calls });
        assert_eq!(Told::read(b"end=sms&behaviour=throttle&calls=3"), told(Some(3)));
        assert_eq!(Told::read(b"end=sms&behaviour=throttle&calls="), told(None));
        assert_eq!(Told::read(b"end=sms&behaviour=throttle"), told(None));
    }

    #[test]
    fn what_is_no_form_of_the_page_tells_nothing() {
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
            assert_eq!(Told::read(form.as_bytes()), None, "{form}");
        }
    }
}
