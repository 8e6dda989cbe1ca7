//! `POST /keys/{keyId}/contracts/{contractId}/messages/{messageId}/resend`

use api::problem::Code;
use api::{App, MessagePath, NoQuery, Problem};
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use clock::Random;

use super::page::{Shown, answer};
use crate::form::{Errors, Form};
use crate::links;
use crate::visit::Visit;

/// Sends a message again. If the form is sent twice, the message is already being sent, which is fine.
pub(crate) async fn send(
    State(app): State<App>,
    State(random): State<Random>,
    MessagePath(key, contract, message): MessagePath,
    visit: Visit,
    _: NoQuery,
) -> Result<Response, Problem> {
    let resent = app.store.resend(&key, &contract, &message, app.clock.now()).await.map_err(Problem::from);
    match resent {
        Err(problem) if problem.code == Code::MessageOutdated => {
            let shown = Shown { errors: Errors::of(problem), ..Shown::default() };
            answer(&app, &visit, (&key, &contract), Form::fresh(&random)?, shown).await
        }
        Err(problem) if problem.code != Code::MessageUnderWay => Err(problem),
        Ok(_) | Err(_) => {
            let to = format!("{}?done=resent#messages", links::contract(&key, &contract));
            Ok(Redirect::to(&to).into_response())
        }
    }
}
