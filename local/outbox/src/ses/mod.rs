//! Amazon SES, version 2 of its API: sending an email, in JSON.
//!
//! <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>

mod error;
mod request;

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use error::SesError;

use crate::behaviour::Endpoint;
use crate::sent::{Email, What};
use crate::server::respond;
use crate::service::Service;

/// Handles a call to send an email.
pub(crate) async fn handle(State(service): State<Arc<Service>>, body: Bytes) -> Response {
    let take = |_| match email(&service, &body) {
        Ok(email) => Json(json!({ "MessageId": service.keep(What::Email(email)) })).into_response(),
        Err(refusal) => refusal.into_response(),
    };
    let refuse = |fault| SesError::from(fault).into_response();
    respond(&service, Endpoint::Email, take, refuse).await
}

fn email(service: &Service, body: &[u8]) -> Result<Email, SesError> {
    let email = request::read(body)?;
    let is_known = |set: &String| service.configuration_sets.contains(set);
    if email.configuration_set.as_ref().is_none_or(is_known) {
        Ok(email)
    } else {
        Err(SesError::UnknownConfigurationSet)
    }
}
