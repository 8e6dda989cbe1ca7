//! Validation of a body. All errors are reported at once, and none repeats a value: serde's messages quote values, and
//! a value may be a PIN.

use std::fmt;
use std::marker::PhantomData;

use domain::Invalid;
use serde::de::DeserializeOwned;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::problem::{FieldCode, FieldError};
use crate::{Patch, Problem};

/// Collects the errors of a body's fields.
#[derive(Debug, Default)]
pub struct Check {
    errors: Vec<FieldError>,
    prefix: String,
}

impl Check {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub fn refuse(&mut self, field: &str, code: FieldCode, detail: impl Into<String>) {
        self.errors.push(FieldError::new(format!("{}{field}", self.prefix), code, detail));
    }

    /// A field that may be left out or null.
    pub fn optional<T, U>(
        &mut self,
        field: &str,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, Invalid>,
    ) -> Option<U> {
        match parse(value?) {
            Ok(parsed) => Some(parsed),
            Err(invalid) => {
                self.errors.push(FieldError::invalid(format!("{}{field}", self.prefix), invalid));
                None
            }
        }
    }

    /// A field that must be present.
    pub fn required<T, U>(
        &mut self,
        field: &str,
        value: Option<T>,
        parse: impl FnOnce(T) -> Result<U, Invalid>,
    ) -> Option<U> {
        if value.is_none() {
            self.refuse(field, FieldCode::Required, "is required");
        }
        self.optional(field, value, parse)
    }

    /// A field of an edit that can be changed but not cleared.
    pub fn change<T, U>(
        &mut self,
        field: &str,
        patch: Patch<T>,
        parse: impl FnOnce(T) -> Result<U, Invalid>,
    ) -> Option<U> {
        match patch {
            Patch::Absent => None,
            Patch::Clear => {
                self.refuse(field, FieldCode::Required, "cannot be cleared");
                None
            }
            Patch::Set(value) => self.optional(field, Some(value), parse),
        }
    }

    /// A field of an edit that can be changed and cleared.
    pub fn clearable<T, U>(
        &mut self,
        field: &str,
        patch: Patch<T>,
        parse: impl FnOnce(T) -> Result<U, Invalid>,
    ) -> Option<Option<U>> {
        match patch {
            Patch::Absent => None,
            Patch::Clear => Some(None),
            Patch::Set(value) => self.optional(field, Some(value), parse).map(Some),
        }
    }

    /// A field that an edit cannot change.
    pub fn immutable<T>(&mut self, field: &str, patch: &Patch<T>) {
        if !matches!(patch, Patch::Absent) {
            self.refuse(field, FieldCode::Immutable, "cannot be edited");
        }
    }

    /// Checks fields inside a field such as `contacts[1]`.
    pub fn within<T>(&mut self, field: &str, inside: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.prefix.clone();
        self.prefix = format!("{outer}{field}.");
        let result = inside(self);
        self.prefix = outer;
        result
    }

    /// The result, if there were no errors.
    pub fn finish<T>(self, whole: impl FnOnce() -> Option<T>) -> Result<T, Problem> {
        match whole() {
            Some(whole) if self.errors.is_empty() => Ok(whole),
            _ => Err(Problem::invalid_request(self.errors)),
        }
    }
}

/// A JSON object. Serde's derive alone would also accept an array of the fields' values.
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

/// The longest name of an unknown field that is repeated to the client, in characters.
const MAX_NAME: usize = 100;
/// The maximum number of errors in one response.
const MAX_ERRORS: usize = 20;

type Error = serde_path_to_error::Error<serde_json::Error>;

/// All errors in the structure of well-formed JSON. Serde stops at the first error, so the faulty field is removed and
/// the rest is read again.
pub(crate) fn field_errors<T: DeserializeOwned>(text: &str, first: &Error) -> Vec<FieldError> {
    let (path, error) = read(first);
    let (mut paths, mut errors) = (vec![path], vec![error]);
    let Ok(mut rest) = serde_json::from_str::<Value>(text) else { return errors };
    while errors.len() < MAX_ERRORS
        && paths.last().is_some_and(|path| remove_at(&mut rest, path))
        && let Err(next) = serde_path_to_error::deserialize::<_, Object<T>>(&rest)
    {
        let (path, error) = read(&next);
        paths.push(path);
        errors.push(error);
    }
    errors
}

