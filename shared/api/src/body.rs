//! Request bodies. A body is a bounded, UTF-8 JSON object with known fields only.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::Problem;
use crate::check::{Object, field_errors};
use crate::idempotency::hash_body;
use crate::problem::Code;

/// In bytes.
pub const LIMIT: usize = 64 * 1024;

/// A JSON object, deserialized into `T`.
#[derive(Debug, Clone)]
pub struct JsonBody<T> {
    pub value: T,
    /// A hash of the body, stored with an idempotency key.
    pub hash: String,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        check_media_type(&parts.method, &parts.headers)?;
        let bytes = read_body(body, LIMIT).await?;
        Ok(Self { value: parse_json(&bytes)?, hash: hash(&bytes)? })
    }
}

/// A JSON object, deserialized into `T`, or no body at all, which gives the default.
#[derive(Debug, Clone)]
pub struct OptionalBody<T> {
    pub value: T,
    /// A hash of the body. No body has the hash of an object without fields.
    pub hash: String,
}

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for OptionalBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read_body(body, LIMIT).await?;
        let value = if bytes.is_empty() {
            T::default()
        } else {
            check_media_type(&parts.method, &parts.headers)?;
            parse_json(&bytes)?
        };
        let hash = if bytes.is_empty() { hash(b"{}")? } else { hash(&bytes)? };
        Ok(Self { value, hash })
    }
}

/// No body, or an object without fields: for a POST without parameters.
#[derive(Debug, Clone)]
pub struct EmptyBody {
    /// A hash of the body. No body has the hash of an object without fields.
    pub hash: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl<S: Send + Sync> FromRequest<S> for EmptyBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let OptionalBody::<Nothing> { hash, .. } = OptionalBody::from_request(request, state).await?;
        Ok(Self { hash })
    }
}

/// A body without a media type is read as JSON. Any other type is refused.
pub fn check_media_type(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let text = value.to_str().unwrap_or_default().to_ascii_lowercase();
    let (essence, parameters) = text.split_once(';').unwrap_or((&text, ""));
    let known = match essence.trim() {
        "application/json" => true,
        // The media type of PATCH (RFC 7396).
        "application/merge-patch+json" => method == Method::PATCH,
        _ => false,
    };
    let charset = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
    if known && charset.is_none_or(|charset| charset.trim_matches('"') == "utf-8") {
        return Ok(());
    }
    Err(Problem::new(Code::UnsupportedMediaType, "Send the body as application/json in UTF-8."))
}

/// Reads a whole body of at most this many bytes.
pub async fn read_body(body: Body, limit: usize) -> Result<Bytes, Problem> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Problem::new(Code::BodyTooLarge, format!("This body has at most {limit} bytes.")))
        }
        Err(_) => Err(malformed("The body was incomplete.")),
    }
}

/// Parses a JSON object with known fields only.
pub fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("The body is not UTF-8."))?;
    if text.trim().is_empty() {
        return Err(malformed("The body is empty; send a JSON object."));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let value: Object<T> = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        if error.inner().is_data() {
            Problem::invalid_request(field_errors::<T>(text, &error))
        } else {
            not_json(error.inner())
        }
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value.0)
}

fn not_json(error: &serde_json::Error) -> Problem {
    malformed(&format!("The body is not JSON, at line {}, column {}.", error.line(), error.column()))
}

fn malformed(detail: &str) -> Problem {
    Problem::new(Code::MalformedJson, detail)
}

