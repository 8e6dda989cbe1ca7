//! What is wrong with the shape of a body, said without repeating any of it: serde quotes values, and values may be
//! PINs.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer};

use crate::problem::{FieldCode, FieldError};

/// A JSON object. Serde's derive alone would take a list of the fields' values as well.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Visitor(PhantomData))
    }
}

struct Visitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> serde::de::Visitor<'de> for Visitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// The longest name of an unknown field that is repeated to the client.
const MAX_NAME: usize = 100;

/// What serde found wrong with JSON that is well-formed, in our own words.
pub(crate) fn field_error(error: &serde_path_to_error::Error<serde_json::Error>) -> FieldError {
    let message = error.inner().to_string();
    let path = match error.path().to_string() {
        path if path == "." => String::new(),
        path => path,
    };
    if let Some(name) = quoted_after(&message, "unknown field `") {
        return FieldError::new(at(&path, name), FieldCode::UnknownField, "is not a field of this request");
    }
    if let Some(name) = quoted_after(&message, "duplicate field `") {
        return FieldError::new(at(&path, name), FieldCode::DuplicateField, "must stand there only once");
    }
    FieldError::new(path, FieldCode::WrongType, expected(&message))
}

fn quoted_after<'m>(message: &'m str, start: &str) -> Option<&'m str> {
    message.strip_prefix(start)?.split('`').next()
}

/// The path of a field that serde could not name in its own path, since it had not gone into it.
fn at(path: &str, name: &str) -> String {
    let name: String = name.chars().take(MAX_NAME).collect();
    match path {
        "" => name,
        path if path.ends_with(&name) => path.to_owned(),
        path => format!("{path}.{name}"),
    }
}

fn expected(message: &str) -> &'static str {
    let after = message.rsplit_once(", expected ").map(|(_, after)| after).unwrap_or_default();
    let kind = after.split(" at line ").next().unwrap_or_default();
    match kind {
        "a string" => "must be a string",
        "a boolean" => "must be true or false",
        "a sequence" => "must be a list",
        "an object" => "must be an object",
        "a whole number" => "must be a whole number",
        _ => "must be of another JSON type",
    }
}
