//! The page with a contract's form, for a new contract and for an edit. It may show errors, a conflict, a stale edit,
//! or a preview of the messages.

mod compare;
mod steps;

use api::{App, Problem};
use askama::Template;
use axum::response::Response;
use domain::{ContractId, Country, Entry, Instant, Key, KeyId, Language, TimeRange};
use http::StatusCode;
use store::{Preview, Thing};
use texts::{FluentArgs, Texts};

pub(super) use self::compare::differences;
pub(super) use self::steps::{as_previewed, is_confirmed, stepped};
use self::steps::{hidden_fields, range_value, with_preview, without_preview};
use super::contacts::{self, Row};
use super::fields::{self, END, START, which_field};
use super::preview::{MessageBody, PreviewedMessage, previewed_messages};
use crate::countries::countries;
use crate::form::{Differences, Errors, Form};
use crate::frame::Frame;
use crate::language::own_name;
use crate::links;
use crate::session::ShowsMail;
use crate::times::{Reading, Times, Which};
use crate::translations::count;
use crate::visit::{Visit, page};

/// The most conflicting contracts that are shown with their persons.
const NAMED: usize = 5;

#[derive(Template)]
#[template(path = "contracts/form.html")]
struct FormPage<'p> {
    frame: Frame,
    key: &'p Key,
    automat: &'p str,
    /// The contract in an edit. `None` for a new one.
    contract: Option<&'p ContractId>,
    form: Form,
    errors: Errors,
    stale: Option<Differences>,
    zone: &'static str,
    start: TimeField,
    end: TimeField,
    rows: Vec<Row>,
    pattern: Row,
    pin_hint: &'static str,
    languages: Vec<(&'static str, &'static str)>,
    /// The country of the automat.
    country: Option<Country>,
    countries: Vec<(&'static str, String)>,
    full: bool,
    conflict: Option<Conflict>,
    /// That the key is overdue, for a new contract.
    overdue: Option<String>,
    messages: Option<Vec<PreviewedMessage>>,
    /// Phone numbers that will be saved in another form than typed, with the contacts' names.
    completed: Vec<(String, String)>,
    back: String,
}

/// The fields of a local time.
struct TimeField {
    name: &'static str,
    label: String,
    date: String,
    date_label: String,
    time: String,
    time_label: String,
    which: String,
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

struct Conflict {
    others: Vec<Other>,
    /// How many more there are.
    more: Option<String>,
    /// The next free period as text, and as a form value.
    next: Option<(String, String)>,
}

struct Other {
    person: String,
    range: String,
    href: String,
}

/// What a form is shown again with.
#[derive(Default)]
pub(super) struct FormState {
    pub(super) errors: Errors,
    pub(super) stale: Option<Differences>,
    pub(super) others: Option<(Vec<Entry>, Option<TimeRange>)>,
    pub(super) preview: Option<Preview>,
    /// Whether a contact has just been added.
    pub(super) added: bool,
}

impl FormState {
    pub(super) fn with_errors(errors: Errors) -> Self {
        Self { errors, ..Self::default() }
    }

    pub(super) fn with_conflict(others: Vec<Entry>, next_free: Option<TimeRange>) -> Self {
        Self { others: Some((others, next_free)), ..Self::default() }
    }

    pub(super) fn with_preview(preview: Preview) -> Self {
        Self { preview: Some(preview), ..Self::default() }
    }
}

/// The key, the automat and the contract that a form belongs to.
pub(super) struct KeyContext {
    pub(super) key: Key,
    /// The name of the automat.
    pub(super) automat: String,
    pub(super) times: Times,
    /// The country of the automat's time zone, if it belongs to one.
    pub(super) country: Option<Country>,
    pub(super) contract: Option<ContractId>,
}

impl KeyContext {
    pub(super) async fn read(app: &App, key: &KeyId, t: &Texts) -> Result<Self, Problem> {
        let key = app.store.active_key(key).await?;
        let automat = app.store.automat(&key.automat).await?;
        let times = Times::new(t, automat.time_zone);
        let country = automat.time_zone.country();
        Ok(Self { key, automat: automat.name.to_string(), times, country, contract: None })
    }

