//! Answers of SNS, in XML.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use super::error::SnsError;

/// The answer to a call that was accepted, at least in part.
pub(super) enum SnsResponse {
    Published { id: String },
    Batch { successful: Vec<Published>, failed: Vec<Unpublished> },
}

/// An accepted entry of a batch.
pub(super) struct Published {
    pub(super) id: String,
    pub(super) message_id: String,
}

/// A refused entry of a batch.
pub(super) struct Unpublished {
    pub(super) id: String,
    pub(super) refusal: SnsError,
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
    refusal: &'a SnsError,
}

/// Renders the HTTP answer.
pub(super) fn of(answer: &Result<SnsResponse, SnsError>) -> Response {
    let status = answer.as_ref().err().map_or(StatusCode::OK, SnsError::status);
    let xml = match answer {
        Ok(SnsResponse::Published { id }) => PublishXml { id }.render(),
        Ok(SnsResponse::Batch { successful, failed }) => PublishBatchXml { successful, failed }.render(),
        Err(refusal) => ErrorXml { refusal }.render(),
    };
    match xml {
        Ok(xml) => (status, [(header::CONTENT_TYPE, "text/xml")], xml).into_response(),
        Err(error) => {
            tracing::error!(%error, "cannot render an answer");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
