//! `GET /keys`: keys over all automats, with who has each and when it is booked next. The filter is in the address, with the
//! names of `GET /v1/keys`.

use std::collections::HashMap;

use api::{Check, KeyView, Problem, Query, csv};
use askama::Template;
use domain::{Automat, AutomatId, Contract, ContractId, Instant, Key, Whereabouts};
use store::{KeyFilter, Page};
use strum::{IntoStaticStr, VariantArray};

use crate::contracts::listed::Automats;
use crate::filter::{self, AUTOMAT, Choice};
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::times::Times;
use crate::visit::{Answer, Visit, page_with};
use crate::{links, table};

use super::state;

const PATH: &str = "/keys";
/// The fields that the user types, as in the addresses of the page.
const FIELDS: [&str; 2] = ["search", AUTOMAT];
const SHOW: &str = "show";
/// How many automats the field suggests.
const SUGGESTED: usize = 100;
/// How many keys a page shows.
const SHOWN: u32 = 100;
/// Among how many keys those in one state are looked for. The list is not sorted by states.
const LOOKED_THROUGH: usize = 500;

/// Which keys the page shows. Nothing stored says it: each key is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Show {
    #[default]
    All,
    Inside,
    /// Overdue or not.
    Out,
    Overdue,
    Unknown,
}

#[derive(Template)]
#[template(path = "keys/list.html")]
struct ListPage<'p> {
    frame: &'p Frame,
    form: Form,
    errors: Errors,
    show: Show,
    choices: Vec<Choice>,
    automats: Vec<Automat>,
    lines: Vec<Line>,
    has_filter: bool,
    continued: bool,
    next: Option<String>,
    /// The address of the same keys as a table.
    table: String,
}

/// A key in the list.
struct Line {
    key: Key,
    /// Empty if the automat was removed a moment ago.
    automat: String,
    /// On the door of its locker.
    number: u16,
    /// The class and the text of where it is.
    state: (&'static str, String),
    holder: Option<Holder>,
    /// When its next contract starts.
    next: Option<String>,
    /// The same in milliseconds, to sort by. Keys without a next contract come last.
    starts: i64,
}

/// Who has a key.
struct Holder {
    person: String,
    href: String,
    /// When it is due, or was. `None` if the contract is permanent.
    due: Option<String>,
}

/// `GET /keys`
pub(crate) async fn show(visit: Visit, mut query: Query) -> Answer {
    let mut request = query.page_of(SHOWN);
    let (form, show) = read(query)?;
    if show != Show::All {
        request.limit = LOOKED_THROUGH;
    }
    let automats = filter::first_automats(&visit, SUGGESTED).await?;
    let (found, errors) = match select(&visit, &form, &automats).await? {
        Ok(filter) => (visit.store().keys(&filter, &request).await?, Errors::none()),
        Err(errors) => (Page { data: Vec::new(), next: None }, errors),
    };
    let next = found.next.map(|next| address(PATH, &form, show, Some(next.as_str())));
    let keys = found.data.into_iter().filter(|key| show.shows(key, visit.now)).collect();
    let lines = lines(&visit, keys, &automats).await?;
    let shown = ListPage { lines, continued: request.after.is_some(), next, ..empty(&visit, form, show, automats) };
    page_with(errors.status(), &ListPage { errors, ..shown })
}

/// `GET /keys.csv`: all keys that the filter selects.
pub(crate) async fn download(visit: Visit, query: Query) -> Answer {
    let (form, show) = read(query)?;
    let automats = filter::first_automats(&visit, SUGGESTED).await?;
    let errors = match select(&visit, &form, &automats).await? {
        Ok(filter) => {
            let (store, filter) = (visit.store(), &filter);
            match table::all(|request| async move { store.keys(filter, &request).await }).await? {
                Some(keys) => {
                    let shown = keys.into_iter().filter(|key| show.shows(key, visit.now));
                    let rows: Vec<_> = shown.map(|key| KeyView::of(key, visit.caller.role)).collect();
                    return csv::download(&rows, "keys.csv");
                }
                None => table::too_many(visit.t),
            }
        }
        Err(errors) => errors,
    };
    page_with(errors.status(), &ListPage { errors, ..empty(&visit, form, show, automats) })
}

fn read(mut query: Query) -> Result<(Form, Show), Problem> {
    let (form, show) = (filter::read(&mut query, &FIELDS), query.one_of(SHOW).unwrap_or_default());
    query.finish()?;
    Ok((form, show))
}

/// The page without keys.
fn empty(visit: &Visit, form: Form, show: Show, automats: Vec<Automat>) -> ListPage<'_> {
    let choice = |each: &Show| Choice {
        label: visit.t.text(each.label()).into_owned(),
        href: address(PATH, &form, *each, None),
        current: *each == show,
    };
    ListPage {
        frame: &visit.frame,
        errors: Errors::none(),
        choices: Show::VARIANTS.iter().map(choice).collect(),
        table: address("/keys.csv", &form, show, None),
        has_filter: address(PATH, &form, show, None) != PATH,
        lines: Vec::new(),
        continued: false,
        next: None,
        form,
        show,
        automats,
    }
}

