//! The lockers of an automat as the Key Automat View draws them.
//!
//! Five hundred of them are one page, so each is written in as few bytes as say it, and the words that are in all of
//! them are looked up once.

use std::borrow::Cow;

use domain::{ContractId, DoorState, Whereabouts};
use messages::LocalTimes;
use store::LockerView;
use strum::{IntoStaticStr, VariantArray};
use texts::{FluentArgs, Texts};

/// Which lockers are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Show {
    All,
    Inside,
    Out,
    Unknown,
    Empty,
}

/// What there is to see of a locker, the first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Inside,
    Out,
    /// Out, with a contract that has ended.
    Overdue,
    /// A key belongs in it, and the automat has not told yet whether it is there.
    Unknown,
    Empty,
    /// No key belongs in it, and there is one inside.
    Stray,
    /// Not inside, and nobody is known to have taken it: it may never have been put in.
    Missing,
}

/// A locker, ready to be drawn.
pub(super) struct Locker {
    pub(super) view: LockerView,
    pub(super) look: Look,
    /// The contract that the key was taken with if it is out, else the one that runs, and until when.
    pub(super) until: Option<(ContractId, String)>,
}

/// The words that are in every locker. What names a locker or a key ends where its number or name follows.
pub(super) struct Words<'t> {
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
    /// All of them, in the order in which they are offered.
    pub(super) const ALL: &[Self] = Self::VARIANTS;

    /// Its name in the address.
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

    /// The classes of the locker, and of what is said in it.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Inside => "locker",
            Self::Unknown => "locker unknown",
            Self::Out | Self::Overdue | Self::Missing => "locker out",
            Self::Empty | Self::Stray => "locker empty",
        }
    }

    /// The class of the badge that says it; an empty locker has none.
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
        let words = if look == Look::Overdue { "contract-was-due" } else { "contract-until" };
        let until = shown.as_ref().map(|entry| {
            let until = match entry.range.end() {
                Some(end) => t.format(words, &FluentArgs::from_iter([("time", times.moment(end))])),
                None => t.say("contract-permanent").into_owned(),
            };
            (entry.contract.clone(), until)
        });
        Self { view, look, until }
    }

    pub(super) fn door_is_open(&self) -> bool {
        self.view.door == DoorState::Open
    }
}

impl<'t> Words<'t> {
    pub(super) fn of(t: &'t Texts) -> Self {
        let looks =
            ["key-inside", "key-out", "key-overdue", "key-unknown", "locker-empty", "locker-stray", "key-missing"];
        Self {
            locker: t.say("locker"),
            add: t.say("locker-add"),
            add_which: t.say("locker-add-which"),
            edit_which: t.say("locker-edit-which"),
            open: t.say("locker-open"),
            open_which: t.say("locker-open-which"),
            door_open: t.say("door-open"),
            looks: looks.map(|id| t.say(id)),
        }
    }

    /// What is to be seen of a locker.
    pub(super) fn look(&self, locker: &Locker) -> &str {
        &self.looks[locker.look as usize]
    }
}
