//! Amazon SNS: publishing to phones and topics, in the AWS Query protocol (requests are forms, answers are XML).
//!
//! <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>,
//! <https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html>

mod answer;
mod attributes;
mod batch;
mod form;
mod phone;
mod refusal;
mod topic;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;

use answer::Answer;
use form::Form;
use refusal::Refusal;

use crate::behaviour::{Behaviour, Endpoint};
use crate::sent::What;
use crate::server::respond;
use crate::service::Service;

/// Handles a call of any action.
pub(crate) async fn handle(State(service): State<Arc<Service>>, body: Bytes) -> Response {
    let form = Form::read(&body);
    let endpoint = if form.get("PhoneNumber").is_some() { Endpoint::Sms } else { Endpoint::Topic };
    let take = |behaviour| answer::of(&dispatch(&service, &form, behaviour));
    let refuse = |fault| answer::of(&Err(Refusal::from(fault)));
    respond(&service, endpoint, take, refuse).await
}

fn dispatch(service: &Service, form: &Form, behaviour: Behaviour) -> Result<Answer, Refusal> {
    match form.get("Action") {
        Some("Publish") => {
            let id = service.keep(publication(service, form)?);
            Ok(Answer::Published { id })
        }
        Some("PublishBatch") => batch::publish(service, form, behaviour == Behaviour::Partly),
        Some(_) => Err(Refusal::UnknownAction),
        None => Err(Refusal::MissingAction),
    }
}

fn publication(service: &Service, form: &Form) -> Result<What, Refusal> {
    // Both parameters may name a topic.
    let topic = form.get("TopicArn").or(form.get("TargetArn"));
    match (form.get("PhoneNumber"), topic) {
        (Some(number), None) => phone::sms(number, form).map(What::Sms),
        (None, Some(topic)) => topic::event(topic::existing(service, topic)?, form).map(What::Event),
        (None, None) => Err(Refusal::invalid("TopicArn or TargetArn Reason: no value for required parameter")),
        (Some(_), Some(_)) => Err(Refusal::invalid("PhoneNumber Reason: only one of the targets may be given")),
    }
}

/// The message, which must not be empty.
fn text(form: &Form) -> Result<&str, Refusal> {
    form.get("Message").filter(|text| !text.is_empty()).ok_or_else(|| Refusal::invalid("Message Reason: empty message"))
}
