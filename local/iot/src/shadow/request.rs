//! Parses and validates requests.

use serde_json::{Map, Value};

use super::{
    document::{MAX_BYTES, MAX_LEVELS},
    rejection::Rejection,
};

const MAX_CLIENT_TOKEN_BYTES: usize = 64;

/// A state to merge, by section.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Patch {
    pub(super) desired: Section,
    pub(super) reported: Section,
    pub(super) version: Option<u64>,
}

/// What an update does to a section.
#[derive(Debug, Default, PartialEq)]
pub(super) enum Section {
    /// Leaves it unchanged.
    #[default]
    Untouched,
    Removed,
    /// Merges these members into it.
    Merged(Map<String, Value>),
}

/// The members of a payload. An empty payload, which is allowed for get and delete, has none.
pub(super) fn members(payload: &[u8]) -> Result<Map<String, Value>, Rejection> {
    if payload.is_empty() {
        return Ok(Map::new());
    }
    let text = std::str::from_utf8(payload).map_err(|_| Rejection::NotUtf8)?;
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) | Err(_) => Err(Rejection::InvalidJson),
    }
}

/// The token by which the client recognizes the answer.
pub(super) fn client_token(members: &Map<String, Value>) -> Result<Option<String>, Rejection> {
    match members.get("clientToken") {
        None => Ok(None),
        Some(Value::String(token)) if token.len() <= MAX_CLIENT_TOKEN_BYTES => Ok(Some(token.clone())),
        Some(_) => Err(Rejection::InvalidClientToken),
    }
}

/// Parses the payload of an update.
pub(super) fn patch(mut members: Map<String, Value>) -> Result<Patch, Rejection> {
    let version = match members.remove("version") {
        None => None,
        Some(version) => Some(version.as_u64().ok_or(Rejection::InvalidVersion)?),
    };
    members.remove("clientToken");
    let state = members.remove("state").ok_or(Rejection::MissingState)?;
    known_only(&members)?;
    let mut sections = match state {
        Value::Object(sections) => sections,
        // `"state": null` clears both sections, as the maintainers of AWS's own shadow manager found the service to do
        // (aws-greengrass-shadow-manager, pull request 193), whereas `{}` changes nothing.
        Value::Null => {
            return Ok(Patch { desired: Section::Removed, reported: Section::Removed, version });
        }
        _ => return Err(Rejection::NotAnObject("State")),
    };
    let desired = section(sections.remove("desired"), "Desired")?;
    let reported = section(sections.remove("reported"), "Reported")?;
    known_only(&sections)?;
    Ok(Patch { desired, reported, version })
}

fn known_only(rest: &Map<String, Value>) -> Result<(), Rejection> {
    rest.keys().next().map_or(Ok(()), |unknown| Err(Rejection::InvalidNode(unknown.clone())))
}

fn section(value: Option<Value>, called: &'static str) -> Result<Section, Rejection> {
    match value {
        None => Ok(Section::Untouched),
        Some(Value::Null) => Ok(Section::Removed),
        Some(Value::Object(members)) => {
            for (name, value) in &members {
                check(name, value, 1)?;
            }
            Ok(Section::Merged(members))
        }
        Some(_) => Err(Rejection::NotAnObject(called)),
    }
}

fn check(name: &str, value: &Value, level: usize) -> Result<(), Rejection> {
    if level > MAX_LEVELS {
        return Err(Rejection::TooDeep);
    }
    match value {
        Value::Object(members) => members.iter().try_for_each(|(name, value)| check(name, value, level + 1)),
        Value::Array(elements) if elements.contains(&Value::Null) => Err(Rejection::InvalidNode(name.to_owned())),
        Value::Array(elements) => elements
            .iter()
            .filter(|element| element.is_object() || element.is_array())
            .try_for_each(|element| check(name, element, level + 1)),
        _ => Ok(()),
    }
}

/// Whether a payload is small enough to be parsed at all.
pub(super) fn fits(payload: &[u8]) -> Result<(), Rejection> {
    // Beside its state, an update may contain whitespace and a token; four times the maximum state is generous for
    // that.
    if payload.len() > 4 * MAX_BYTES { Err(Rejection::TooLarge) } else { Ok(()) }
}
