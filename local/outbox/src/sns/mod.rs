//! Amazon SNS: publishing to phones and topics, in the AWS Query protocol (requests are forms, answers are XML).
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>,
//! <https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html>

mod attributes;
mod batch;
mod error;
mod form;
mod phone;
mod response;
mod topic;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;

use error::SnsError;
use form::Form;
use response::SnsResponse;

use crate::behaviour::{Behaviour, Endpoint};
use crate::sent::What;
use crate::server::respond;
use crate::service::Service;

/// Handles a call of any action.
pub(crate) async fn handle(State(service): State<Arc<Service>>, body: Bytes) -> Response {
    let form = Form::read(&body);
    let endpoint = if form.get("PhoneNumber").is_some() { Endpoint::Sms } else { Endpoint::Topic };
    let take = |behaviour| response::of(&dispatch(&service, &form, behaviour));
    let refuse = |fault| response::of(&Err(SnsError::from(fault)));
    respond(&service, endpoint, take, refuse).await
}

fn dispatch(service: &Service, form: &Form, behaviour: Behaviour) -> Result<SnsResponse, SnsError> {
    match form.get("Action") {
        Some("Publish") => {
            let id = service.keep(publication(service, form)?);
            Ok(SnsResponse::Published { id })
        }
        Some("PublishBatch") => batch::publish(service, form, behaviour == Behaviour::Partly),
        Some(_) => Err(SnsError::UnknownAction),
        None => Err(SnsError::MissingAction),
    }
}

fn publication(service: &Service, form: &Form) -> Result<What, SnsError> {
    // Both parameters may name a topic.
    let topic = form.get("TopicArn").or(form.get("TargetArn"));
    match (form.get("PhoneNumber"), topic) {
        (Some(number), None) => phone::sms(number, form).map(What::Sms),
        (None, Some(topic)) => topic::event(topic::existing(service, topic)?, form).map(What::Event),
        (None, None) => Err(SnsError::invalid("TopicArn or TargetArn Reason: no value for required parameter")),
        (Some(_), Some(_)) => Err(SnsError::invalid("PhoneNumber Reason: only one of the targets may be given")),
    }
}

/// The message, which must not be empty.
fn text(form: &Form) -> Result<&str, SnsError> {
    form.get("Message")
        .filter(|text| !text.is_empty())
        .ok_or_else(|| SnsError::invalid("Message Reason: empty message"))
}