fn hash(bytes: &[u8]) -> Result<String, Problem> {
    let value = serde_json::from_slice(bytes).map_err(|error| not_json(&error))?;
    Ok(hash_body(&value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{FieldCode, FieldError};
    use crate::{Patch, WholeNumber};

    #[derive(Debug, Default, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
    struct Sample {
        pin: Option<String>,
        locker_index: Option<WholeNumber>,
        shared: Patch<bool>,
        contacts: Option<Vec<Object<Inner>>>,
        location: Option<Object<Inner>>,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
    struct Inner {
        phone_number: Option<String>,
    }

    const FIELDS: &str = "is not a known field; the known fields are pin, lockerIndex, shared, contacts, location";

    fn refusal(json: &str) -> Problem {
        parse_json::<Sample>(json.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_wrong_type_names_the_field_and_the_expected_type() {
        for (json, field, code, detail) in [
            (r#"{"pin":482915}"#, "pin", FieldCode::WrongType, "must be a string"),
            (r#"{"lockerIndex":"x"}"#, "lockerIndex", FieldCode::WrongType, "must be a whole number"),
            (r#"{"lockerIndex":1.5}"#, "lockerIndex", FieldCode::WrongType, "must be a whole number"),
            (
                r#"{"lockerIndex":null,"lockerIndex":1}"#,
                "lockerIndex",
                FieldCode::DuplicateField,
                "must appear only once",
            ),
            (r#"{"shared":"yes"}"#, "shared", FieldCode::WrongType, "must be true or false"),
            (r#"{"contacts":{}}"#, "contacts", FieldCode::WrongType, "must be a list"),
            (r#"{"contacts":[{},["a"]]}"#, "contacts[1]", FieldCode::WrongType, "must be an object"),
            (
                r#"{"contacts":[{},{"phoneNumber":1}]}"#,
                "contacts[1].phoneNumber",
                FieldCode::WrongType,
                "must be a string",
            ),
            (r#"{"location":["a"]}"#, "location", FieldCode::WrongType, "must be an object"),
            ("[]", "", FieldCode::WrongType, "must be an object"),
            ("7", "", FieldCode::WrongType, "must be an object"),
            ("null", "", FieldCode::WrongType, "must be an object"),
            (r#"{"pinn":"482915"}"#, "pinn", FieldCode::UnknownField, FIELDS),
            (r#"{"pi`nn`, expected `x":"482915"}"#, "pi`nn`, expected `x", FieldCode::UnknownField, FIELDS),
            (
                r#"{"contacts":[{"fax":"1"}]}"#,
                "contacts[0].fax",
                FieldCode::UnknownField,
                "is not a known field; the known fields are phoneNumber",
            ),
            (r#"{"pin":"1234","pin":"4321"}"#, "pin", FieldCode::DuplicateField, "must appear only once"),
        ] {
            let problem = refusal(json);
            assert_eq!(problem.code, Code::InvalidRequest, "{json}");
            assert_eq!(problem.errors, [FieldError::new(field, code, detail)], "{json}");
        }
    }

    #[test]
    fn every_error_in_the_body_is_reported_at_once() {
        let json = r#"{"pinn":"1","lockerIndex":"x","contacts":[{"fax":"1"},{"phoneNumber":7,"phone":"1"}],"a":{"b":1},
                       "location":{"street":"x"},"shared":true}"#;
        let named: Vec<_> = refusal(json).errors.into_iter().map(|error| (error.field, error.code)).collect();
        for (field, code) in [
            ("pinn", FieldCode::UnknownField),
            ("a", FieldCode::UnknownField),
            ("lockerIndex", FieldCode::WrongType),
            ("contacts[0].fax", FieldCode::UnknownField),
            ("contacts[1].phone", FieldCode::UnknownField),
            ("contacts[1].phoneNumber", FieldCode::WrongType),
            ("location.street", FieldCode::UnknownField),
        ] {
            assert!(named.contains(&(field.to_owned(), code)), "{field} is not among {named:?}");
        }
        assert_eq!(named.len(), 7);
        let many: Vec<_> = (0..1_000).map(|number| format!(r#""x{number}":1"#)).collect();
        assert_eq!(refusal(&format!("{{{}}}", many.join(","))).errors.len(), 20, "limited to 20");
        let none = parse_json::<Nothing>(br#"{"force":true}"#).map(|_| ()).unwrap_err();
        assert_eq!(
            none.errors,
            [FieldError::new("force", FieldCode::UnknownField, "is not a known field; there are none")]
        );
    }

    #[test]
    fn no_error_repeats_a_value() {
        for json in [
            r#"{"pin":482915}"#,
            r#"{"lockerIndex":"482915"}"#,
            r#"{"contacts":"482915, expected 482915"}"#,
            r#"{"shared":"482915` expected `482915"}"#,
            r#""482915""#,
            r#"{"pin":"482915"#,
            r#"{"pin":"482915"} "482915""#,
        ] {
            let problem = refusal(json);
            assert!(!format!("{problem:?}").contains("482915"), "{json}: {problem:?}");
        }
    }

    #[test]
    fn invalid_json_is_malformed() {
        let deep = format!("{{\"pin\":{}", "[".repeat(10_000));
        let deep_unknown = format!("{{\"contacts\":[{}", "[".repeat(10_000));
        for json in ["", " ", "{", "{\"pin\":}", "{} {}", "{\"lockerIndex\":1e999}", "\u{feff}{}"] {
            assert_eq!(refusal(json).code, Code::MalformedJson, "{json}");
        }
        for json in [deep, deep_unknown] {
            assert!(refusal(&json).code.status() < 500);
        }
        assert_eq!(parse_json::<Sample>(b"{\"pin\":\"\xff\"}").unwrap_err().code, Code::MalformedJson);
    }

    #[test]
    fn only_json_media_types_are_accepted() {
        let check = |method: Method, value: &'static str| {
            check_media_type(&method, &HeaderMap::from_iter([(CONTENT_TYPE, value.parse().unwrap())])).is_ok()
        };
        assert!(check(Method::POST, "application/json"));
        assert!(check(Method::POST, "Application/JSON; charset=UTF-8"));
        assert!(check(Method::PATCH, "application/merge-patch+json"));
        assert!(!check(Method::POST, "application/merge-patch+json"));
        assert!(!check(Method::POST, "application/json; charset=latin1"));
        assert!(!check(Method::POST, "application/x-www-form-urlencoded"));
        assert!(!check(Method::POST, ""));
        assert!(check_media_type(&Method::POST, &HeaderMap::new()).is_ok());
    }
}
