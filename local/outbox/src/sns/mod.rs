//! Amazon SNS: publishing to phones and topics, in the AWS Query protocol (a form comes, XML goes).
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

use crate::behaviour::{Behaviour, End};
use crate::sent::What;
use crate::server::conduct;
use crate::service::Service;

/// Takes a call of any action.
pub(crate) async fn take(State(service): State<Arc<Service>>, body: Bytes) -> Response {
    let form = Form::read(&body);
    let end = if form.get("PhoneNumber").is_some() { End::Sms } else { End::Topic };
    let take = |behaviour| answer::of(&act(&service, &form, behaviour));
    let refuse = |trouble| answer::of(&Err(Refusal::from(trouble)));
    conduct(&service, end, take, refuse).await
}

fn act(service: &Service, form: &Form, behaviour: Behaviour) -> Result<Answer, Refusal> {
    match form.get("Action") {
        Some("Publish") => {
            let id = service.take(publication(service, form)?);
            Ok(Answer::Published { id })
        }
        Some("PublishBatch") => batch::publish(service, form, behaviour == Behaviour::Partly),
        Some(_) => Err(Refusal::UnknownAction),
        None => Err(Refusal::MissingAction),
    }
}

fn publication(service: &Service, form: &Form) -> Result<What, Refusal> {
    // a topic may be named either way
    let topic = form.get("TopicArn").or(form.get("TargetArn"));
    match (form.get("PhoneNumber"), topic) {
        (Some(number), None) => phone::sms(number, form).map(What::Sms),
        (None, Some(topic)) => topic::event(topic::existing(service, topic)?, form).map(What::Event),
        (None, None) => Err(Refusal::invalid("TopicArn or TargetArn Reason: no value for required parameter")),
        (Some(_), Some(_)) => Err(Refusal::invalid("PhoneNumber Reason: only one of the targets may be given")),
    }
}

/// What the message says; SNS takes no empty one.
fn text(form: &Form) -> Result<&str, Refusal> {
    form.get("Message").filter(|text| !text.is_empty()).ok_or_else(|| Refusal::invalid("Message Reason: empty message"))
}
