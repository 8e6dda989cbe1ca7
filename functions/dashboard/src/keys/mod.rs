//! Keys.

use domain::{Instant, Key, Whereabouts};
use texts::Texts;

pub(crate) mod form;
pub(crate) mod list;
pub(crate) mod page;
pub(crate) mod remove;

/// The class of the badge that says where a key is, and its text.
fn state(t: &Texts, key: &Key, now: Instant) -> (&'static str, String) {
    let (class, text) = match &key.whereabouts {
        Whereabouts::Inside => ("good", "key-page-inside"),
        Whereabouts::Unknown => ("waiting", "key-page-unknown"),
        Whereabouts::Out { contract: None } => ("warning", "key-page-missing"),
        Whereabouts::Out { .. } if key.whereabouts.is_overdue_by(&key.calendar, now) => ("bad", "state-overdue"),
        Whereabouts::Out { .. } => ("warning", "key-page-out"),
    };
    (class, t.text(text).into_owned())
}
