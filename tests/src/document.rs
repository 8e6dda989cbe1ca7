//! Checks every response that a test gets against the `OpenAPI` document: the status, the headers and the body.
//! Otherwise generated clients could fail where the tests pass.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::ApiResponse;

const DOCUMENT: &str = include_str!("../../docs/openapi.json");

static PARSED: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(DOCUMENT).unwrap());

/// Headers that a response must have exactly if the document says so. Others depend on the request.
const ALWAYS: [&str; 3] = ["x-correlation-id", "ETag", "Location"];
const SOMETIMES: [&str; 4] = ["Idempotency-Replayed", "Retry-After", "WWW-Authenticate", "Allow"];

/// Panics if a response is not as the document says. Requests to other paths are not checked.
pub(crate) fn assert_conforms(answer: &ApiResponse) {
    let Some((method, path)) = answer.asked.split_once(' ') else { return };
    let path = path.split('?').next().unwrap_or_default();
    let Some(operation) = operation(method, path) else { return };
    let asked = format!("{} {}", answer.asked, answer.status);
    let responses = &operation["responses"];
    let response = &responses[answer.status.to_string()];
    let response = if response.is_null() { &responses["default"] } else { response };
    let is_success = (200..300).contains(&answer.status);
    assert!(!is_success || responses.get(answer.status.to_string()).is_some(), "{asked}: no such status");
    for name in ALWAYS.iter().chain(&SOMETIMES) {
        let (is_declared, is_sent) = (!response["headers"][*name].is_null(), !answer.header(name).is_empty());
        assert!(is_declared || !is_sent, "{asked}: the document does not have the header {name}");
        let is_missing = is_success && ALWAYS.contains(name) && is_declared && !is_sent;
        assert!(!is_missing, "{asked}: the document promises the header {name}");
    }
    if answer.bytes.is_empty() {
        return;
    }
    let media_type = answer.header("content-type").split(';').next().unwrap_or_default();
    let schema = &response["content"][media_type]["schema"];
    assert!(schema.is_object(), "{asked}: the document has no body of {media_type:?}");
    if media_type == "text/csv" {
        return;
    }
    let body = answer.json();
    let wrong = with_validator(schema, |validator| {
        validator
            .iter_errors(&body)
            .map(|error| format!("{} at {}", error.kind().keyword(), error.instance_path()))
            .collect::<Vec<_>>()
    });
    assert!(wrong.is_empty(), "{asked}: the body is not as the document says: {wrong:?}");
}

/// The operation of a path. As in `OpenAPI`, a path without variables has precedence.
fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let paths = PARSED["paths"].as_object()?;
    let method = method.to_lowercase();
    let fits = |template: &str| {
        let (wanted, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        wanted.len() == given.len()
            && wanted
                .iter()
                .zip(&given)
                .all(|(wanted, given)| wanted.starts_with('{') && !given.is_empty() || wanted == given)
    };
    let served = paths.iter().filter(|(template, item)| fits(template) && item.get(&method).is_some());
    served.min_by_key(|(template, _)| template.matches('{').count()).map(|(_, item)| &item[&method])
}

/// Each schema, compiled once.
fn with_validator<T>(schema: &Value, check: impl FnOnce(&Validator) -> T) -> T {
    static COMPILED: LazyLock<Mutex<HashMap<String, Validator>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let validator = compiled.entry(schema.to_string()).or_insert_with(|| {
        let mut whole = schema.clone();
        whole["components"] = json!({ "schemas": PARSED["components"]["schemas"] });
        jsonschema::draft202012::options().should_validate_formats(true).build(&whole).unwrap()
    });
    check(validator)
}
