//! `/contracts/{contractId}/edit`: editing a contract. Messages and completed phone numbers are previewed,
//! and a stale edit shows both versions.

use api::{ContractPath, NoQuery, Problem};
use domain::{Contract, ContractChange, ContractId, ContractRefusal, Instant, KeyId};
use store::Preview;
use texts::Texts;

use super::fields::{self, END, FORCE, START, part};
use super::form::{FormState, KeyContext, is_confirmed, stepped};
use super::{contacts, hours, keys, known};
use crate::form::{Errors, Form};
use crate::links;
use crate::times::{Reading, Times, Which};
use crate::visit::{Answer, Visit, redirect_done};

/// `GET /contracts/{contractId}/edit`
pub(crate) async fn show(visit: Visit, ContractPath(id): ContractPath, _: NoQuery) -> Answer {
    let (contract, context) = read(&visit, id).await?;
    context.show(&visit, fields::filled(&contract, &context.times), FormState::Typed).await
}

/// `POST /contracts/{contractId}/edit`
pub(crate) async fn send(visit: Visit, ContractPath(id): ContractPath, _: NoQuery, form: Form) -> Answer {
    let (contract, context) = read(&visit, id.clone()).await?;
    let form = fields::with_ticked_keys(form);
    if let Some((form, state)) = stepped(&form, &context.times, visit.t.language()) {
        return context.show(&visit, form, state).await;
    }
    if let Some((form, found)) = known::stepped(&visit, &form).await? {
        return context.show(&visit, form, FormState::Found(found)).await;
    }
    let form = contacts::tidied(form);
    let change = match fields::read(&form, visit.t, &context, Some(&contract)) {
        Ok(draft) => ContractChange::to(draft, &contract),
        Err(errors) => return context.show(&visit, form, FormState::Refused(errors)).await,
    };
    let done = || redirect_done(&links::contract(&id), "changed");
    let (store, expected, force) = (visit.store(), form.expected(), form.ticked(FORCE));
    let refused = match store.preview_edit(&id, change.clone(), force, expected, visit.now).await {
        Ok(preview) if !preview.conflicts.is_empty() => {
            ContractRefusal::Overlap { conflicts: preview.conflicts, next_free: preview.next_free }.into()
        }
        Ok(preview) if shows_first(&form, &preview) && !is_confirmed(&form) => {
            return context.show(&visit, form, FormState::Preview(Box::new(preview))).await;
        }
        Ok(_) => match store.edit_contract(&id, change.clone(), force, expected, &visit.metadata()).await {
            Ok(_) => return done(),
            Err(error) => error,
        },
        Err(error) => error,
    };
    let (form, state) = match refused {
        store::Error::Contract(ContractRefusal::Overlap { conflicts, next_free }) => {
            (form, FormState::Conflict(conflicts, next_free))
        }
        store::Error::Stale { .. } => {
            let current = store.contract(&id).await?;
            if is_so(&current, change, visit.now) {
                return done();
            }
            let errors = stale(visit.t, &context.times, &form, &current);
            (form.with("version", current.version.to_string()), FormState::Refused(errors))
        }
        error @ store::Error::Contract(ContractRefusal::StartsWhileKeyOut { .. }) => {
            (form, FormState::Refused(Errors::at(visit.t, START, &error.into())))
        }
        store::Error::Contract(ContractRefusal::KeyOut { key }) => {
            let is_taken_off = |key: &&KeyId| change.keys.as_ref().is_none_or(|keys| !keys.has(key));
            let out = contract.out.iter().filter(is_taken_off);
            let said = keys::about(visit.t, "contract-take-off-out", out).unwrap_or_else(|| key.to_string());
            (form, FormState::Refused(Errors::none().and_text(FORCE.to_owned(), said)))
        }
        error => match keys::refusal(visit.t, error) {
            Ok(errors) => (form, FormState::Refused(errors)),
            Err(error) => (form, FormState::Refused(Errors::of_form(visit.t, error.into())?)),
        },
    };
    context.show(&visit, form, state).await
}

async fn read(visit: &Visit, id: ContractId) -> Result<(Contract, KeyContext), Problem> {
    let contract = visit.store().contract(&id).await?;
    let context = KeyContext { contract: Some(id), ..KeyContext::read(visit, &contract.keys).await? };
    Ok((contract, context))
}

/// Whether there is something to preview: messages, completed phone numbers, or what automats may still accept.
fn shows_first(form: &Form, preview: &Preview) -> bool {
    !preview.messages.is_empty()
        || !preview.still_usable.is_empty()
        || !contacts::completed_numbers(form, &preview.contract.contacts).is_empty()
}

/// Whether the contract already is as the edit would make it, because the form was sent twice.
fn is_so(contract: &Contract, change: ContractChange, now: Instant) -> bool {
    contract.edited(change, now).is_ok_and(|edited| contract.differences(&edited).is_empty())
}

/// Two versions of the contract side by side.
fn stale(t: &Texts, times: &Times, typed: &Form, current: &Contract) -> Errors {
    let [current, typed] = [&fields::filled(current, times), typed].map(|form| as_texts(t, times, form));
    Errors::stale(
        t,
        &current,
        &typed,
        &["person", fields::KEYS, START, END, "pin", hours::FIELD, "freeText", "contacts"],
    )
}

/// The fields as text. Of a PIN only that there is a new one.
fn as_texts(t: &Texts, times: &Times, form: &Form) -> Form {
    let typed = |name: &str| format!("{} {}", form.text(&part(name, "date")), form.text(&part(name, "time")));
    let time = |name: &str| match (fields::reading(form, name, times), Which::parse(form.text(&part(name, "which")))) {
        (Reading::At(instant) | Reading::Twice(instant, _), None | Some(Which::First))
        | (Reading::Twice(_, instant) | Reading::At(instant), Some(Which::Second)) => times.moment(instant),
        (Reading::Skipped(_) | Reading::Unreadable, _) => typed(name).trim().to_owned(),
    };
    let end = if form.ticked("permanent") { t.text("permanent").into_owned() } else { time(END) };
    let pin = if form.given("pin").is_some() { t.text("pin-new") } else { "".into() };
    let hours = |row: usize| {
        let [days, from, to] = ["days", "from", "to"].map(|name| hours::field(row, name));
        let days: Vec<_> = form.all(&days).map(|day| t.text(&format!("day-{day}"))).collect();
        format!("{} {}–{}", days.join(", "), form.text(&from), form.text(&to))
    };
    let schedule = (0..hours::count(form)).map(hours).collect::<Vec<_>>().join("; ");
    let mut key_ids: Vec<_> = fields::key_ids(form).collect();
    key_ids.sort_unstable();
    let contact = |number: usize| {
        let field = |name: &str| form.text(&format!("contacts.{number}.{name}")).trim().to_owned();
        let parts = [field("name"), field("email"), field("phoneNumber")];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    Form::default()
        .with("person", form.text("person"))
        .with(fields::KEYS, key_ids.join(", "))
        .with(START, time(START))
        .with(END, end)
        .with("pin", pin)
        .with(hours::FIELD, schedule)
        .with("freeText", form.text("freeText").replace("\r\n", "\n"))
        .with("contacts", (0..contacts::count(form)).map(contact).collect::<Vec<_>>().join("; "))
}
