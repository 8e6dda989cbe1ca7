//! The lockers of an automat as the Key Automat View draws them.
//!
//! A page may have 500 lockers, so each takes as few bytes as possible, and labels that are the same in all of them are
//! looked up once.

use std::borrow::Cow;
use std::collections::HashMap;

use domain::{ContractId, DoorState, Whereabouts};
use messages::LocalTimes;
use store::LockerView;
use strum::{IntoStaticStr, VariantArray};
use texts::Texts;

use crate::translations::count;

/// Which lockers the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Show {
    All,
    Inside,
    Out,
    Unknown,
    Empty,
}

/// The state of a locker as shown. If several apply, the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Inside,
    Out,
    /// Out, with a contract that has ended.
    Overdue,
    /// It has a key, and the automat has not reported yet whether it is inside.
    Unknown,
    Empty,
    /// It has no key, but one is inside.
    Stray,
    /// Not inside, and not taken with a contract: it may never have been put in.
    Missing,
}

pub(super) struct Locker {
    pub(super) view: LockerView,
    pub(super) look: Look,
    /// The contract with which the key is out, otherwise the active one, and its end.
    pub(super) until: Option<(ContractId, String)>,
}

/// The labels that every locker has. Those that name a locker or key are followed by its number or KeyID.
pub(super) struct Labels<'t> {
    pub(super) locker: Cow<'t, str>,
    pub(super) add: Cow<'t, str>,
    pub(super) add_which: Cow<'t, str>,
    pub(super) edit_which: Cow<'t, str>,
    pub(super) open: Cow<'t, str>,
    pub(super) open_which: Cow<'t, str>,
    pub(super) door_open: Cow<'t, str>,
    looks: [Cow<'t, str>; 7],
}

impl Show {
    /// In the order on the page.
    pub(super) const ALL: &[Self] = Self::VARIANTS;

    /// Its name in the query.
    pub(super) fn name(self) -> &'static str {
        self.into()
    }

    pub(super) fn shows(self, look: Look) -> bool {
        match self {
            Self::All => true,
            Self::Inside => look == Look::Inside,
            Self::Out => matches!(look, Look::Out | Look::Overdue | Look::Missing),
            Self::Unknown => look == Look::Unknown,
            Self::Empty => matches!(look, Look::Empty | Look::Stray),
        }
    }
}

impl Look {
    fn of(locker: &LockerView) -> Self {
        match (&locker.key, &locker.whereabouts) {
            (Some(_), Whereabouts::Inside) => Self::Inside,
            (Some(_), Whereabouts::Out { .. }) if locker.overdue => Self::Overdue,
            (Some(_), Whereabouts::Out { contract: Some(_) }) => Self::Out,
            (Some(_), Whereabouts::Out { contract: None }) => Self::Missing,
            (Some(_), Whereabouts::Unknown) => Self::Unknown,
            (None, Whereabouts::Inside) => Self::Stray,
            (None, Whereabouts::Out { .. } | Whereabouts::Unknown) => Self::Empty,
        }
    }

    /// The CSS classes of the locker.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Inside => "locker",
            Self::Unknown => "locker unknown",
            Self::Out | Self::Overdue | Self::Missing => "locker out",
            Self::Empty | Self::Stray => "locker empty",
        }
    }

    /// The CSS classes of the label.
    pub(super) fn badge(self) -> &'static str {
        match self {
            Self::Inside => "badge good",
            Self::Out | Self::Stray | Self::Missing => "badge warning",
            Self::Overdue => "badge bad",
            Self::Unknown => "badge waiting",
            Self::Empty => "quiet",
        }
    }
}

impl Locker {
    pub(super) fn of(view: LockerView, t: &Texts, times: LocalTimes) -> Self {
        let look = Look::of(&view);
        let shown = match look {
            Look::Out | Look::Overdue => &view.holder,
            _ => &view.active_contract,
        };
        let text = if look == Look::Overdue { "contract-was-due" } else { "contract-until" };
        let until = shown.as_ref().map(|entry| {
            let until = match entry.range.end() {
                Some(end) => t.with(text, [("time", times.moment(end))]),
                None => t.text("contract-permanent").into_owned(),
            };
            (entry.contract.clone(), until)
        });
        Self { view, look, until }
    }

    pub(super) fn door_is_open(&self) -> bool {
        self.view.door == DoorState::Open
    }
}

/// Adds to each contract how many other keys of this automat have the same one.
pub(super) fn count_other_keys(lockers: &mut [Locker], t: &Texts) {
    let mut keys: HashMap<ContractId, usize> = HashMap::new();
    for (contract, _) in lockers.iter().filter_map(|locker| locker.until.as_ref()) {
        *keys.entry(contract.clone()).or_default() += 1;
    }
    for (contract, until) in lockers.iter_mut().filter_map(|locker| locker.until.as_mut()) {
        if let Some(others) = keys.get(contract).map(|keys| keys - 1).filter(|others| *others > 0) {
            *until = format!("{until} {}", count(t, "keys-more", others));
        }
    }
}

impl<'t> Labels<'t> {
    pub(super) fn of(t: &'t Texts) -> Self {
        let looks =
            ["key-inside", "key-out", "key-overdue", "key-unknown", "locker-empty", "locker-stray", "key-missing"];
        Self {
            locker: t.text("locker"),
            add: t.text("locker-add"),
            add_which: t.text("locker-add-which"),
            edit_which: t.text("locker-edit-which"),
            open: t.text("locker-open"),
            open_which: t.text("locker-open-which"),
            door_open: t.text("door-open"),
            looks: looks.map(|id| t.text(id)),
        }
    }

    pub(super) fn look(&self, locker: &Locker) -> &str {
        &self.looks[locker.look as usize]
    }
}
