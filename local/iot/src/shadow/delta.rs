//! The delta: what is desired but not reported.
//!
//! <https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-document.html#delta-state>

use serde_json::{Map, Value};

/// Members of `desired` that are absent or different in `reported`, down to the differing leaves, with their metadata.
/// Arrays are compared as values: a different array is included whole.
pub(super) fn delta(
    desired: &Map<String, Value>,
    reported: &Map<String, Value>,
    metadata: &Map<String, Value>,
) -> (Map<String, Value>, Map<String, Value>) {
    let (mut state, mut dates) = (Map::new(), Map::new());
    for (name, wanted) in desired {
        let date = metadata.get(name);
        let (value, date) = match (wanted, reported.get(name)) {
            (wanted, Some(said)) if wanted == said => continue,
            (Value::Object(wanted), Some(Value::Object(said))) => {
                let none = Map::new();
                let (below, dates) = delta(wanted, said, date.and_then(Value::as_object).unwrap_or(&none));
                if below.is_empty() {
                    continue;
                }
                (Value::Object(below), Some(Value::Object(dates)))
            }
            (wanted, _) => (wanted.clone(), date.cloned()),
        };
        state.insert(name.clone(), value);
        dates.extend(date.map(|date| (name.clone(), date)));
    }
    (state, dates)
}
