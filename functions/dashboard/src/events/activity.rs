//! `GET /activity`: all that happened, newest first, by time, automat, key, person and kind; `GET /activity.csv`: the same as
//! a table. The filter is in the address.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use api::csv::{self, CsvRow};
use api::problem::Code;
use api::{Check, Problem, Query};
use askama::Template;
use chrono::{Days, NaiveDate};
use domain::{Automat, AutomatId, Event, Instant, KeyId, SearchTerms, index_terms};
use store::{Page, PageRequest};
use strum::{IntoStaticStr, VariantArray};

use super::group::Group;
use super::{Line, Names};
use crate::contracts::listed::Automats;
use crate::filter::{self, AUTOMAT, Choice};
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::table;
use crate::times::Times;
use crate::visit::{Answer, Visit, page, page_with};

const PATH: &str = "/activity";
/// The fields that the user types, as in the addresses of the page.
const FIELDS: [&str; 5] = ["person", AUTOMAT, "keyId", "from", "to"];
const KIND: &str = "kind";
/// Events of how many automats are shown together.
const AUTOMATS: usize = 200;
/// How many events a page shows.
const SHOWN: u32 = 50;
/// How many events are read at once, and how often for one page.
const AT_ONCE: usize = 100;
const ROUNDS: usize = 10;

#[derive(Template)]
#[template(path = "events/activity.html")]
struct ActivityPage<'p> {
    frame: &'p Frame,
    form: Form,
    errors: Errors,
    kind: Option<Group>,
    choices: Vec<Choice>,
    automats: Vec<Automat>,
    /// In which the days are.
    zone: &'static str,
    lines: Vec<Happened>,
    has_several_zones: bool,
    has_filter: bool,
    continued: bool,
    next: Option<String>,
    /// The address of the same events as a table.
    table: String,
}

/// An event, and where it happened.
struct Happened {
    line: Line,
    automat: (AutomatId, String),
    zone: &'static str,
}

/// What the form selects, once it is valid.
struct Selection {
    key: Option<KeyId>,
    automat: Option<AutomatId>,
    /// Those whose events are read, if not a key's.
    automats: BTreeSet<AutomatId>,
    period: Range<Instant>,
    person: Option<SearchTerms>,
    kind: Option<Group>,
}

/// The filter as it was sent.
struct Asked {
    form: Form,
    kind: Option<Group>,
    /// The first automats, in order of their ids.
    automats: Vec<Automat>,
}

/// `GET /activity`
pub(crate) async fn show(visit: Visit, mut query: Query) -> Answer {
    let request = query.page_of(SHOWN);
    let asked = Asked::read(&visit, query).await?;
    let selection = match asked.select(&visit).await? {
        Ok(selection) => selection,
        Err(errors) => return asked.refused(&visit, errors),
    };
    let found = selection.read(&visit, &request).await?;
    let (names, automats) =
        tokio::try_join!(Names::of_events(&visit, &found.data), asked.automats_of(&visit, &found.data))?;
    let happened = |event: &Event| {
        let automat = automats.get(&event.subject.automat);
        let times = Times::of_automat(visit.t, automat);
        let name = automat.map_or_else(|| event.subject.automat.to_string(), |automat| automat.name.to_string());
        let line = Line::of(&visit, automat, &names, event);
        Happened { line, automat: (event.subject.automat.clone(), name), zone: times.zone() }
    };
    let lines = found.data.iter().map(happened).collect();
    let shown = asked.page(&visit, Errors::none());
    page(&ActivityPage {
        lines,
        has_several_zones: automats.have_several_zones(),
        continued: request.after.is_some(),
        next: found.next.map(|next| address(PATH, &shown.form, shown.kind, Some(next.as_str()))),
        ..shown
    })
}

/// `GET /activity.csv`
pub(crate) async fn download(visit: Visit, query: Query) -> Answer {
    let asked = Asked::read(&visit, query).await?;
    let selection = match asked.select(&visit).await? {
        Ok(selection) => selection,
        Err(errors) => return asked.refused(&visit, errors),
    };
    let (visit, selection) = (&visit, &selection);
    let read = |request: PageRequest| async move { selection.read(visit, &request).await };
    let Some(events) = table::all(read).await? else { return asked.refused(visit, table::too_many(visit.t)) };
    let (names, automats) = tokio::try_join!(Names::of_events(visit, &events), asked.automats_of(visit, &events))?;
    let row = |event: Event| {
        let automat = automats.get(&event.subject.automat);
        Row { line: Line::of(visit, automat, &names, &event), event }
    };
    csv::download(&events.into_iter().map(row).collect::<Vec<_>>(), "activity.csv")
}

