//! The fingerprint of a JSON body: equal for bodies that say the same, however a client's JSON library wrote them.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{Context, SHA256};
use serde_json::{Number, Value};

/// The SHA-256 of a JSON value, in base64. The order of an object's fields, whitespace, escapes in strings and the form
/// of a number (`8`, `8.0`, `0.8e1`) make no difference, and a field that is null is one that was left out. Two
/// spellings of one text do (`Z` and `+00:00`): a client that repeats a request does not reword it.
pub(crate) fn of_value(value: &Value) -> String {
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

/// The length goes before each part, so that no two values run together into the same bytes.
fn add_length(hash: &mut Context, kind: u8, length: usize) {
    hash.update(&[kind]);
    hash.update(&length.to_be_bytes());
}

/// A number without a fraction that is zero; `-0.0` is `0`.
fn shortest(number: &Number) -> String {
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(float) => (float + 0.0).to_string(),
        None => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(json: &str) -> String {
        of_value(&serde_json::from_str(json).unwrap())
    }

    #[test]
    fn bodies_that_say_the_same_are_alike() {
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
    fn bodies_that_say_something_else_are_not() {
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
