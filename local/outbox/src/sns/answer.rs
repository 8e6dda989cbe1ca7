//! What SNS answers, in XML.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use super::refusal::Refusal;

/// The answer to a call that was taken, at least in part.
pub(super) enum Answer {
    Published { id: String },
    Batch { successful: Vec<Published>, failed: Vec<Unpublished> },
}

/// An entry of a batch that was taken.
pub(super) struct Published {
    pub(super) id: String,
    pub(super) message_id: String,
}

/// An entry of a batch that was not taken.
pub(super) struct Unpublished {
    pub(super) id: String,
    pub(super) refusal: Refusal,
}

#[derive(Template)]
#[template(path = "sns/publish.xml")]
struct PublishXml<'a> {
    id: &'a str,
}

#[derive(Template)]
#[template(path = "sns/publish_batch.xml")]
struct PublishBatchXml<'a> {
    successful: &'a [Published],
    failed: &'a [Unpublished],
}

#[derive(Template)]
#[template(path = "sns/error.xml")]
struct ErrorXml<'a> {
    refusal: &'a Refusal,
}

/// The HTTP answer.
pub(super) fn of(answer: &Result<Answer, Refusal>) -> Response {
    let status = answer.as_ref().err().map_or(StatusCode::OK, Refusal::status);
    let xml = match answer {
        Ok(Answer::Published { id }) => PublishXml { id }.render(),
        Ok(Answer::Batch { successful, failed }) => PublishBatchXml { successful, failed }.render(),
        Err(refusal) => ErrorXml { refusal }.render(),
    };
    match xml {
        Ok(xml) => (status, [(header::CONTENT_TYPE, "text/xml")], xml).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
