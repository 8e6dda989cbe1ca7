//! Merges an update into a section, with timestamps for what it changes.

use serde_json::{Map, Value, json};

/// Merges members into a section and its metadata. `null` removes a member, objects are merged, and other values,
/// including arrays, are replaced. An object that has lost its last member remains as an empty object, as in the
/// service (aws-greengrass-shadow-manager, pull request 213).
pub(super) fn merge(
    section: &mut Map<String, Value>,
    metadata: &mut Map<String, Value>,
    members: &Map<String, Value>,
    seconds: i64,
) {
    for (name, value) in members {
        match value {
            Value::Null => {
                section.remove(name);
                metadata.remove(name);
            }
            Value::Object(members) => {
                let (mut below, mut dates) = match section.remove(name) {
                    Some(Value::Object(below)) => (below, taken(metadata, name)),
                    _ => (Map::new(), Map::new()),
                };
                merge(&mut below, &mut dates, members, seconds);
                section.insert(name.clone(), Value::Object(below));
                metadata.insert(name.clone(), Value::Object(dates));
            }
            value => {
                section.insert(name.clone(), value.clone());
                metadata.insert(name.clone(), date(value, seconds));
            }
        }
    }
}

/// Metadata for the members of an update only, as in its answer.
pub(super) fn dates(members: &Map<String, Value>, seconds: i64) -> Map<String, Value> {
    let dated = members.iter().filter(|(_, value)| !value.is_null());
    dated.map(|(name, value)| (name.clone(), date(value, seconds))).collect()
}

fn date(value: &Value, seconds: i64) -> Value {
    match value {
        Value::Object(members) => Value::Object(dates(members, seconds)),
        Value::Array(elements) => elements.iter().map(|element| date(element, seconds)).collect(),
        _ => json!({ "timestamp": seconds }),
    }
}

fn taken(map: &mut Map<String, Value>, name: &str) -> Map<String, Value> {
    match map.remove(name) {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}
