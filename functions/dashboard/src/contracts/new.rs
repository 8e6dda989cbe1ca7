//! `/keys/{keyId}/contracts/new`: creating a contract. Messages and completed phone numbers are previewed.

use api::{KeyPath, NoQuery, Problem, Query};
use chrono::NaiveDate;
use domain::{Contact, ContractRefusal, Instant};

use super::form::{FormState, KeyContext, as_previewed, is_confirmed, stepped};
use super::{contacts, fields, keys, known};
use crate::calendar::first_room;
use crate::form::{Errors, Form};
use crate::links;
use crate::times::Reading;
use crate::visit::{Answer, Visit, redirect_done};

/// `GET /keys/{keyId}/contracts/new`: `from` is the day of its start, or the local time of it, and `to` that of its end.
pub(crate) async fn show(visit: Visit, KeyPath(key): KeyPath, mut query: Query) -> Answer {
    let (from, to) = (query.text("from"), query.text("to"));
    query.finish()?;
    let context = KeyContext::read(&visit, &key.into()).await?;
    let start = from.and_then(|text| start(&context, &text, visit.now));
    let end = to.and_then(|text| match context.times.read_address(&text) {
        Reading::At(end) | Reading::Skipped(end) | Reading::Twice(_, end) => Some(end),
        Reading::Unreadable => None,
    });
    let form = visit.fresh_form()?.with(fields::KEYS, context.key.id.as_str());
    let form = match start {
        Some(start) if start <= visit.now => form.with(fields::NOW, "on"),
        Some(start) => fields::with_time(form, fields::START, start, &context.times),
        None => form,
    };
    let form = match end {
        Some(end) if end > visit.now => fields::with_time(form, fields::END, end, &context.times),
        _ => form,
    };
    context.show(&visit, form, FormState::Typed).await
}

/// A local time, or when the key is first free on a day.
fn start(context: &KeyContext, text: &str, now: Instant) -> Option<Instant> {
    match context.times.read_address(text) {
        Reading::At(start) | Reading::Skipped(start) | Reading::Twice(start, _) => Some(start),
        Reading::Unreadable => {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            first_room(&context.key, day, &context.times, now)
        }
    }
}

/// `POST /keys/{keyId}/contracts/new`
pub(crate) async fn send(visit: Visit, KeyPath(key): KeyPath, _: NoQuery, form: Form) -> Answer {
    let context = KeyContext::read(&visit, &key.into()).await?;
    let form = fields::with_ticked_keys(form);
    if let Some((form, state)) = stepped(&form, &context.times, visit.t.language()) {
        return context.show(&visit, form, state).await;
    }
    if let Some((form, found)) = known::stepped(&visit, &form).await? {
        return context.show(&visit, form, FormState::Found(found)).await;
    }
    let form = contacts::tidied(form);
    let draft = match fields::read(&form, visit.t, &context, None) {
        Ok(draft) => draft,
        Err(errors) => return context.show(&visit, form, FormState::Refused(errors)).await,
    };
    let confirmed = is_confirmed(&form);
    let shows_first =
        Contact::any_is_notified(&draft.contacts) || !contacts::completed_numbers(&form, &draft.contacts).is_empty();
    let refused = if shows_first && !confirmed {
        match visit.store().preview_contract(draft, visit.now).await {
            Ok(preview) if preview.conflicts.is_empty() => {
                return context.show(&visit, form, FormState::Preview(Box::new(preview))).await;
            }
            Ok(preview) => {
                ContractRefusal::Overlap { conflicts: preview.conflicts, next_free: preview.next_free }.into()
            }
            Err(error) => error,
        }
    } else {
        let draft = if confirmed { as_previewed(draft, &form) } else { draft };
        match visit.store().create_contract(draft, &visit.metadata_once(&form)).await {
            Ok(made) => {
                return redirect_done(&links::contract(&made.into_inner().id), "created");
            }
            Err(error) => error,
        }
    };
    let (form, state) = refusal(&visit, refused, form)?;
    context.show(&visit, form, state).await
}

/// How the form is shown again after a refusal.
fn refusal(visit: &Visit, refused: store::Error, form: Form) -> Result<(Form, FormState), Problem> {
    if let store::Error::Contract(ContractRefusal::Overlap { conflicts, next_free }) = refused {
        return Ok((visit.renewed(form)?, FormState::Conflict(conflicts, next_free)));
    }
    let refused = match keys::refusal(visit.t, refused) {
        Ok(errors) => return Ok((visit.renewed(form)?, FormState::Refused(errors))),
        Err(refused) => refused,
    };
    let problem = Problem::from(refused);
    Ok((visit.form_after(form, &problem)?, FormState::Refused(Errors::of_form(visit.t, problem)?)))
}