impl Asked {
    async fn read(visit: &Visit, mut query: Query) -> Result<Self, Problem> {
        let (form, kind) = (filter::read(&mut query, &FIELDS), query.one_of(KIND));
        query.finish()?;
        let automats = filter::first_automats(visit, AUTOMATS).await?;
        Ok(Self { form, kind, automats })
    }

    /// What is wrong with the form; otherwise what it selects.
    async fn select(&self, visit: &Visit) -> Result<Result<Selection, Errors>, Problem> {
        let (form, t) = (&self.form, visit.t);
        let mut check = Check::new();
        let key = check.optional("keyId", form.given("keyId"), KeyId::parse);
        let automat = check.optional(AUTOMAT, form.given(AUTOMAT), AutomatId::parse);
        let mut errors = Errors::of_check(t, check);
        let mut zone = self.automats.first().cloned();
        if let Some(id) = &key {
            match visit.store().key(id).await.map_err(Problem::from) {
                Ok(key) => zone = filter::automat(visit, &self.automats, &key.automat).await?,
                Err(problem) if problem.code == Code::KeyNotFound => {
                    errors = errors.and_text("keyId".to_owned(), t.with("keys-unknown", [("key", id.to_string())]));
                }
                Err(problem) => return Err(problem),
            }
        }
        if let Some(id) = &automat {
            zone = filter::automat(visit, &self.automats, id).await?;
            if zone.is_none() {
                errors = filter::no_automat(visit, id, errors);
            }
        }
        let (person, errors) = filter::terms(visit, form, "person", errors);
        let ([from, to], mut errors) = filter::dates(visit, form, ["from", "to"], errors);
        let times = Times::of_automat(t, zone.as_ref());
        let day = |date: Option<NaiveDate>, later| times.day(date?.checked_add_days(Days::new(later))?);
        let period = day(from, 0).unwrap_or(Instant::EPOCH)..day(to, 1).unwrap_or(Instant::MAX);
        if period.start >= period.end && !errors.any() {
            errors = errors.and_text("to".to_owned(), t.text("contracts-to-before-from").into_owned());
        }
        if errors.any() {
            return Ok(Err(errors.in_order(&FIELDS)));
        }
        let automats = match &automat {
            Some(automat) => BTreeSet::from([automat.clone()]),
            None => self.automats.iter().map(|automat| automat.id.clone()).collect(),
        };
        Ok(Ok(Selection { key, automat, automats, period, person, kind: self.kind }))
    }

    async fn automats_of(&self, visit: &Visit, events: &[Event]) -> Result<Automats, Problem> {
        let mut automats = Automats::of(self.automats.iter().cloned());
        automats.read(visit, events.iter().map(|event| event.subject.automat.clone()).collect()).await?;
        Ok(automats)
    }

    fn refused(self, visit: &Visit, errors: Errors) -> Answer {
        page_with(errors.status(), &self.page(visit, errors))
    }

    /// The page without events.
    fn page(self, visit: &Visit, errors: Errors) -> ActivityPage<'_> {
        let Self { form, kind, automats } = self;
        let choice = |group: Option<Group>| Choice {
            label: visit
                .t
                .text(&group.map_or("show-all".to_owned(), |group| format!("activity-{}", <&str>::from(group))))
                .into_owned(),
            href: address(PATH, &form, group, None),
            current: group == kind,
        };
        ActivityPage {
            frame: &visit.frame,
            choices: [None].into_iter().chain(Group::VARIANTS.iter().copied().map(Some)).map(choice).collect(),
            table: address("/activity.csv", &form, kind, None),
            has_filter: address(PATH, &form, kind, None) != PATH,
            zone: Times::of_automat(visit.t, automats.first()).zone(),
            lines: Vec::new(),
            has_several_zones: false,
            continued: false,
            next: None,
            form,
            errors,
            kind,
            automats,
        }
    }
}

