//! `POST /v1/contracts/{contractId}/messages/{messageId}/resend`

use api::{App, EmptyBody, MessagePath, MessageView, NoQuery, Problem};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

/// Send a message again
///
/// Refused while it is being sent or retried, and if the contract has changed so that it would no longer be true.
#[utoipa::path(
    post,
    path = "/v1/contracts/{contractId}/messages/{messageId}/resend",
    operation_id = "resendMessage",
    tag = "contracts",
    params(("contractId" = String, Path), ("messageId" = String, Path)),
    responses((status = 202, description = "The message will be sent; the list of messages shows its delivery status", body = MessageView))
)]
pub(crate) async fn resend_message(
    State(app): State<App>,
    MessagePath(contract, message): MessagePath,
    _: NoQuery,
    _: EmptyBody,
) -> Result<Response, Problem> {
    let record = app.store.resend(&contract, &message, app.clock.now()).await?;
    Ok((StatusCode::ACCEPTED, api::ok(MessageView::from(record))).into_response())
}