    pub(super) async fn show(
        &self,
        app: &App,
        visit: &Visit,
        form: Form,
        state: FormState,
    ) -> Result<Response, Problem> {
        let t = visit.t;
        let status = if state.errors.any() || state.stale.is_some() || state.others.is_some() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        };
        let form = contacts::with_countries(without_preview(form), self.country);
        let (form, messages, completed) = match &state.preview {
            Some(preview) => {
                let completed = contacts::completed_numbers(&form, &preview.contract.contacts);
                (with_preview(form, preview), Some(previewed_messages(t, &self.times, preview)?), completed)
            }
            None => (form, None, Vec::new()),
        };
        let conflict = match state.others {
            Some((others, next)) => Some(self.conflict(app, t, others, next).await?),
            None => None,
        };
        let overdue = if self.contract.is_none() { self.overdue(app, t).await? } else { None };
        let previews = messages.is_some();
        let key_page = links::key(&self.key.id);
        let shown = FormPage {
            frame: visit.frame(),
            key: &self.key,
            automat: &self.automat,
            contract: self.contract.as_ref(),
            zone: self.times.zone(),
            start: self.time_field(t, &form, START),
            end: self.time_field(t, &form, END),
            rows: contacts::rows(t, &form, state.added),
            pattern: Row::pattern(t),
            languages: Language::ALL.iter().map(|&language| (language.code(), own_name(language))).collect(),
            country: self.country,
            countries: self.countries(t),
            full: contacts::count(&form) >= domain::Contact::MAX_PER_CONTRACT,
            pin_hint: if self.contract.is_some() { "pin-hint-edit" } else { "pin-hint" },
            form,
            errors: state.errors,
            stale: state.stale,
            conflict,
            overdue,
            messages,
            completed,
            back: self.contract.as_ref().map_or(key_page, |contract| links::contract(&self.key.id, contract)),
        };
        let mut response = page(status, &shown)?;
        if previews {
            response.extensions_mut().insert(ShowsMail);
        }
        Ok(response)
    }

    /// The countries to choose from, and "not selected" if the automat's country is unknown.
    fn countries(&self, t: &Texts) -> Vec<(&'static str, String)> {
        let none = self.country.is_none().then(|| ("", t.text("country-none").into_owned()));
        none.into_iter().chain(countries(t.language())).collect()
    }

    /// Who should have returned the key and when, if it is overdue.
    async fn overdue(&self, app: &App, t: &Texts) -> Result<Option<String>, Problem> {
        if !self.key.whereabouts.is_overdue_by(&self.key.calendar, app.clock.now()) {
            return Ok(None);
        }
        let contract = app.store.holder(&self.key).await?;
        Ok(contract.map(|contract| {
            let time = contract.range.end().map(|end| self.times.moment(end)).unwrap_or_default();
            let values = [("person", contract.person.to_string()), ("time", time)];
            t.format("form-overdue-advice", &FluentArgs::from_iter(values))
        }))
    }

    async fn conflict(
        &self,
        app: &App,
        t: &Texts,
        others: Vec<Entry>,
        next: Option<TimeRange>,
    ) -> Result<Conflict, Problem> {
        let mut named = Vec::new();
        for entry in others.iter().take(NAMED) {
            let person = match app.store.contract(&self.key.id, &entry.contract).await {
                Ok(contract) => contract.person.to_string(),
                // Removed between the two reads.
                Err(store::Error::NotFound(Thing::Contract)) => entry.contract.to_string(),
                Err(error) => return Err(error.into()),
            };
            let range = self.times.range(entry.range);
            named.push(Other { person, range, href: links::contract(&self.key.id, &entry.contract) });
        }
        let next = next.map(|range| (self.times.range(range), range_value(range)));
        let more = Some(others.len() - named.len()).filter(|more| *more > 0);
        Ok(Conflict { more: more.map(|more| count(t, "conflict-more", more)), others: named, next })
    }

    fn time_field(&self, t: &Texts, form: &Form, name: &'static str) -> TimeField {
        let reading = fields::reading(form, name, &self.times);
        let which = which_field(name);
        let choice = |(which_one, instant): (Which, Instant)| Choice {
            value: which_one.name(),
            label: t.format(
                "time-which",
                &FluentArgs::from_iter([
                    ("which", which_one.name().to_owned()),
                    ("offset", self.times.offset(instant)),
                ]),
            ),
            chosen: form.has(&which, which_one.name()),
        };
        let twice = match reading {
            Reading::Twice(first, second) => {
                [(Which::First, first), (Which::Second, second)].into_iter().map(choice).collect()
            }
            _ => Vec::new(),
        };
        let skipped = match reading {
            Reading::Skipped(next) => Some((self.times.moment(next), format!("next-{name}"))),
            _ => None,
        };
        let label = |part: &str| t.text(&format!("{name}{part}")).into_owned();
        TimeField {
            name,
            label: label(""),
            date: fields::date_field(name),
            date_label: label("-date"),
            time: fields::time_field(name),
            time_label: label("-time"),
            which,
            twice,
            skipped,
        }
    }
}

impl FormPage<'_> {
    /// The initial values of a row that the script adds.
    fn pattern_form(&self) -> Form {
        let form = contacts::with_countries(contacts::with_another(Form::default()), self.country);
        form.renamed(|name| Some(name.replace("contacts.0.", "contacts.#.")))
    }

    /// The field “Starts now”, which only a new contract has.
    fn now_box(&self) -> &'static str {
        if self.contract.is_none() { fields::NOW } else { "" }
    }
}
