//! Merging an update into a section, and dating what it touches.

use serde_json::{Map, Value, json};

/// Merges members into a section and its metadata. `null` takes a member away, objects are merged, and everything else,
/// arrays too, replaces what was there. An object that lost its last member stays, empty: the service keeps it
/// (aws-greengrass-shadow-manager, pull request 213).
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

/// The metadata of an update alone, as its answer carries it.
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