/// The path of an error and its description.
fn read(error: &Error) -> (Vec<Segment>, FieldError) {
    let message = error.inner().to_string();
    let mut path: Vec<_> = error.path().iter().cloned().collect();
    let (name, code, detail) = if let Some((name, known)) = unknown_field(&message) {
        let detail = match known.join(", ") {
            known if known.is_empty() => "is not a known field; there are none".to_owned(),
            known => format!("is not a known field; the known fields are {known}"),
        };
        (Some(name), FieldCode::UnknownField, detail)
    } else if let Some(name) = duplicate_field(&message) {
        (Some(name), FieldCode::DuplicateField, "must appear only once".to_owned())
    } else {
        (None, FieldCode::WrongType, expected(&message).to_owned())
    };
    // Serde may have named a field without adding it to the path.
    if let Some(name) = name
        && !matches!(path.last(), Some(Segment::Map { key }) if key == name)
    {
        path.push(Segment::Map { key: name.to_owned() });
    }
    let field = shown(&path);
    (path, FieldError::new(field, code, detail))
}

/// The name of an unknown field, and the names of the known ones.
fn unknown_field(message: &str) -> Option<(&str, Vec<&str>)> {
    let after = message.strip_prefix("unknown field `")?;
    // The client chose the name, so it may contain anything. What follows it is serde's.
    let (name, known) = after.rsplit_once("`, expected ").or_else(|| after.rsplit_once("`, there are no fields"))?;
    Some((name, known.split('`').skip(1).step_by(2).collect()))
}

/// The name of a field that appears more than once.
fn duplicate_field(message: &str) -> Option<&str> {
    message.strip_prefix("duplicate field `")?.split('`').next()
}

/// Formats a path: `contacts[1].phoneNumber`.
fn shown(path: &[Segment]) -> String {
    let mut shown = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => shown.extend(["[", &index.to_string(), "]"]),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                let dot = if shown.is_empty() { "" } else { "." };
                shown.push_str(dot);
                shown.extend(key.chars().take(MAX_NAME));
            }
            Segment::Unknown => {}
        }
    }
    shown
}

/// Removes the field at a path, or the whole array if the path ends in one. Returns whether it existed.
fn remove_at(value: &mut Value, path: &[Segment]) -> bool {
    let field = path.iter().rposition(|segment| matches!(segment, Segment::Map { .. }));
    let Some((Segment::Map { key }, parents)) = field.and_then(|at| path[..=at].split_last()) else { return false };
    let parent = parents.iter().try_fold(value, |value, segment| match segment {
        Segment::Seq { index } => value.get_mut(index),
        Segment::Map { key } => value.get_mut(key),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    parent.and_then(Value::as_object_mut).is_some_and(|object| object.remove(key).is_some())
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
        _ => "has the wrong JSON type",
    }
}

#[cfg(test)]
mod tests {
    use domain::{Name, Pin};

    use super::*;

    #[test]
    fn every_error_is_reported_at_once_without_the_values() {
        let mut check = Check::new();
        let person = check.required("person", None::<&str>, Name::parse);
        let pin = check.optional("pin", Some("12x4567"), Pin::parse);
        let name = check.within("contacts[1]", |check| check.required("name", Some(" "), Name::parse));
        let problem = check.finish(|| Some((person?, pin?, name?))).unwrap_err();
        let found: Vec<_> = problem.errors.iter().map(|error| (error.field.as_str(), error.code)).collect();
        assert_eq!(
            found,
            [("person", FieldCode::Required), ("pin", FieldCode::PinForm), ("contacts[1].name", FieldCode::Empty),]
        );
        assert!(!format!("{problem:?}").contains("12x4567"));
    }

    #[test]
    fn the_three_states_of_a_field_in_an_edit() {
        let mut check = Check::new();
        assert_eq!(check.change("person", Patch::<&str>::Absent, Name::parse), None);
        assert_eq!(check.clearable("freeText", Patch::<&str>::Clear, Name::parse), Some(None));
        assert!(check.change("person", Patch::Set("Ada"), Name::parse).is_some());
        assert!(check.errors.is_empty());
        check.change("person", Patch::<&str>::Clear, Name::parse);
        check.immutable("keyId", &Patch::Set(()));
        let codes: Vec<_> = check.errors.iter().map(|error| error.code).collect();
        assert_eq!(codes, [FieldCode::Required, FieldCode::Immutable]);
    }
}
