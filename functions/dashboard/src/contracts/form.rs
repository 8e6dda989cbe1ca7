//! The page with a contract's form, for a new contract and for an edit. It may show errors, a conflict, a stale edit,
//! or a preview of the messages.

mod steps;

use std::collections::BTreeMap;

use api::Problem;
use askama::Template;
use domain::{
    Automat, AutomatId, Conflict, ContractId, ContractKeys, Country, Instant, Key, KeyId, Language, TimeRange,
};
use http::StatusCode;
use store::{Preview, ResourceKind};
use texts::Texts;

pub(super) use self::steps::{as_previewed, is_confirmed, stepped};
use self::steps::{hidden_fields, range_value, with_preview, without_preview};
use super::contacts::{self, Row};
use super::fields::{self, END, START, part};
use super::held;
use super::hours;
use super::keys::{self, Offered};
use super::known;
use super::preview::{MessageBody, PreviewedMessage, previewed_messages, with_mail};
use crate::countries::countries;
use crate::form::{Errors, Form};
use crate::frame::Frame;
use crate::language::own_name;
use crate::links;
use crate::times::{Reading, Times, Which};
use crate::translations::count;
use crate::visit::{Answer, Visit, page_with};

/// The most conflicting contracts that are shown with their persons.
const NAMED: usize = 5;

#[derive(Template)]
#[template(path = "contracts/form.html")]
struct FormPage<'p> {
    frame: &'p Frame,
    context: &'p KeyContext,
    form: Form,
    errors: Errors,
    offered: Offered,
    start: TimeField,
    end: TimeField,
    rows: Vec<Row>,
    pattern: Row,
    hours: Vec<hours::Row>,
    pin_hint: &'static str,
    languages: Vec<(&'static str, &'static str)>,
    countries: Vec<(&'static str, String)>,
    /// Contacts that one of the rows is offered.
    found: known::Found,
    full: bool,
    conflict: Option<Obstacle>,
    /// That the key is overdue, for a new contract.
    overdue: Option<String>,
    messages: Option<Vec<PreviewedMessage>>,
    /// What automats without a connection may still accept.
    still_usable: Vec<String>,
    /// Phone numbers that will be saved in another form than typed, with the contacts' names.
    completed: Vec<(String, String)>,
    back: String,
}

/// A local time, with a field for its date and one for its time of day.
struct TimeField {
    name: &'static str,
    /// The choices if the time is ambiguous.
    twice: Vec<Choice>,
    /// If the time is skipped: the next existing time, and the step that uses it.
    skipped: Option<(String, String)>,
}

struct Choice {
    value: &'static str,
    label: String,
    chosen: bool,
}

/// The contracts in the way.
struct Obstacle {
    /// Whether the form is for several keys.
    several: bool,
    others: Vec<Other>,
    /// How many more there are.
    more: Option<String>,
    /// The next free period as text, and as a form value.
    next: Option<(String, String)>,
}

struct Other {
    /// The key that both need, if the form is for several.
    key: Option<KeyId>,
    person: String,
    range: String,
    href: String,
}

/// What the form is shown with.
pub(super) enum FormState {
    Typed,
    /// A contact has just been added.
    ContactAdded,
    Refused(Errors),
    /// Contacts of other contracts were searched for.
    Found(known::Found),
    /// The contracts in the way, and the next free period.
    Conflict(Vec<Conflict>, Option<TimeRange>),
    Preview(Box<Preview>),
}

/// The keys, the automat and the contract that a page belongs to.
pub(super) struct KeyContext {
    /// The first key.
    pub(super) key: Key,
    /// The others.
    pub(super) more: Vec<Key>,
    /// The name of the first key's automat.
    pub(super) automat: String,
    /// The others' automats, where they are in another one.
    pub(super) elsewhere: BTreeMap<AutomatId, Automat>,
    pub(super) times: Times,
    /// The country of the automat's time zone, if it belongs to one.
    pub(super) country: Option<Country>,
    /// The contract in an edit. `None` for a new one.
    pub(super) contract: Option<ContractId>,
}

