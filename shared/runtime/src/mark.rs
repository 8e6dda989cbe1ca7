//! The byte order mark at the beginning of a CSV response, by which Excel knows UTF-8.
//!
//! `lambda_http` makes a text of the body with `Encoding::decode` of `encoding_rs`, which works "with BOM removal"
//! (<https://docs.rs/encoding_rs/latest/encoding_rs/struct.Encoding.html#method.decode>). So the mark is written twice, and
//! one is sent. `Content-Length` counts one, and is set here, because axum would count both.

use axum::body::{Body, to_bytes};
use axum::response::Response;

const MARK: &[u8] = "\u{feff}".as_bytes();

pub(crate) async fn keep(response: Response) -> Response {
    let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
    if !content_type.is_some_and(|content_type| content_type.starts_with("text/csv")) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The body is in memory already.
    let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
    parts.headers.insert("content-length", bytes.len().into());
    let body = if bytes.starts_with(MARK) { Body::from([MARK, &bytes].concat()) } else { Body::from(bytes) };
    Response::from_parts(parts, body)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sent(content_type: &str, body: &str) -> lambda_http::Body {
        let response = Response::builder().header("content-type", content_type).body(Body::from(body.to_owned()));
        let kept = keep(response.unwrap()).await;
        lambda_http::IntoResponse::into_response(kept).await.into_body()
    }

    #[tokio::test]
    async fn a_table_is_sent_as_it_was_written() {
        for body in ["\u{feff}a;ä\r\n", "a;ä\r\n", ""] {
            assert_eq!(sent("text/csv; charset=utf-8", body).await, lambda_http::Body::from(body), "{body:?}");
        }
        assert_eq!(sent("application/json", "{}").await, lambda_http::Body::from("{}"));
    }
}
