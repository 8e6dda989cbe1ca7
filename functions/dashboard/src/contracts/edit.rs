//! `/keys/{keyId}/contracts/{contractId}/edit`: editing a contract. Messages and completed phone numbers are previewed,
//! and a stale edit shows both versions.

use api::{App, Caller, ContractPath, NoQuery, Problem};
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::{Contract, ContractRefusal, Instant};
use store::Preview;

use super::form::{FormState, KeyContext, differences, is_confirmed, stepped};
use super::{contacts, fields};
use crate::form::{Errors, Form};
use crate::links;
use crate::visit::Visit;

/// `GET /keys/{keyId}/contracts/{contractId}/edit`
pub(crate) async fn show(
    State(app): State<App>,
    ContractPath(key, id): ContractPath,
    visit: Visit,
    _: NoQuery,
) -> Result<Response, Problem> {
    let contract = app.store.contract(&key, &id).await?;
    let context = KeyContext { contract: Some(id), ..KeyContext::read(&app, &key, visit.t).await? };
    let form = Form::default().with("version", contract.version.to_string());
    let form = fields::filled(form, &contract, &context.times);
    context.show(&app, &visit, form, FormState::default()).await
}

/// `POST /keys/{keyId}/contracts/{contractId}/edit`
pub(crate) async fn send(
    State(app): State<App>,
    caller: Caller,
    ContractPath(key, id): ContractPath,
    visit: Visit,
    _: NoQuery,
    form: Form,
) -> Result<Response, Problem> {
    let contract = app.store.contract(&key, &id).await?;
    let context = KeyContext { contract: Some(id.clone()), ..KeyContext::read(&app, &key, visit.t).await? };
    let step = form.text("step").to_owned();
    if let Some((form, added)) = stepped(&form, &step, &context.times) {
        return context.show(&app, &visit, form, FormState { added, ..FormState::default() }).await;
    }
    let form = contacts::tidied(form);
    let change = match fields::change(&form, &contract, visit.t, &context.times) {
        Ok(change) => change,
        Err(errors) => return context.show(&app, &visit, form, FormState::with_errors(errors)).await,
    };
    let now = app.clock.now();
    let done = || Ok(Redirect::to(&format!("{}?done=changed", links::contract(&key, &id))).into_response());
    let expected = form.expected();
    let refused = match app.store.preview_edit(&key, &id, change.clone(), expected, now).await {
        Ok(preview) if !preview.conflicts.is_empty() => {
            ContractRefusal::Overlap { conflicts: preview.conflicts, next_free: preview.next_free }.into()
        }
        Ok(preview) if shows_first(&form, &preview) && !is_confirmed(&form, &step) => {
            return context.show(&app, &visit, form, FormState::with_preview(preview)).await;
        }
        Ok(_) => match app.store.edit_contract(&key, &id, change.clone(), expected, &caller.act(now, None)).await {
            Ok(_) => return done(),
            Err(error) => error,
        },
        Err(error) => error,
    };
    let (form, state) = match refused {
        store::Error::Contract(ContractRefusal::Overlap { conflicts, next_free }) => {
            (form, FormState::with_conflict(conflicts, next_free))
        }
        store::Error::Stale { .. } => {
            let current = app.store.contract(&key, &id).await?;
            if is_so(&current, change, now) {
                return done();
            }
            let stale = Some(differences(visit.t, &context.times, &form, &current));
            (form.with("version", current.version.to_string()), FormState { stale, ..FormState::default() })
        }
        error @ store::Error::Contract(ContractRefusal::StartsWhileKeyOut) => {
            (form, FormState::with_errors(Errors::at(fields::START, error.into())))
        }
        error => (form, FormState::with_errors(Errors::of_form(error.into())?)),
    };
    context.show(&app, &visit, form, state).await
}

/// Whether there is something to preview: messages, or completed phone numbers.
fn shows_first(form: &Form, preview: &Preview) -> bool {
    !preview.messages.is_empty() || !contacts::completed_numbers(form, &preview.contract.contacts).is_empty()
}

/// Whether the contract already is as the edit would make it, because the form was sent twice.
fn is_so(contract: &Contract, change: domain::ContractChange, now: Instant) -> bool {
    contract.edited(change, now).is_ok_and(|edited| contract.differences(&edited).is_empty())
}