/// What is wrong with the form; otherwise what it selects.
async fn select(visit: &Visit, form: &Form, suggested: &[Automat]) -> Result<Result<KeyFilter, Errors>, Problem> {
    let mut check = Check::new();
    let automat = check.optional(AUTOMAT, form.given(AUTOMAT), AutomatId::parse);
    let mut errors = Errors::of_check(visit.t, check);
    if let Some(id) = &automat
        && filter::automat(visit, suggested, id).await?.is_none()
    {
        errors = filter::no_automat(visit, id, errors);
    }
    let (search, errors) = filter::terms(visit, form, "search", errors);
    let filter = KeyFilter { automat, search };
    Ok(if errors.any() { Err(errors.in_order(&FIELDS)) } else { Ok(filter) })
}

/// Two reads for all keys together: of their automats, and of the contracts with which they are out.
async fn lines(visit: &Visit, keys: Vec<Key>, known: &[Automat]) -> Result<Vec<Line>, Problem> {
    let mut automats = Automats::of(known.iter().cloned());
    automats.read(visit, keys.iter().map(|key| key.automat.clone()).collect()).await?;
    let holders = keys.iter().filter_map(|key| key.whereabouts.holder()).cloned().collect();
    let holders = visit.store().contracts_of(&holders).await?;
    Ok(keys.into_iter().map(|key| Line::of(visit, key, &automats, &holders)).collect())
}

impl Show {
    /// The id of its text.
    fn label(self) -> &'static str {
        match self {
            Self::All => "show-all",
            Self::Inside => "key-page-inside",
            Self::Out => "key-page-out",
            Self::Overdue => "state-overdue",
            Self::Unknown => "key-page-unknown",
        }
    }

    /// Its name in the query, if it is in there.
    fn name(self) -> Option<&'static str> {
        (self != Self::All).then(|| self.into())
    }

    fn shows(self, key: &Key, now: Instant) -> bool {
        match self {
            Self::All => true,
            Self::Inside => key.whereabouts == Whereabouts::Inside,
            Self::Out => matches!(key.whereabouts, Whereabouts::Out { .. }),
            Self::Overdue => key.whereabouts.is_overdue_by(&key.calendar, now),
            Self::Unknown => key.whereabouts == Whereabouts::Unknown,
        }
    }
}

impl Line {
    fn of(visit: &Visit, key: Key, automats: &Automats, holders: &HashMap<ContractId, Contract>) -> Self {
        let automat = automats.get(&key.automat);
        let times = Times::of_automat(visit.t, automat);
        let holder = key.whereabouts.holder().and_then(|id| holders.get(id)).map(|contract| Holder {
            person: contract.person.to_string(),
            href: links::contract(&contract.id),
            due: contract.range.end().map(|end| times.moment(end)),
        });
        let starts = key.calendar.entries().iter().map(|entry| entry.range.start());
        let next = starts.filter(|start| *start > visit.now).min();
        Self {
            automat: automat.map(|automat| automat.name.to_string()).unwrap_or_default(),
            number: automat.map(|automat| automat.layout).unwrap_or_default().number(key.locker),
            state: state(visit.t, &key, visit.now),
            holder,
            next: next.map(|start| times.moment(start)),
            starts: next.unwrap_or(Instant::MAX).millis(),
            key,
        }
    }
}

/// An address with this filter.
fn address(path: &str, form: &Form, show: Show, after: Option<&str>) -> String {
    filter::address(path, form, &FIELDS, &[(SHOW, show.name()), ("after", after)])
}