impl KeyContext {
    pub(super) async fn read(visit: &Visit, keys: &ContractKeys) -> Result<Self, Problem> {
        let keys = visit.store().active_keys(keys).await?;
        let elsewhere = keys::elsewhere(visit, &keys).await?;
        let mut keys = keys.into_iter();
        let key = keys.next().ok_or(store::Error::NotFound(ResourceKind::Key))?;
        let automat = visit.store().automat(&key.automat).await?;
        let times = Times::new(visit.t, automat.time_zone);
        let country = automat.time_zone.country();
        let (more, automat) = (keys.collect(), automat.name.to_string());
        Ok(Self { key, more, automat, elsewhere, times, country, contract: None })
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.key).chain(&self.more)
    }

    pub(super) async fn show(&self, visit: &Visit, form: Form, state: FormState) -> Answer {
        let t = visit.t;
        let mut form = contacts::with_countries(without_preview(form), self.country);
        let is_added = matches!(state, FormState::ContactAdded);
        let (mut errors, mut conflict, mut messages, mut completed) = (Errors::none(), None, None, Vec::new());
        let mut still_usable = Vec::new();
        let mut found = known::Found::default();
        match state {
            FormState::Typed | FormState::ContactAdded => {}
            FormState::Refused(refused) => errors = refused,
            FormState::Found(contacts) => found = contacts,
            FormState::Conflict(others, next) => conflict = Some(self.conflict(visit, &form, &others, next).await?),
            FormState::Preview(preview) => {
                completed = contacts::completed_numbers(&form, &preview.contract.contacts);
                still_usable = held::still_usable(t, self, &preview.still_usable);
                messages = Some(previewed_messages(t, &self.times, &preview)?);
                form = with_preview(form, &preview);
            }
        }
        let key_page = links::key(&self.key.id);
        let shown = FormPage {
            frame: &visit.frame,
            context: self,
            offered: self.offered(visit, &form).await?,
            start: self.time_field(t, &form, START),
            end: self.time_field(t, &form, END),
            rows: contacts::rows(t, &form, is_added),
            pattern: Row::pattern(t),
            hours: hours::rows(t, &form),
            pin_hint: if self.contract.is_some() { "pin-hint-edit" } else { "pin-hint" },
            languages: Language::ALL.iter().map(|&language| (language.code(), own_name(language))).collect(),
            countries: self.countries(t),
            found,
            full: contacts::count(&form) >= domain::Contact::MAX_PER_CONTRACT,
            overdue: self.overdue(visit).await?,
            back: self.contract.as_ref().map_or(key_page, links::contract),
            form,
            errors,
            conflict,
            messages,
            still_usable,
            completed,
        };
        let status = if shown.conflict.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { shown.errors.status() };
        let answer = page_with(status, &shown)?;
        Ok(if shown.messages.is_some() { with_mail(answer) } else { answer })
    }

    /// The countries to choose from, and "not selected" if the automat's country is unknown.
    fn countries(&self, t: &Texts) -> Vec<(&'static str, String)> {
        let none = self.country.is_none().then(|| ("", t.text("country-none").into_owned()));
        none.into_iter().chain(countries(t.language())).collect()
    }

    /// For a new contract of a key that is overdue: who should have returned it, and when.
    async fn overdue(&self, visit: &Visit) -> Result<Option<String>, Problem> {
        let is_overdue = self.key.whereabouts.is_overdue_by(&self.key.calendar, visit.now);
        if self.contract.is_some() || !is_overdue {
            return Ok(None);
        }
        let contract = visit.store().holder(&self.key).await?;
        Ok(contract.map(|contract| {
            let time = contract.range.end().map(|end| self.times.moment(end)).unwrap_or_default();
            visit.t.with("form-overdue-advice", [("person", contract.person.to_string()), ("time", time)])
        }))
    }

    async fn conflict(
        &self,
        visit: &Visit,
        form: &Form,
        others: &[Conflict],
        next: Option<TimeRange>,
    ) -> Result<Obstacle, Problem> {
        let several = fields::key_ids(form).count() > 1;
        let mut named = Vec::new();
        for Conflict { key, entry } in others.iter().take(NAMED) {
            let person = match visit.store().contract(&entry.contract).await {
                Ok(contract) => contract.person.to_string(),
                // Removed between the two reads.
                Err(store::Error::NotFound(ResourceKind::Contract)) => entry.contract.to_string(),
                Err(error) => return Err(error.into()),
            };
            let range = self.times.range(entry.range);
            let key = Some(key.clone()).filter(|key| several || *key != self.key.id);
            named.push(Other { key, person, range, href: links::contract(&entry.contract) });
        }
        let next = next.map(|range| (self.times.range(range), range_value(range)));
        let more = Some(others.len() - named.len()).filter(|more| *more > 0);
        let more = more.map(|more| count(visit.t, "conflict-more", more));
        Ok(Obstacle { several, others: named, more, next })
    }

    fn time_field(&self, t: &Texts, form: &Form, name: &'static str) -> TimeField {
        let choice = |(which, instant): (Which, Instant)| Choice {
            value: which.name(),
            label: t.with("time-which", [("which", which.name().to_owned()), ("offset", self.times.offset(instant))]),
            chosen: form.has(&part(name, "which"), which.name()),
        };
        match fields::reading(form, name, &self.times) {
            Reading::Twice(first, second) => {
                let twice = [(Which::First, first), (Which::Second, second)].map(choice).into();
                TimeField { name, twice, skipped: None }
            }
            Reading::Skipped(next) => {
                let skipped = Some((self.times.moment(next), format!("next-{name}")));
                TimeField { name, twice: Vec::new(), skipped }
            }
            Reading::At(_) | Reading::Unreadable => TimeField { name, twice: Vec::new(), skipped: None },
        }
    }
}

impl TimeField {
    /// The name of one of its fields.
    fn part(&self, name: &str) -> String {
        part(self.name, name)
    }
}

impl FormPage<'_> {
    /// The initial values of a row that the script adds.
    fn pattern_form(&self) -> Form {
        let form = contacts::with_countries(
            contacts::with_another(Form::default(), self.frame.t.language()),
            self.context.country,
        );
        form.renamed(|name| Some(name.replace("contacts.0.", "contacts.#.")))
    }

    /// The field “Starts now”, which only a new contract has.
    fn now_box(&self) -> &'static str {
        if self.context.contract.is_none() { fields::NOW } else { "" }
    }
}
