//! The page with a contract's form, for a new contract and for an edit: with what is wrong, with what is in the way, with
//! what somebody else has made of the contract meanwhile, or with the messages that would be sent.

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
use self::steps::{forgotten, in_form, remembering, unseen};
use super::contacts::{self, Row};
use super::fields::{self, END, START, which_field};
use super::told::{Told, Words, told};
use crate::countries::countries;
use crate::form::{Differences, Errors, Form};
use crate::frame::Frame;
use crate::language::own_name;
use crate::links;
use crate::session::ShowsMail;
use crate::times::{Reading, Times, Which};
use crate::visit::{Visit, page};
use crate::words::count;

/// Others have the key then: at most so many of them are named with their persons.
const NAMED: usize = 5;

#[derive(Template)]
#[template(path = "contracts/form.html")]
struct FormPage<'p> {
    frame: Frame,
    key: &'p Key,
    automat: &'p str,
    /// The contract that is edited.
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
    /// The automat's country.
    country: Option<Country>,
    countries: Vec<(&'static str, String)>,
    full: bool,
    conflict: Option<Conflict>,
    /// That the key is overdue, for a new contract on it.
    overdue: Option<String>,
    told: Option<Vec<Told>>,
    /// Whose phone number is saved in another form than it was typed in.
    completed: Vec<(String, String)>,
    back: String,
}

/// The fields for a local time, and what is peculiar about the time in them.
struct TimeField {
    name: &'static str,
    label: String,
    date: String,
    date_label: String,
    time: String,
    time_label: String,
    which: String,
    /// The instants that the time may mean, where it comes twice.
    twice: Vec<Choice>,
    /// The next time that there is, where the time is skipped, and the step that takes it.
    skipped: Option<(String, String)>,
}

struct Choice {
    word: &'static str,
    label: String,
    chosen: bool,
}

/// Who has the key then.
struct Conflict {
    others: Vec<Other>,
    /// How many more there are, in words.
    more: Option<String>,
    /// The next free time in words, and for the form.
    next: Option<(String, String)>,
}

struct Other {
    person: String,
    range: String,
    href: String,
}

/// How a form is shown again.
#[derive(Default)]
pub(super) struct Again {
    pub(super) errors: Errors,
    pub(super) stale: Option<Differences>,
    pub(super) others: Option<(Vec<Entry>, Option<TimeRange>)>,
    pub(super) preview: Option<Preview>,
    /// A row has been added for a contact.
    pub(super) added: bool,
}

impl Again {
    /// With what is wrong with it.
    pub(super) fn wrong(errors: Errors) -> Self {
        Self { errors, ..Self::default() }
    }

    /// With what is in the way.
    pub(super) fn taken(others: Vec<Entry>, next_free: Option<TimeRange>) -> Self {
        Self { others: Some((others, next_free)), ..Self::default() }
    }

    /// With the messages that would be sent.
    pub(super) fn previewed(preview: Preview) -> Self {
        Self { preview: Some(preview), ..Self::default() }
    }
}

/// Where the form belongs: a key, and the contract that is edited.
pub(super) struct Place {
    pub(super) key: Key,
    /// What its automat is called.
    pub(super) automat: String,
    pub(super) times: Times,
    /// The automat's country, if its zone tells it.
    pub(super) country: Option<Country>,
    pub(super) contract: Option<ContractId>,
}

impl Place {
    /// Reads the key and the zone of its automat.
    pub(super) async fn read(app: &App, key: &KeyId, t: &Texts) -> Result<Self, Problem> {
        let key = app.store.active_key(key).await?;
        let automat = app.store.automat(&key.automat).await?;
        let times = Times::new(t, automat.time_zone);
        let country = automat.time_zone.country();
        Ok(Self { key, automat: automat.name.to_string(), times, country, contract: None })
    }

    /// Shows the form.
    pub(super) async fn show(&self, app: &App, visit: &Visit, form: Form, again: Again) -> Result<Response, Problem> {
        let t = visit.t;
        let status = if again.errors.any() || again.stale.is_some() || again.others.is_some() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::OK
        };
        let form = contacts::with_countries(forgotten(form), self.country);
        let (form, messages, completed) = match &again.preview {
            Some(preview) => {
                let completed = contacts::completed_numbers(&form, &preview.contract.contacts);
                (remembering(form, preview), Some(told(t, &self.times, preview)?), completed)
            }
            None => (form, None, Vec::new()),
        };
        let conflict = match again.others {
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
            rows: contacts::rows(t, &form, again.added),
            pattern: Row::pattern(t),
            languages: Language::ALL.iter().map(|&language| (language.code(), own_name(language))).collect(),
            country: self.country,
            countries: self.countries(t),
            full: contacts::count(&form) >= domain::Contact::MAX_PER_CONTRACT,
            pin_hint: if self.contract.is_some() { "pin-hint-edit" } else { "pin-hint" },
            form,
            errors: again.errors,
            stale: again.stale,
            conflict,
            overdue,
            told: messages,
            completed,
            back: self.contract.as_ref().map_or(key_page, |contract| links::contract(&self.key.id, contract)),
        };
        let mut response = page(status, &shown)?;
        if previews {
            response.extensions_mut().insert(ShowsMail);
        }
        Ok(response)
    }

    /// The countries that are offered; also none, where the automat's is not known.
    fn countries(&self, t: &Texts) -> Vec<(&'static str, String)> {
        let none = self.country.is_none().then(|| ("", t.say("country-none").into_owned()));
        none.into_iter().chain(countries(t.language())).collect()
    }

    /// Who was to return the key and when, if it is overdue.
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
                // It has just been removed.
                Err(store::Error::NotFound(Thing::Contract)) => entry.contract.to_string(),
                Err(error) => return Err(error.into()),
            };
            let range = self.times.range(entry.range);
            named.push(Other { person, range, href: links::contract(&self.key.id, &entry.contract) });
        }
        let next = next.map(|range| (self.times.range(range), in_form(range)));
        let more = Some(others.len() - named.len()).filter(|more| *more > 0);
        Ok(Conflict { more: more.map(|more| count(t, "conflict-more", more)), others: named, next })
    }

    fn time_field(&self, t: &Texts, form: &Form, name: &'static str) -> TimeField {
        let reading = fields::reading(form, name, &self.times);
        let which = which_field(name);
        let choice = |(which_one, instant): (Which, Instant)| Choice {
            word: which_one.word(),
            label: t.format(
                "time-which",
                &FluentArgs::from_iter([
                    ("which", which_one.word().to_owned()),
                    ("offset", self.times.offset(instant)),
                ]),
            ),
            chosen: form.has(&which, which_one.word()),
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
        let label = |part: &str| t.say(&format!("{name}{part}")).into_owned();
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
    /// What stands in a row that the script adds, as in one that the server adds.
    fn pattern_form(&self) -> Form {
        let form = contacts::with_countries(contacts::with_another(Form::default()), self.country);
        form.renamed(|name| Some(name.replace("contacts.0.", "contacts.#.")))
    }

    /// The box that says that the contract starts now: a new one may, one that stands has started or will.
    fn now_box(&self) -> &'static str {
        if self.contract.is_none() { fields::NOW } else { "" }
    }
}
