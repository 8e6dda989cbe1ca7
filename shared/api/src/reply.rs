//! Responses: the resource, its version, and its location.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{ETAG, LOCATION};
use http::{HeaderValue, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use store::Created;

use crate::etag::etag;

/// 200.
pub fn ok(view: impl Serialize) -> Response {
    Json(view).into_response()
}

/// 200, with the version as the `ETag`.
pub fn tagged(version: u64, view: impl Serialize) -> Response {
    ([(ETAG, etag(version))], Json(view)).into_response()
}

/// The response to a creation: 201, also if an earlier request with the same `Idempotency-Key` created it; 200 if an
/// identical resource existed.
///
/// The second argument of `view` is whether this is a 201, which may contain what later responses mask.
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

/// 202, with the location to follow.
pub fn accepted(location: &str, view: impl Serialize) -> Response {
    let mut response = (StatusCode::ACCEPTED, Json(view)).into_response();
    locate(&mut response, location);
    response
}

/// Marks a response as a repetition of an earlier one.
pub fn mark_replayed(response: &mut Response, replayed: bool) {
    if replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
}

/// 204.
#[must_use]
pub fn removed() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Everything except the unreserved characters of RFC 3986, section 2.3.
const IN_A_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Encodes a text as one segment of a path, or as a value in a query.
#[must_use]
pub fn segment(text: &str) -> String {
    utf8_percent_encode(text, IN_A_SEGMENT).to_string()
}

/// The path of a resource of the API.
#[must_use]
pub fn location(segments: &[&str]) -> String {
    segments.iter().fold("/v1".to_owned(), |path, text| path + "/" + &segment(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_percent_encoded() {
        assert_eq!(location(&["keys", "Käsi-1", "contracts", "b.1"]), "/v1/keys/K%C3%A4si-1/contracts/b.1");
    }
}
