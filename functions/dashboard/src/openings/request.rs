//! `POST /automats/{automatId}/lockers/{lockerIndex}/open`: requests an opening, and redirects to its page.

use api::problem::Code;
use api::{App, Caller, Check, LockerPath, Problem};
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use clock::Random;
use domain::{FreeText, OpeningDraft, OpeningId};
use remote::{RequestedOpening, request_opening};
use store::Act;
use things::Things;

use super::locker;
use crate::form::{Errors, Form};
use crate::links;
use crate::visit::Visit;

pub(crate) async fn open_locker(
    State(app): State<App>,
    State(things): State<Things>,
    State(random): State<Random>,
    visit: Visit,
    caller: Caller,
    LockerPath(automat, index): LockerPath,
    form: Form,
) -> Result<Response, Problem> {
    let act = caller.act(app.clock.now(), form.receipt(&caller, &visit.here));
    let draft = draft(&form, automat.clone(), index);
    match request(&app, &things, draft, &act).await {
        Ok(opening) => Ok(Redirect::to(&links::opening(&opening)).into_response()),
        Err(problem) => match problem.code {
            Code::LockerBusy => match &problem.facts.opening_id {
                Some(under_way) => Ok(Redirect::to(&format!("/openings/{under_way}?already=true")).into_response()),
                None => Err(problem),
            },
            Code::InvalidRequest | Code::AutomatOffline | Code::AutomatBusy | Code::IdempotencyOutdated => {
                let form = form.after(&problem, &random)?;
                locker::show(&app, &visit, &caller, (automat, index), form, Errors::of(problem)).await
            }
            _ => Err(problem),
        },
    }
}

async fn request(
    app: &App,
    things: &Things,
    draft: Result<OpeningDraft, Problem>,
    act: &Act,
) -> Result<OpeningId, Problem> {
    let RequestedOpening { opening, .. } = request_opening(app, things, draft?, act).await?;
    Ok(opening.id)
}

fn draft(form: &Form, automat: domain::AutomatId, locker: domain::LockerIndex) -> Result<OpeningDraft, Problem> {
    let mut check = Check::new();
    let reason = check.optional("reason", form.given("reason"), FreeText::parse);
    check.finish(|| Some(OpeningDraft { automat, locker, reason, force: form.ticked("force") }))
}
