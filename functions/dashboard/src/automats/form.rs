//! `/automats/new` and `/automats/{automatId}/edit`: adding and editing an automat.

use std::collections::{BTreeMap, BTreeSet};

use api::problem::Code;
use api::{AutomatPath, Check, NoQuery, Problem, whole_number};
use askama::Template;
use domain::{
    AddressLine, Automat, AutomatChange, AutomatDraft, AutomatId, Columns, FirstNumber, Layout, LeaseHours, Location,
    LockerCount, Name, PinDigits, TimeZone,
};
use texts::Texts;

use crate::form::{Errors, Form, number};
use crate::frame::Frame;
use crate::language::is_switched;
use crate::links;
use crate::visit::{Answer, Visit, page_with, redirect_done};

const FIELDS: [&str; 12] = [
    "name",
    "lockerCount",
    "timeZone",
    "pinDigits",
    "minChosenPinDigits",
    "leaseHours",
    "layout.columns",
    "layout.numberedDown",
    "layout.firstNumber",
    "location.address",
    "location.postalCode",
    "location.postalOffice",
];

#[derive(Template)]
#[template(path = "automats/edit.html")]
struct FormPage<'p> {
    frame: &'p Frame,
    /// `None` for a new one.
    automat: Option<Automat>,
    form: Form,
    errors: Errors,
    /// How many contracts a change of the time zone would affect.
    contracts: Option<usize>,
}

/// `GET /automats/new`
pub(crate) async fn show_new(visit: Visit, _: NoQuery) -> Answer {
    form_page(&visit, visit.fresh_form()?, None, Errors::none(), None)
}

/// `POST /automats/new`
pub(crate) async fn add(visit: Visit, _: NoQuery, form: Form) -> Answer {
    if is_switched(&form) {
        return form_page(&visit, form, None, Errors::none(), None);
    }
    let added = async {
        let draft = read(&form, None)?;
        Ok::<_, Problem>(visit.store().create_automat(draft, &visit.metadata_once(&form)).await?)
    };
    match added.await {
        Ok(created) => redirect_done(&links::automat(&created.into_inner().id), "added"),
        Err(problem) => {
            let form = visit.form_after(form, &problem)?;
            form_page(&visit, form, None, Errors::of_form(visit.t, problem)?, None)
        }
    }
}

/// `GET /automats/{automatId}/edit`
pub(crate) async fn show_edit(visit: Visit, AutomatPath(id): AutomatPath, _: NoQuery) -> Answer {
    let automat = visit.store().automat(&id).await?;
    form_page(&visit, filled(&automat), Some(automat), Errors::none(), None)
}

/// `POST /automats/{automatId}/edit`
pub(crate) async fn edit(visit: Visit, AutomatPath(id): AutomatPath, _: NoQuery, form: Form) -> Answer {
    if is_switched(&form) {
        let automat = visit.store().automat(&id).await?;
        return form_page(&visit, form, Some(automat), Errors::none(), None);
    }
    let edited = async {
        let change = change(read(&form, Some(&id))?);
        let (force, expected) = (form.ticked("force"), form.expected());
        Ok::<_, Problem>(visit.store().edit_automat(&id, change, force, expected, &visit.metadata()).await?)
    };
    let problem = match edited.await {
        Ok(automat) => return redirect_done(&links::automat(&automat.id), "changed"),
        Err(problem) => problem,
    };
    let automat = visit.store().automat(&id).await?;
    let contracts = problem.facts.contract_count;
    let (form, errors) = match problem.code {
        Code::StaleVersion => {
            let stored = filled(&automat);
            let shown = [&stored, &form].map(|form| with_numbering_as_text(visit.t, form));
            let errors = Errors::stale(visit.t, &shown[0], &shown[1], &FIELDS);
            (form.with("version", stored.text("version")), errors)
        }
        Code::AutomatHasContracts => (form, Errors::at(visit.t, "force", &problem)),
        _ => (form, Errors::of_form(visit.t, problem)?),
    };
    form_page(&visit, form, Some(automat), errors, contracts)
}

fn form_page(visit: &Visit, form: Form, automat: Option<Automat>, errors: Errors, contracts: Option<usize>) -> Answer {
    page_with(errors.status(), &FormPage { frame: &visit.frame, automat, form, errors, contracts })
}

impl FormPage<'_> {
    fn back(&self) -> String {
        self.automat.as_ref().map_or_else(|| "/automats".to_owned(), |automat| links::automat(&automat.id))
    }
}

