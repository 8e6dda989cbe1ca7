//! `/keys/{keyId}/contracts/new`: creating a contract. Messages and completed phone numbers are previewed.

use api::{App, Caller, KeyPath, NoQuery, Problem, Query};
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use chrono::NaiveDate;
use clock::Random;
use domain::{Contact, ContractDraft, ContractRefusal};

use super::form::{FormState, KeyContext, as_previewed, is_confirmed, stepped};
use super::{contacts, fields};
use crate::calendar::first_room;
use crate::form::{Errors, Form};
use crate::links;
use crate::visit::Visit;

/// `GET /keys/{keyId}/contracts/new`: `from` is the day of its start.
pub(crate) async fn show(
    State(app): State<App>,
    State(random): State<Random>,
    KeyPath(key): KeyPath,
    visit: Visit,
    mut query: Query,
) -> Result<Response, Problem> {
    let from = query.text("from");
    query.finish()?;
    let context = KeyContext::read(&app, &key, visit.t).await?;
    let now = app.clock.now();
    let day = from.and_then(|text| NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok());
    let start = day.and_then(|day| first_room(&context.key, day, &context.times, now));
    let form = Form::fresh(&random)?;
    let form = match start {
        Some(start) if start <= now => form.with(fields::NOW, "on"),
        Some(start) => fields::with_time(form, fields::START, start, &context.times),
        None => form,
    };
    context.show(&app, &visit, form, FormState::default()).await
}

/// `POST /keys/{keyId}/contracts/new`
pub(crate) async fn send(
    State(app): State<App>,
    State(random): State<Random>,
    caller: Caller,
    KeyPath(key): KeyPath,
    visit: Visit,
    _: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let context = KeyContext::read(&app, &key, visit.t).await?;
    let step = form.text("step").to_owned();
    if let Some((form, added)) = stepped(&form, &step, &context.times) {
        return context.show(&app, &visit, form, FormState { added, ..FormState::default() }).await;
    }
    let form = contacts::tidied(form);
    let draft = match fields::draft(&form, visit.t, &context.times) {
        Ok(draft) => draft,
        Err(errors) => return context.show(&app, &visit, form, FormState::with_errors(errors)).await,
    };
    let confirmed = is_confirmed(&form, &step);
    let now = app.clock.now();
    let shows_first = notifies_somebody(&draft) || !contacts::completed_numbers(&form, &draft.contacts).is_empty();
    let refused = if shows_first && !confirmed {
        match app.store.preview_contract(&key, draft, now).await {
            Ok(preview) if preview.conflicts.is_empty() => {
                return context.show(&app, &visit, form, FormState::with_preview(preview)).await;
            }
            Ok(preview) => {
                ContractRefusal::Overlap { conflicts: preview.conflicts, next_free: preview.next_free }.into()
            }
            Err(error) => error,
        }
    } else {
        let draft = if confirmed { as_previewed(draft, &form) } else { draft };
        let page = links::path(&["keys", key.as_str(), "contracts", "new"]);
        let act = caller.act(now, form.receipt(&caller, &page));
        match app.store.create_contract(&key, draft, &act).await {
            Ok(made) => {
                let made = made.into_inner();
                let to = format!("{}?done=created", links::contract(&key, &made.id));
                return Ok(Redirect::to(&to).into_response());
            }
            Err(error) => error,
        }
    };
    let (form, state) = refusal(refused, form, &random)?;
    context.show(&app, &visit, form, state).await
}

/// Whether creating the contract sends messages.
fn notifies_somebody(draft: &ContractDraft) -> bool {
    draft.contacts.iter().flat_map(Contact::recipients).next().is_some()
}

/// How the form is shown again after a refusal.
fn refusal(refused: store::Error, form: Form, random: &Random) -> Result<(Form, FormState), Problem> {
    match refused {
        store::Error::Contract(ContractRefusal::Overlap { conflicts, next_free }) => {
            Ok((form.renewed(random)?, FormState::with_conflict(conflicts, next_free)))
        }
        error => {
            let problem = Problem::from(error);
            Ok((form.after(&problem, random)?, FormState::with_errors(Errors::of_form(problem)?)))
        }
    }
}
