//! The lockers of an automat as the Key Automat View shows them: as the doors of a cabinet, or as a list.
//!
//! A page may have 500 lockers, so each takes as few bytes as possible, and labels that are the same in all of them are
//! looked up once.

use std::borrow::Cow;
use std::collections::HashMap;

use domain::{Automat, ContractId, DoorState, Layout, Whereabouts};
use store::LockerView;
use strum::{IntoStaticStr, VariantArray};
use texts::Texts;

use crate::times::Times;
use crate::translations::count;

/// Up to this many lockers, and columns, a door has room for the state in words and for links to its key.
const ROOMY: (u16, u16) = (60, 8);

/// This many columns fit on a screen of 1280 px.
const MAX_THAT_FIT: u16 = 20;

/// Which lockers the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Show {
    All,
    Inside,
    Out,
    Overdue,
    Missing,
    Unknown,
    Stray,
    Empty,
    DoorOpen,
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
    /// The number on its door.
    pub(super) number: u16,
    pub(super) look: Look,
    /// The contract with which the key is out, otherwise the active one, and its end.
    pub(super) until: Option<(ContractId, String)>,
    pub(super) since: Option<String>,
}

/// How the doors are arranged.
pub(super) struct Cabinet {
    /// The CSS classes.
    pub(super) class: String,
    pub(super) is_roomy: bool,
    /// From left to right and from top to bottom. `None` is a gap.
    pub(super) doors: Vec<Option<Locker>>,
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
    pub(super) out_since: Cow<'t, str>,
    looks: [Cow<'t, str>; 7],
}

impl Show {
    /// In the order on the page.
    pub(super) const ALL: &[Self] = Self::VARIANTS;

    /// Its name in the query.
    pub(super) fn name(self) -> &'static str {
        self.into()
    }

    pub(super) fn shows(self, locker: &Locker) -> bool {
        match self {
            Self::All => true,
            Self::Inside => locker.look == Look::Inside,
            Self::Out => locker.look == Look::Out,
            Self::Overdue => locker.look == Look::Overdue,
            Self::Missing => locker.look == Look::Missing,
            Self::Unknown => locker.look == Look::Unknown,
            Self::Stray => locker.look == Look::Stray,
            Self::Empty => locker.look == Look::Empty,
            Self::DoorOpen => locker.door_is_open(),
        }
    }

    /// The CSS class of its colour and sign.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Inside => Look::Inside.class(),
            Self::Out => Look::Out.class(),
            Self::Overdue => Look::Overdue.class(),
            Self::Missing => Look::Missing.class(),
            Self::Unknown => Look::Unknown.class(),
            Self::Stray => Look::Stray.class(),
            Self::Empty => Look::Empty.class(),
            Self::DoorOpen => "is-open",
        }
    }

    /// Whether the filter is only offered while there is such a locker.
    pub(super) fn is_rare(self) -> bool {
        matches!(self, Self::Missing | Self::Stray)
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

    /// The CSS class of its colour and sign.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Inside => "is-inside",
            Self::Out => "is-out",
            Self::Overdue => "is-overdue",
            Self::Unknown => "is-unknown",
            Self::Empty => "is-empty",
            Self::Stray => "is-stray",
            Self::Missing => "is-missing",
        }
    }
}

impl Locker {
    pub(super) fn of(view: LockerView, layout: Layout, t: &Texts, times: &Times) -> Self {
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
        let since = view.out_since.map(|since| times.moment(since));
        Self { number: layout.number(view.locker), view, look, until, since }
    }

    pub(super) fn door_is_open(&self) -> bool {
        self.view.door == DoorState::Open
    }
}

impl Cabinet {
    /// All lockers as the cabinet is built, or the chosen ones one after the other.
    pub(super) fn of(automat: &Automat, show: Show, lockers: Vec<Locker>) -> Self {
        let layout = automat.layout;
        let columns = layout.columns.filter(|_| show == Show::All);
        let is_roomy = automat.locker_count.get() <= ROOMY.0 && columns.is_none_or(|columns| columns.get() <= ROOMY.1);
        let mut classes = vec!["cabinet".to_owned()];
        if is_roomy {
            classes.push("roomy".to_owned());
        }
        if let Some(columns) = columns {
            classes.push(format!("c{}", columns.get()));
            // Its rows cannot break into more rows, or its doors would be too narrow to press.
            if layout.numbered_down || columns.get() > MAX_THAT_FIT {
                classes.push("scrolls".to_owned());
            }
        }
        let doors = if columns.is_some() {
            let mut lockers: Vec<_> = lockers.into_iter().map(Some).collect();
            let mut door = |index: usize| lockers.get_mut(index).and_then(Option::take);
            let doors = layout.doors(automat.locker_count).into_iter();
            doors.map(|index| index.and_then(|index| door(usize::from(index.get())))).collect()
        } else {
            lockers.into_iter().map(Some).collect()
        };
        Self { class: classes.join(" "), is_roomy, doors }
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
            out_since: t.text("panel-since"),
            looks: looks.map(|id| t.text(id)),
        }
    }

    pub(super) fn look(&self, look: Look) -> &str {
        &self.looks[look as usize]
    }
}
