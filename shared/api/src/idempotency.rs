//! `Idempotency-Key`: repeating a request with the same key does not repeat its effect. Also the hash that tells
//! whether two bodies are equivalent.

use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::request::Parts;
use ring::digest::{Context, SHA256};
use serde_json::{Number, Value};
use store::Receipt;

use crate::{Caller, Problem};

/// The name under which the response to this request is stored, if the client sent a key.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(Option<String>);

const HEADER: &str = "idempotency-key";
const MAX: usize = 255;

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(HEADER).iter();
        let key = match (values.next(), values.next()) {
            (None, _) => return Ok(Self(None)),
            (Some(value), None) => value.as_bytes().to_owned(),
            (Some(_), Some(_)) => return Err(refused()),
        };
        if !(1..=MAX).contains(&key.len()) || !key.iter().all(u8::is_ascii_graphic) {
            return Err(refused());
        }
        let caller = Caller::from_request_parts(parts, state).await?;
        let request = [caller.actor.as_str(), parts.method.as_str(), parts.uri.path()];
        Ok(Self(Some(name(request, &key))))
    }
}

impl IdempotencyKey {
    /// The key in the form of a page: submitting the form again repeats the request.
    #[must_use]
    pub fn of_page(caller: &Caller, path: &str, key: &str) -> Self {
        Self(Some(name([caller.actor.as_str(), "POST", path], key.as_bytes())))
    }

    /// The receipt of a request with a body of this hash.
    #[must_use]
    pub fn receipt(self, request_hash: String) -> Option<Receipt> {
        self.0.map(|name| Receipt { name, request_hash })
    }
}

fn refused() -> Problem {
    Problem::invalid_header("Idempotency-Key", "must be 1 to 255 visible ASCII characters.")
}

/// Includes the caller and the path, so that a key means the same only for one caller on one path. Each part is
/// preceded by its length, so that no two requests give the same bytes.
fn name(request: [&str; 3], key: &[u8]) -> String {
    let mut hash = Context::new(&SHA256);
    for part in request.map(str::as_bytes).iter().chain([&key]) {
        hash.update(&part.len().to_be_bytes());
        hash.update(part);
    }
    BASE64_URL_SAFE_NO_PAD.encode(hash.finish())
}

/// The SHA-256 of a JSON value, in base64.
///
/// The order of fields, whitespace, escapes in strings and the form of a number (`8`, `8.0`, `0.8e1`) make no
/// difference, and a null field equals one that is left out. Two spellings of the same time (`Z` and `+00:00`) do
/// differ: a client that repeats a request sends the same text.
pub(crate) fn hash_body(value: &Value) -> String {
    let mut hash = Context::new(&SHA256);
    add(&mut hash, value);
    BASE64_URL_SAFE_NO_PAD.encode(hash.finish())
}

fn add(hash: &mut Context, value: &Value) {
    match value {
        Value::Null => hash.update(b"n"),
        Value::Bool(true) => hash.update(b"t"),
        Value::Bool(false) => hash.update(b"f"),
        Value::Number(number) => add_text(hash, b'0', &shortest(number)),
        Value::String(text) => add_text(hash, b'"', text),
        Value::Array(values) => {
            add_length(hash, b'[', values.len());
            for value in values {
                add(hash, value);
            }
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().filter(|(_, value)| !value.is_null()).collect();
            fields.sort_by_key(|(name, _)| *name);
            add_length(hash, b'{', fields.len());
            for (name, value) in fields {
                add_text(hash, b'"', name);
                add(hash, value);
            }
        }
    }
}

fn add_text(hash: &mut Context, kind: u8, text: &str) {
    add_length(hash, kind, text.len());
    hash.update(text.as_bytes());
}

/// The length precedes each part, so that no two values give the same bytes.
fn add_length(hash: &mut Context, kind: u8, length: usize) {
    hash.update(&[kind]);
    hash.update(&length.to_be_bytes());
}

/// Formats a number without a zero fraction; `-0.0` is `0`.
fn shortest(number: &Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(float) => (float + 0.0).to_string(),
        None => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_a_request_changes_the_name_of_its_receipt() {
        let one = name(["ada", "POST", "/v1/keys"], b"k");
        assert_eq!(one, name(["ada", "POST", "/v1/keys"], b"k"));
        assert_eq!(one.len(), 43);
        for (request, key) in [
            (["bob", "POST", "/v1/keys"], b"k"),
            (["ada", "POST", "/v1/automats"], b"k"),
            (["ada", "POST", "/v1/keys"], b"l"),
            (["adaP", "OST", "/v1/keys"], b"k"),
        ] {
            assert_ne!(one, name(request, key));
        }
    }

    fn of(json: &str) -> String {
        hash_body(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn equivalent_bodies_have_the_same_hash() {
        for (one, other) in [
            (r#"{"a":1,"b":{"c":2,"d":[3]}}"#, r#" { "b" : {"d":[3], "c":2}, "a":1 } "#),
            (r#"{"name":"Hämeentie"}"#, r#"{"name":"H\u00e4meentie"}"#),
            (r#"{"a":"\ud83d\udd11"}"#, r#"{"\u0061":"🔑"}"#),
            (r#"{"n":8}"#, r#"{"n":8.0}"#),
            (r#"{"n":80}"#, r#"{"n":0.8e2}"#),
            (r#"{"n":0}"#, r#"{"n":-0.0}"#),
            (r#"{"a":1,"b":null}"#, r#"{"a":1}"#),
        ] {
            assert_eq!(of(one), of(other), "{one} and {other}");
        }
    }

    #[test]
    fn different_bodies_have_different_hashes() {
        let bodies = [
            "{}",
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"a":true}"#,
            r#"{"a":false}"#,
            r#"{"a":[1]}"#,
            r#"{"a":[1,null]}"#,
            r#"{"a":[[1]]}"#,
            r#"{"a":{"b":1}}"#,
            r#"{"a":1,"b":1}"#,
            r#"{"a":1.5}"#,
            r#"{"a":9007199254740993}"#,
            r#"{"a":9007199254740992}"#,
            r#"{"a":[1,2]}"#,
            r#"{"a":[2,1]}"#,
        ];
        for (at, one) in bodies.iter().enumerate() {
            for other in &bodies[at + 1..] {
                assert_ne!(of(one), of(other), "{one} and {other}");
            }
        }
    }
}
