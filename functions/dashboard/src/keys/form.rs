//! `/automats/{automatId}/keys/new` and `/keys/{keyId}/edit`: adding a key to a locker, with the next steps, and editing
//! it.

use api::problem::Code;
use api::{AutomatPath, Check, EntryView, KeyPath, NoQuery, Problem, Query, whole_number};
use askama::Template;
use domain::{Automat, AutomatId, Key, KeyChange, KeyDraft, KeyId, LockerIndex, Property, ReturnCode, Sharing};
use messages::LocalTimes;
use store::ResourceKind;
use texts::Texts;

use crate::form::{Errors, Form, number};
use crate::frame::Frame;
use crate::language::is_switched;
use crate::links;
use crate::visit::{Answer, Visit, page, page_with, redirect, redirect_done};

const FIELDS: [&str; 4] = ["lockerIndex", "property", "shared", "returnCode"];

#[derive(Template)]
#[template(path = "keys/new.html")]
struct NewPage<'p> {
    frame: &'p Frame,
    automat: Automat,
    form: Form,
    errors: Errors,
}

#[derive(Template)]
#[template(path = "keys/added.html")]
struct AddedPage<'p> {
    frame: &'p Frame,
    automat: Automat,
    key: Key,
    /// The heading: that it has been added, and to which locker.
    added: String,
    form: Form,
}

#[derive(Template)]
#[template(path = "keys/edit.html")]
struct EditPage<'p> {
    frame: &'p Frame,
    automat: Automat,
    key: Key,
    form: Form,
    errors: Errors,
    pairs: Vec<[Contract; 2]>,
}

/// A contract that overlaps another.
struct Contract {
    id: String,
    href: String,
    range: String,
}

/// `GET /automats/{automatId}/keys/new`: the form for `?locker=7`, or for the lowest free locker. With `?added=` and a
/// KeyID of the automat: the next steps for that key.
pub(crate) async fn show_new(visit: Visit, AutomatPath(id): AutomatPath, mut query: Query) -> Answer {
    let (wanted, added) = (query.text("locker"), query.parsed("added", KeyId::parse));
    query.finish()?;
    let automat = visit.store().automat(&id).await?;
    let form = visit.fresh_form()?;
    if let Some(added) = added {
        let key = visit.store().key(&added).await?;
        if key.automat != automat.id {
            return Err(store::Error::NotFound(ResourceKind::Key).into());
        }
        let added = visit.t.with("key-form-added", [("locker", automat.door(key.locker))]);
        return page(&AddedPage { frame: &visit.frame, automat, key, added, form });
    }
    let lowest_free = automat.choose_locker(None).ok().map(|locker| locker.to_string());
    let form = form.with_some("lockerIndex", wanted.or(lowest_free));
    page(&NewPage { frame: &visit.frame, automat, form, errors: Errors::none() })
}

/// `POST /automats/{automatId}/keys/new`
pub(crate) async fn add(visit: Visit, AutomatPath(id): AutomatPath, form: Form) -> Answer {
    if is_switched(&form) {
        let automat = visit.store().automat(&id).await?;
        return page(&NewPage { frame: &visit.frame, automat, form, errors: Errors::none() });
    }
    let added = async {
        let draft = draft(&form, &id)?;
        Ok::<_, Problem>(visit.store().create_key(draft, &visit.metadata_once(&form)).await?)
    };
    match added.await {
        Ok(created) => {
            let added = api::segment(created.into_inner().id.as_str());
            redirect(&format!("{}/keys/new?added={added}", links::automat(&id)))
        }
        Err(problem) => {
            let form = visit.form_after(form, &problem)?;
            let errors = Errors::of_form(visit.t, problem)?;
            let automat = visit.store().automat(&id).await?;
            page_with(errors.status(), &NewPage { frame: &visit.frame, automat, form, errors })
        }
    }
}

/// `GET /keys/{keyId}/edit`
pub(crate) async fn show_edit(visit: Visit, KeyPath(id): KeyPath, _: NoQuery) -> Answer {
    let (automat, key) = key_and_automat(&visit, &id).await?;
    let form = filled(&key);
    page(&EditPage { frame: &visit.frame, automat, key, form, errors: Errors::none(), pairs: Vec::new() })
}