impl Selection {
    /// The next events that it selects. A page may be short although more follow.
    async fn read(&self, visit: &Visit, request: &PageRequest) -> Result<Page<Event>, Problem> {
        let (mut data, mut after) = (Vec::new(), request.after.clone());
        for _ in 0..ROUNDS {
            let limit = if self.has_filter() { AT_ONCE } else { request.limit };
            let found = self.read_once(visit, PageRequest { limit, after }).await?;
            data.extend(self.selected(visit, found.data).await?);
            after = found.next;
            if after.is_none() || data.len() >= request.limit {
                break;
            }
        }
        Ok(Page { data, next: after })
    }

    /// Those of these events that it selects. Names are read only to look for one.
    async fn selected(&self, visit: &Visit, mut events: Vec<Event>) -> Result<Vec<Event>, Problem> {
        events.retain(|event| {
            self.period.contains(&event.at)
                && self.automat.as_ref().is_none_or(|automat| event.subject.automat == *automat)
                && self.kind.is_none_or(|kind| Group::of(&event.kind) == kind)
        });
        if let Some(terms) = &self.person {
            let names = Names::of_events(visit, &events).await?;
            events.retain(|event| {
                let person = event.subject.contract.as_ref().and_then(|contract| names.person(contract));
                let found: Vec<_> = [person, names.user(&event.actor)].into_iter().flatten().collect();
                terms.matches(&index_terms(&found))
            });
        }
        Ok(events)
    }

    async fn read_once(&self, visit: &Visit, request: PageRequest) -> Result<Page<Event>, Problem> {
        let store = visit.store();
        Ok(match &self.key {
            Some(key) => store.key_events(key, &request).await?,
            None => store.events(&self.automats, self.period.clone(), &request).await?,
        })
    }

    fn has_filter(&self) -> bool {
        self.key.is_some() || self.person.is_some() || self.kind.is_some()
    }
}

/// A row of the table.
struct Row {
    event: Event,
    line: Line,
}

#[derive(Debug, Clone, Copy, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "camelCase")]
enum Column {
    At,
    Type,
    What,
    Who,
    Person,
    ContractId,
    KeyId,
    AutomatId,
    LockerIndex,
    OfflineFrom,
    OfflineTo,
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.into())
    }
}

impl CsvRow for Row {
    type Column = Column;

    fn columns(_: &[Self]) -> Vec<Column> {
        Column::VARIANTS.to_vec()
    }

    fn cell(&self, column: &Column) -> String {
        let Self { event, line } = self;
        let subject = &event.subject;
        let person = line.contract.as_ref().filter(|(id, person)| id.as_str() != person);
        match column {
            Column::At => line.instant.clone(),
            Column::Type => event.kind.name().to_owned(),
            Column::What => line.what.clone(),
            Column::Who => line.who.clone(),
            Column::Person => person.map(|(_, person)| person.clone()).unwrap_or_default(),
            Column::ContractId => subject.contract.as_ref().map(ToString::to_string).unwrap_or_default(),
            Column::KeyId => subject.key.as_ref().map(ToString::to_string).unwrap_or_default(),
            Column::AutomatId => subject.automat.to_string(),
            Column::LockerIndex => subject.locker.map(|locker| locker.to_string()).unwrap_or_default(),
            Column::OfflineFrom => event.offline.map(|happened| happened.from.to_string()).unwrap_or_default(),
            Column::OfflineTo => {
                event.offline.and_then(|happened| happened.to).map(|to| to.to_string()).unwrap_or_default()
            }
        }
    }
}

/// An address with this filter.
fn address(path: &str, form: &Form, kind: Option<Group>, after: Option<&str>) -> String {
    filter::address(path, form, &FIELDS, &[(KIND, kind.map(Into::into)), ("after", after)])
}

impl ActivityPage<'_> {
    fn kind_name(&self) -> Option<&'static str> {
        self.kind.map(Into::into)
    }

    /// Whether one of the fields that are folded away is filled in.
    fn is_narrowed(&self) -> bool {
        FIELDS[1..].iter().any(|name| self.form.given(name).is_some())
    }
}
