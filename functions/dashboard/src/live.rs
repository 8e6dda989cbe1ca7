//! Pages that refresh themselves. `assets/script.js` requests them again every minute (`data-refresh` of `<main>`), with
//! the tag of what it has. What has not changed is not sent again.

use api::Problem;
use askama::Template;
use axum::response::{Html, IntoResponse as _};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header::{ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use ring::digest::{Context, SHA256};

use crate::visit::Answer;

/// How many seconds a page waits before it requests itself again. What a request costs is in `infra/runbooks/costs.md`.
pub(crate) const SECONDS: u32 = 60;
/// What is after this in a page says as of when it is. It does not count as a change, and an answer without the page has
/// it in a header, percent-encoded.
const AS_OF: &str = "data-as-of>";
const AS_OF_HEADER: HeaderName = HeaderName::from_static("x-as-of");
/// Bytes of the digest in a tag.
const TAG: usize = 12;

/// The page, or only as of when it is if the client has the rest.
pub(crate) fn page(headers: &HeaderMap, page: &impl Template) -> Answer {
    let text = page.render().map_err(Problem::internal)?;
    let (before, as_of, after) = parts(&text);
    let tag = HeaderValue::from_str(&tag(before, after)).map_err(Problem::internal)?;
    if headers.get_all(IF_NONE_MATCH).iter().all(|known| *known != tag) {
        return Ok(([(ETAG, tag)], Html(text)).into_response());
    }
    let as_of = utf8_percent_encode(as_of, NON_ALPHANUMERIC).to_string();
    let as_of = HeaderValue::from_str(&as_of).map_err(Problem::internal)?;
    Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag), (AS_OF_HEADER, as_of)]).into_response())
}

/// What is in front of the text that says as of when it is, that text, and what is behind it.
fn parts(page: &str) -> (&str, &str, &str) {
    let Some((before, rest)) = page.split_once(AS_OF) else { return (page, "", "") };
    let (as_of, after) = rest.split_once('<').unwrap_or((rest, ""));
    (before, as_of, after)
}

/// Weak, since the page is sent in several encodings.
fn tag(before: &str, after: &str) -> String {
    let mut hash = Context::new(&SHA256);
    hash.update(before.as_bytes());
    hash.update(after.as_bytes());
    format!("W/\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&hash.finish().as_ref()[..TAG]))
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[derive(Template)]
    #[template(source = "<p><span data-as-of>{{ time }}</span> {{ rest }}", ext = "html")]
    struct Sample {
        time: &'static str,
        rest: &'static str,
    }

    async fn get(
        known: Option<&HeaderValue>,
        time: &'static str,
        rest: &'static str,
    ) -> (StatusCode, HeaderMap, usize) {
        let headers = known.map(|known| (IF_NONE_MATCH, known.clone())).into_iter().collect();
        let (head, body) = page(&headers, &Sample { time, rest }).unwrap().into_parts();
        (head.status, head.headers, to_bytes(body, usize::MAX).await.unwrap().len())
    }

    #[tokio::test]
    async fn only_a_change_is_sent_and_the_time_is_none() {
        let (status, headers, bytes) = get(None, "14.05", "one").await;
        assert!(status == StatusCode::OK && bytes > 0);
        let known = headers[ETAG].clone();
        let (status, headers, bytes) = get(Some(&known), "kl. 14.06 på", "one").await;
        assert_eq!((status, bytes, &headers[ETAG]), (StatusCode::NOT_MODIFIED, 0, &known));
        assert_eq!(headers[AS_OF_HEADER], "kl%2E%2014%2E06%20p%C3%A5");
        let (status, headers, _) = get(Some(&known), "14.06", "another").await;
        assert!(status == StatusCode::OK && headers[ETAG] != known);
    }
}
