//! Makes room in a full shadow. AWS limits its state to 8 KB and rejects an update that would exceed it, whatever has
//! filled it: requests to a disconnected automat, or data that is not part of the protocol.

use std::collections::BTreeMap;

use protocol::{OpeningReport, OpeningRequest};
use serde_json::{Map, Value, json};

use crate::shadow::ControlShadow;

/// The update that puts in requests and takes out what is not part of an opening that may still run: requests whose
/// life is over and everything reported of them, and whatever the protocol does not know.
///
/// Nothing is lost with it. A result that the shadow accepted has been handed to the rule that stores it; one that it
/// has not accepted is in the device's journal, and reported until it is.
pub(crate) fn room_for(shadow: &ControlShadow, wanted: &BTreeMap<u16, OpeningRequest>) -> Value {
    let now = wanted.values().map(|request| request.issued_at).max().unwrap_or_default();
    let mut live = shadow.requests();
    live.retain(|at, other| !wanted.contains_key(at) && other.expires_at > now);
    let results = shadow.results();
    let mut requests = all_but(&shadow.desired, "o", |at| live.contains_key(&at));
    requests.extend(wanted.iter().map(|(locker, request)| (locker.to_string(), json!(request))));
    let echoes = all_but(&shadow.reported, "o", |at| is_echo(shadow, &live, at));
    let reports = all_but(&shadow.reported, "r", |at| is_result(&results, &live, at));
    let mut desired = nulls(shadow.desired.keys().filter(|name| *name != "o"));
    desired.insert("o".to_owned(), Value::Object(requests));
    let mut reported = nulls(shadow.reported.keys().filter(|name| *name != "v"));
    for (part, nulls) in [("o", echoes), ("r", reports)] {
        if shadow.reported.get(part).is_some_and(Value::is_object) {
            reported.insert(part.to_owned(), Value::Object(nulls));
        }
    }
    if shadow.reported.get("v").is_some_and(|version| !version.is_u64()) {
        reported.insert("v".to_owned(), Value::Null);
    }
    json!({ "desired": desired, "reported": reported })
}

/// The members of a part that are to be removed, each as `null`.
fn all_but(section: &Map<String, Value>, part: &str, is_kept: impl Fn(u16) -> bool) -> Map<String, Value> {
    let members = section.get(part).and_then(Value::as_object).into_iter().flatten();
    nulls(
        members
            .map(|(name, _)| name)
            .filter(|name| !name.parse().is_ok_and(|at: u16| at.to_string() == **name && is_kept(at))),
    )
}

fn is_echo(shadow: &ControlShadow, live: &BTreeMap<u16, OpeningRequest>, locker: u16) -> bool {
    let echo = shadow.reported.get("o").and_then(|echoes| echoes.get(locker.to_string()));
    live.get(&locker).is_some_and(|request| echo == Some(&json!(request)))
}

fn is_result(results: &BTreeMap<u16, OpeningReport>, live: &BTreeMap<u16, OpeningRequest>, locker: u16) -> bool {
    live.get(&locker).is_some_and(|request| results.get(&locker).is_some_and(|result| result.id == request.id))
}

fn nulls<'a>(names: impl Iterator<Item = &'a String>) -> Map<String, Value> {
    names.map(|name| (name.clone(), Value::Null)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shadow(desired: &Value, reported: &Value) -> ControlShadow {
        let section = |value: &Value| value.as_object().unwrap().clone();
        ControlShadow { version: 1, desired: section(desired), reported: section(reported) }
    }

    fn room(desired: &Value, reported: &Value) -> Value {
        let request = OpeningRequest { seq: 100, id: "new".to_owned(), issued_at: 100, expires_at: 120 };
        room_for(&shadow(desired, reported), &BTreeMap::from([(3, request)]))
    }

    #[test]
    fn unknown_fields_are_removed() {
        let update = room(&json!({"p": 1}), &json!({"v": 1, "log": "x", "o": "y", "r": {"x": 1, "8": "z"}}));
        let desired = json!({"p": null, "o": {"3": [100, "new", 100, 120]}});
        let reported = json!({"log": null, "o": null, "r": {"x": null, "8": null}});
        assert_eq!(update, json!({"desired": desired, "reported": reported}));
        assert_eq!(room(&json!({}), &json!({"v": "x"}))["reported"], json!({"v": null}));
    }

    #[test]
    fn running_openings_stay_with_their_reports() {
        let live = json!([99, "live", 99, 119]);
        let desired = json!({"o": {"1": live, "2": [80, "over", 80, 100], "3": [98, "before", 98, 118]}});
        let reported = json!({
            "o": {"1": live, "2": [80, "over", 80, 100]},
            "r": {"1": ["live", "opened", 99], "2": ["over", "expired", 100], "3": ["before", "opened", 98]},
        });
        let update = room(&desired, &reported);
        assert_eq!(update["desired"], json!({"o": {"2": null, "3": [100, "new", 100, 120]}}));
        assert_eq!(update["reported"], json!({"o": {"2": null}, "r": {"2": null, "3": null}}));
    }

    #[test]
    fn reports_that_do_not_match_their_opening_are_removed() {
        let desired = json!({"o": {"1": [99, "live", 99, 119]}});
        let reported = json!({"o": {"1": [99, "live", 99, 119, "and more"]}, "r": {"1": ["other", "opened", 99]}});
        let nulls = json!({"o": {"1": null}, "r": {"1": null}});
        assert_eq!(room(&desired, &reported)["reported"], nulls);
    }
}