fn filled(automat: &Automat) -> Form {
    let line =
        |line: fn(&Location) -> &AddressLine| automat.location.as_ref().map_or("", |location| line(location).as_str());
    let form = Form::default()
        .with("version", automat.version.to_string())
        .with("name", automat.name.as_str())
        .with("lockerCount", automat.locker_count.get().to_string())
        .with("timeZone", automat.time_zone.identifier())
        .with_some("pinDigits", automat.pin_digits.map(|digits| digits.get().to_string()))
        .with_some("minChosenPinDigits", automat.min_chosen_pin_digits.map(|digits| digits.get().to_string()))
        .with("leaseHours", automat.lease_hours.get().to_string())
        .with("location.address", line(|location| &location.address))
        .with("location.postalCode", line(|location| &location.postal_code))
        .with("location.postalOffice", line(|location| &location.postal_office))
        .with_some("layout.columns", automat.layout.columns.map(|columns| columns.get().to_string()))
        .with("layout.firstNumber", automat.layout.first_number.get().to_string());
    if automat.layout.numbered_down { form.with("layout.numberedDown", "on") } else { form }
}

fn with_numbering_as_text(t: &Texts, form: &Form) -> Form {
    let down = t.text(if form.ticked("layout.numberedDown") { "key-form-yes" } else { "key-form-no" });
    form.clone().with("layout.numberedDown", down)
}

/// Reads the form of a new automat, or of the one with this ID.
fn read(form: &Form, id: Option<&AutomatId>) -> Result<AutomatDraft, Problem> {
    let mut check = Check::new();
    let id = id.cloned().or_else(|| check.required("automatId", form.given("automatId"), AutomatId::parse));
    let name = check.required("name", form.given("name"), Name::parse);
    let locker_count = check.required("lockerCount", number(form, "lockerCount"), whole_number(LockerCount::new));
    let time_zone = check.required("timeZone", form.given("timeZone"), TimeZone::parse);
    let mut digits = |field| check.optional(field, number(form, field), whole_number(PinDigits::new));
    let (pin_digits, min_chosen_pin_digits) = (digits("pinDigits"), digits("minChosenPinDigits"));
    let lease_hours = check.optional("leaseHours", number(form, "leaseHours"), whole_number(LeaseHours::new));
    let layout = Layout {
        columns: check.optional("layout.columns", number(form, "layout.columns"), whole_number(Columns::new)),
        numbered_down: form.ticked("layout.numberedDown"),
        first_number: check
            .optional("layout.firstNumber", number(form, "layout.firstNumber"), whole_number(FirstNumber::new))
            .unwrap_or_default(),
    };
    let location = location(&mut check, form);
    check.finish(|| {
        Some(AutomatDraft {
            id: id?,
            name: name?,
            locker_count: locker_count?,
            time_zone: time_zone?,
            location,
            pin_digits,
            min_chosen_pin_digits,
            lease_hours: lease_hours.unwrap_or_default(),
            layout,
        })
    })
}

/// An edit sends all fields, so that the automat becomes what the form shows.
fn change(automat: AutomatDraft) -> AutomatChange {
    AutomatChange {
        name: Some(automat.name),
        locker_count: Some(automat.locker_count),
        time_zone: Some(automat.time_zone),
        location: Some(automat.location),
        pin_digits: Some(automat.pin_digits),
        min_chosen_pin_digits: Some(automat.min_chosen_pin_digits),
        lease_hours: Some(automat.lease_hours),
        layout: Some(automat.layout),
    }
}

/// The location. `None` if all its lines are empty.
fn location(check: &mut Check, form: &Form) -> Option<Location> {
    let mut line = |field| check.optional(field, Some(form.text(field)), AddressLine::parse);
    let address = line("location.address");
    let postal_code = line("location.postalCode");
    let postal_office = line("location.postalOffice");
    let location = Location { address: address?, postal_code: postal_code?, postal_office: postal_office? };
    let lines = [&location.address, &location.postal_code, &location.postal_office];
    lines.iter().any(|line| !line.as_str().is_empty()).then_some(location)
}

/// The time zones to choose from, by region: those of a country, UTC, and the one that the automat has.
fn zones(chosen: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut regions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let chosen = TimeZone::parse(chosen).ok();
    for zone in TimeZone::of_countries().chain([TimeZone::UTC]).chain(chosen).map(TimeZone::identifier) {
        regions.entry(zone.split('/').next().unwrap_or(zone)).or_default().insert(zone);
    }
    regions
}