/// `POST /keys/{keyId}/edit`
pub(crate) async fn edit(visit: Visit, KeyPath(id): KeyPath, _: NoQuery, form: Form) -> Answer {
    if is_switched(&form) {
        let (automat, key) = key_and_automat(&visit, &id).await?;
        return page(&EditPage { frame: &visit.frame, automat, key, form, errors: Errors::none(), pairs: Vec::new() });
    }
    let edited = async {
        let change = change(&form)?;
        Ok::<_, Problem>(visit.store().edit_key(&id, change, form.expected(), &visit.metadata()).await?)
    };
    let problem = match edited.await {
        Ok(key) => return redirect_done(&links::key(&key.id), "changed"),
        Err(problem) => problem,
    };
    let (automat, key) = key_and_automat(&visit, &id).await?;
    let pairs = pairs(&problem, &key, LocalTimes::new(visit.t.language(), automat.time_zone));
    let (form, errors) = if problem.code == Code::StaleVersion {
        let [stored, typed] = [filled(&key), form.clone()].map(|form| as_shown(visit.t, &automat, form));
        (form.with("version", stored.text("version")), Errors::stale(visit.t, &stored, &typed, &FIELDS))
    } else {
        (form, Errors::of_form(visit.t, problem)?)
    };
    page_with(errors.status(), &EditPage { frame: &visit.frame, automat, key, form, errors, pairs })
}

async fn key_and_automat(visit: &Visit, id: &KeyId) -> Result<(Automat, Key), Problem> {
    let key = visit.store().active_key(id).await?;
    Ok((visit.store().automat(&key.automat).await?, key))
}

/// The contracts that keep a key shared.
fn pairs(problem: &Problem, key: &Key, times: LocalTimes) -> Vec<[Contract; 2]> {
    let contract = |view: &EntryView| {
        let entry = key.calendar.entries().iter().find(|entry| entry.contract.as_str() == view.contract_id)?;
        let (id, href) = (entry.contract.to_string(), links::contract(&entry.contract));
        Some(Contract { id, href, range: times.range(entry.range) })
    };
    let pairs = problem.facts.pairs.iter().flatten();
    pairs.filter_map(|[one, other]| Some([contract(one)?, contract(other)?])).collect()
}

fn filled(key: &Key) -> Form {
    let form = Form::default()
        .with("version", key.version.to_string())
        .with("lockerIndex", key.locker.to_string())
        .with("property", key.property.as_str())
        .with_some("returnCode", key.return_code.as_ref().map(ReturnCode::reveal));
    if key.sharing == Sharing::Shared { form.with("shared", "on") } else { form }
}

/// The fields as text: the locker is the number on its door.
fn as_shown(t: &Texts, automat: &Automat, form: Form) -> Form {
    let shared = t.text(if form.ticked("shared") { "key-form-yes" } else { "key-form-no" });
    let locker = form.text("lockerIndex").parse().ok().and_then(|index| LockerIndex::new(index).ok());
    let number = locker.map(|locker| automat.door(locker).to_string());
    form.with("shared", shared).with_some("lockerIndex", number)
}

/// Reads the form for a new key.
fn draft(form: &Form, automat: &AutomatId) -> Result<KeyDraft, Problem> {
    let mut check = Check::new();
    let id = check.required("keyId", form.given("keyId"), KeyId::parse);
    let locker = check.optional("lockerIndex", number(form, "lockerIndex"), whole_number(LockerIndex::new));
    let return_code = check.optional("returnCode", form.given("returnCode"), ReturnCode::parse);
    let property = check.optional("property", Some(form.text("property")), Property::parse);
    let (automat, sharing) = (automat.clone(), sharing(form));
    check.finish(|| Some(KeyDraft { id: id?, automat, locker, sharing, return_code, property: property? }))
}

/// Reads the form for an edit. It has all fields, so that the key becomes what the form shows.
fn change(form: &Form) -> Result<KeyChange, Problem> {
    let mut check = Check::new();
    let locker = check.required("lockerIndex", number(form, "lockerIndex"), whole_number(LockerIndex::new));
    let return_code = check.optional("returnCode", form.given("returnCode"), ReturnCode::parse);
    let property = check.optional("property", Some(form.text("property")), Property::parse);
    check.finish(|| {
        Some(KeyChange {
            locker: Some(locker?),
            sharing: Some(sharing(form)),
            return_code: Some(return_code),
            property: Some(property?),
        })
    })
}

fn sharing(form: &Form) -> Sharing {
    if form.ticked("shared") { Sharing::Shared } else { Sharing::NotShared }
}

/// The options of the locker field, with the numbers on their doors: the free lockers, and the key's own.
fn locker_options(automat: &Automat, own: Option<&LockerIndex>) -> Vec<(String, String)> {
    let free = |locker: &LockerIndex| !automat.occupied.contains(locker) || own == Some(locker);
    automat
        .locker_count
        .indices()
        .filter(free)
        .map(|locker| (locker.to_string(), automat.door(locker).to_string()))
        .collect()
}
