//! Answers: what was asked for, with its version, and where it is.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{ETAG, LOCATION};
use http::{HeaderValue, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use store::{Created, Removal};
use utoipa::ToSchema;

use crate::etag::etag;

/// 200 without a version.
pub fn ok(view: impl Serialize) -> Response {
    Json(view).into_response()
}

/// 200 with the thing's version as its `ETag`.
pub fn tagged(version: u64, view: impl Serialize) -> Response {
    ([(ETAG, etag(version))], Json(view)).into_response()
}

/// What came of creating something: 201, also when an earlier request with the same `Idempotency-Key` did it; 200 when
/// it stood there as it was asked for.
///
/// `view` is told whether the answer may hold what only its creation shows.
pub fn created<T, V: Serialize>(
    created: Created<T>,
    location: impl FnOnce(&T) -> String,
    version: impl FnOnce(&T) -> u64,
    view: impl FnOnce(T, bool) -> V,
) -> Response {
    let (status, replayed, thing) = match created {
        Created::New(thing) => (StatusCode::CREATED, false, thing),
        Created::Replayed(thing) => (StatusCode::CREATED, true, thing),
        Created::Existing(thing) => (StatusCode::OK, false, thing),
    };
    let (location, version) = (location(&thing), version(&thing));
    let mut response = tagged(version, view(thing, status == StatusCode::CREATED));
    *response.status_mut() = status;
    locate(&mut response, &location);
    mark_replayed(&mut response, replayed);
    response
}

fn locate(response: &mut Response, location: &str) {
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, location);
    }
}

/// 202: it is under way, and its progress is to be looked at there.
pub fn accepted(location: &str, view: impl Serialize) -> Response {
    let mut response = (StatusCode::ACCEPTED, Json(view)).into_response();
    locate(&mut response, location);
    response
}

/// Says that an answer is that of an earlier request.
pub fn mark_replayed(response: &mut Response, replayed: bool) {
    if replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
}

/// The resource that is being removed.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct Removing {
    /// Always `removing`.
    state: RemovingState,
}

#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum RemovingState {
    #[default]
    Removing,
}

/// 204, or 202 while deleting the rest goes on.
#[must_use]
pub fn removed(removal: Removal) -> Response {
    match removal {
        Removal::Complete => StatusCode::NO_CONTENT.into_response(),
        Removal::Underway => (StatusCode::ACCEPTED, Json(Removing::default())).into_response(),
    }
}

/// All but the unreserved characters of RFC 3986, section 2.3.
const IN_A_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A text as one segment of a path, or as a value in a query.
#[must_use]
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, IN_A_SEGMENT).to_string()
}

/// A path of these segments, percent-encoded.
#[must_use]
pub fn location(segments: &[&str]) -> String {
    segments.iter().fold("/v1".to_owned(), |path, text| path + "/" + &segment(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_ascii() {
        assert_eq!(location(&["keys", "Käsi-1", "contracts", "b.1"]), "/v1/keys/K%C3%A4si-1/contracts/b.1");
    }
}
