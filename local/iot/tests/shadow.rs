//! The shadow service: examples from the developer guide and cases that this project depends on, and its invariants.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use iot::shadow::{Handled, Operation, Rejection, Shadow};
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: i64 = 1_795_521_600_789;
const SECONDS: i64 = 1_795_521_600;

fn ask(shadow: &Shadow, operation: Operation, payload: &Value, now: i64) -> Handled {
    shadow.handle("open", operation, payload.to_string().as_bytes(), now)
}

fn update(shadow: &Shadow, payload: &Value) -> Handled {
    ask(shadow, Operation::Update, payload, NOW)
}

/// The shadow after merging these states in order.
fn given(states: &[Value]) -> Shadow {
    states.iter().fold(Shadow::default(), |shadow, state| update(&shadow, &json!({ "state": state })).shadow.unwrap())
}

fn got(shadow: &Shadow) -> Value {
    shadow.handle("open", Operation::Get, b"", NOW).answer.unwrap()
}

fn topics(handled: &Handled) -> Vec<&str> {
    handled.messages.iter().map(|message| message.topic.as_str()).collect()
}

fn message<'h>(handled: &'h Handled, topic: &str) -> &'h Value {
    &handled.messages.iter().find(|message| message.topic == topic).unwrap().payload
}

#[test]
fn an_update_is_merged_into_the_state() {
    let cases = [
        ("the first state", vec![], json!({"desired": {"a": 1}}), json!({"desired": {"a": 1}, "delta": {"a": 1}})),
        (
            "objects are merged at every level",
            vec![json!({"reported": {"o": {"7": {"x": 1}}}})],
            json!({"reported": {"o": {"7": {"y": 2}, "8": 3}}}),
            json!({"reported": {"o": {"7": {"x": 1, "y": 2}, "8": 3}}}),
        ),
        (
            "arrays are replaced whole",
            vec![json!({"desired": {"7": [1, 2, 3]}, "reported": {"7": [1, 2, 3]}})],
            json!({"desired": {"7": [4]}}),
            json!({"desired": {"7": [4]}, "reported": {"7": [1, 2, 3]}, "delta": {"7": [4]}}),
        ),
        (
            "null removes a member and keeps the object that contained it",
            vec![json!({"reported": {"o": {"7": 1}, "r": 2}})],
            json!({"reported": {"o": {"7": null}}}),
            json!({"reported": {"o": {}, "r": 2}}),
        ),
        (
            "null removes a section",
            vec![json!({"desired": {"a": 1}, "reported": {"b": 2}})],
            json!({"desired": null}),
            json!({"reported": {"b": 2}}),
        ),
        (
            "an empty state changes nothing",
            vec![json!({"reported": {"b": 2}})],
            json!({}),
            json!({"reported": {"b": 2}}),
        ),
        (
            "null for the state removes both sections",
            vec![json!({"desired": {"a": 1}, "reported": {"b": 2}})],
            json!(null),
            json!({}),
        ),
        (
            "a value becomes an object and an object a value",
            vec![json!({"reported": {"a": 1, "b": {"c": 2}}})],
            json!({"reported": {"a": {"c": 2}, "b": 1}}),
            json!({"reported": {"a": {"c": 2}, "b": 1}}),
        ),
    ];
    for (what, before, state, after) in cases {
        let handled = update(&given(&before), &json!({ "state": state }));
        assert_eq!(got(&handled.shadow.unwrap())["state"], after, "{what}");
    }
}

#[test]
fn the_delta_is_what_is_desired_and_not_reported() {
    let shadow = given(&[json!({
        "desired": {"same": 1, "other": 1, "lacking": {"deep": 1}, "nested": {"same": 1, "other": [1]}},
        "reported": {"same": 1, "other": 2, "more": 3, "nested": {"same": 1, "other": [1, 2]}},
    })]);
    let delta = json!({"other": 1, "lacking": {"deep": 1}, "nested": {"other": [1]}});
    assert_eq!(got(&shadow)["state"]["delta"], delta);
    let handled = update(&shadow, &json!({"state": {"reported": {"more": 4}}, "clientToken": "t"}));
    assert_eq!(topics(&handled), ["update/accepted", "update/delta", "update/documents"]);
    let at = json!({ "timestamp": SECONDS });
    assert_eq!(
        message(&handled, "update/delta"),
        &json!({
            "state": delta, "metadata": {"other": at, "lacking": {"deep": at}, "nested": {"other": [at]}},
            "version": 2, "timestamp": SECONDS, "clientToken": "t",
        })
    );
}

#[test]
fn reporting_the_desired_state_ends_the_deltas() {
    let shadow = given(&[json!({"desired": {"o": {"7": [1]}}})]);
    let handled = update(&shadow, &json!({"state": {"reported": {"o": {"7": [1]}}}}));
    assert_eq!(topics(&handled), ["update/accepted", "update/documents"]);
}

#[test]
fn an_accepted_update_publishes_the_request_and_both_documents() {
    let shadow = given(&[json!({"reported": {"a": 1}})]);
    let state = json!({"reported": {"a": null, "b": [1, {"c": 2}]}});
    let handled = update(&shadow, &json!({"state": state, "version": 1}));
    let at = json!({ "timestamp": SECONDS });
    let metadata = json!({"reported": {"b": [at, {"c": at}]}});
    assert_eq!(
        handled.answer.as_ref().unwrap(),
        &json!({"state": state, "metadata": metadata, "version": 2, "timestamp": SECONDS})
    );
    assert_eq!(
        message(&handled, "update/documents"),
        &json!({
            "previous": {"state": {"reported": {"a": 1}}, "metadata": {"reported": {"a": at}}, "version": 1},
            "current": {"state": {"reported": {"b": [1, {"c": 2}]}}, "metadata": metadata, "version": 2},
            "timestamp": SECONDS,
        })
    );
}

#[test]
fn only_updated_members_get_a_new_timestamp() {
    let shadow = given(&[json!({"reported": {"o": {"7": 1, "8": 1}}})]);
    let later = ask(&shadow, Operation::Update, &json!({"state": {"reported": {"o": {"7": 1}}}}), NOW + 5000);
    let metadata = json!({"reported": {"o": {"7": {"timestamp": SECONDS + 5}, "8": {"timestamp": SECONDS}}}});
    assert_eq!(got(&later.shadow.unwrap())["metadata"], metadata);
}

#[test]
fn an_object_that_replaces_a_value_drops_its_timestamp() {
    let shadow = given(&[json!({"reported": {"a": 1}}), json!({"reported": {"a": {"b": 1}}})]);
    assert_eq!(got(&shadow)["metadata"], json!({"reported": {"a": {"b": {"timestamp": SECONDS}}}}));
}

#[test]
fn get_answers_the_whole_shadow_and_publishes_nothing_else() {
    let handled =
        ask(&given(&[json!({"desired": {"a": 1}})]), Operation::Get, &json!({"clientToken": "mine"}), NOW + 1000);
    assert_eq!(topics(&handled), ["get/accepted"]);
    assert_eq!(handled.shadow, None);
    assert_eq!(
        handled.answer.unwrap(),
        json!({
            "state": {"desired": {"a": 1}, "delta": {"a": 1}}, "metadata": {"desired": {"a": {"timestamp": SECONDS}}},
            "version": 1, "timestamp": SECONDS + 1, "clientToken": "mine",
        })
    );
}

#[test]
fn versions_continue_after_a_deletion() {
    let shadow = given(&[json!({}), json!({})]);
    let deleted = ask(&shadow, Operation::Delete, &json!({"clientToken": "t"}), NOW);
    assert_eq!(topics(&deleted), ["delete/accepted"]);
    assert_eq!(deleted.answer.unwrap(), json!({"version": 2, "timestamp": SECONDS, "clientToken": "t"}));
    let gone = deleted.shadow.unwrap();
    for operation in [Operation::Get, Operation::Delete] {
        let handled = gone.handle("open", operation, b"", NOW);
        assert_eq!(handled.answer, Err(Rejection::NoShadow("open".to_owned())));
    }
    let recreated = update(&gone, &json!({"state": {"desired": {"a": 1}}})).shadow.unwrap();
    assert_eq!(got(&recreated)["version"], 3);
}

#[test]
fn rejections_give_the_reason_and_change_nothing() {
    let deep = |levels: usize| (0..levels).fold(json!(1), |below, _| json!({ "l": below }));
    let cases = [
        (json!({"state": {}, "version": 0}), Rejection::VersionConflict),
        (json!({"state": {}, "version": 2}), Rejection::VersionConflict),
        (json!({"state": {}, "version": "1"}), Rejection::InvalidVersion),
        (json!({"state": {}, "version": -1}), Rejection::InvalidVersion),
        (json!({"state": {}, "clientToken": 1}), Rejection::InvalidClientToken),
        (json!({"state": {}, "clientToken": "t".repeat(65)}), Rejection::InvalidClientToken),
        (json!({}), Rejection::MissingState),
        (json!({"state": 1}), Rejection::NotAnObject("State")),
        (json!({"state": {"desired": 1}}), Rejection::NotAnObject("Desired")),
        (json!({"state": {"reported": []}}), Rejection::NotAnObject("Reported")),
        (json!({"state": {"wanted": {}}}), Rejection::InvalidNode("wanted".to_owned())),
        (json!({"state": {}, "more": 1}), Rejection::InvalidNode("more".to_owned())),
        (json!({"state": {"desired": {"a": [null]}}}), Rejection::InvalidNode("a".to_owned())),
        (json!({"state": {"desired": deep(7)}}), Rejection::TooDeep),
        (json!({"state": {"reported": {"a": "x".repeat(8192)}}}), Rejection::TooLarge),
        (json!([]), Rejection::InvalidJson),
    ];
    let shadow = given(&[json!({"desired": {"a": 1}})]);
    for (payload, rejection) in cases {
        let handled = update(&shadow, &payload);
        assert_eq!((&handled.answer, &handled.shadow), (&Err(rejection.clone()), &None), "{payload}");
        assert_eq!(topics(&handled), ["update/rejected"]);
        let said = message(&handled, "update/rejected");
        assert_eq!((&said["code"], &said["timestamp"]), (&json!(rejection.code()), &json!(SECONDS)), "{payload}");
        assert_eq!(said["message"], rejection.to_string());
    }
    assert!(update(&shadow, &json!({"state": {"desired": deep(6)}})).answer.is_ok());
}

#[test]
fn rejections_carry_the_clients_token() {
    let handled = update(&Shadow::default(), &json!({"state": {}, "version": 9, "clientToken": "mine"}));
    assert_eq!(message(&handled, "update/rejected")["clientToken"], "mine");
}

#[test]
fn payloads_that_are_not_json_are_refused() {
    for (payload, rejection) in [(&b"{"[..], Rejection::InvalidJson), (&b"\"\xff\""[..], Rejection::NotUtf8)] {
        assert_eq!(Shadow::default().handle("open", Operation::Update, payload, NOW).answer, Err(rejection));
    }
}

#[test]
fn a_state_is_limited_to_8_kilobytes() {
    let around = json!({"reported": {"a": ""}}).to_string().len();
    let of = |bytes: usize| json!({"state": {"reported": {"a": "x".repeat(bytes - around)}}});
    assert!(update(&Shadow::default(), &of(8192)).answer.is_ok());
    assert_eq!(update(&Shadow::default(), &of(8193)).answer, Err(Rejection::TooLarge));
    let full = update(&Shadow::default(), &of(8000)).shadow.unwrap();
    let more = json!({"state": {"desired": {"b": "x".repeat(400)}}});
    assert_eq!(update(&full, &more).answer, Err(Rejection::TooLarge), "both sections count together");
}

/// Any value that a shadow may contain, or `null`.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), (0..3).prop_map(Value::from)];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(0..3, 0..3).prop_map(Value::from),
            prop::collection::btree_map("[abc]", inner, 0..3).prop_map(|members| json!(members)),
        ]
    })
}

fn section() -> impl Strategy<Value = Value> {
    prop::collection::btree_map("[abc]", value(), 0..3).prop_map(|members| json!(members))
}

fn states() -> impl Strategy<Value = Vec<Value>> {
    let state =
        (section(), section()).prop_map(|(desired, reported)| json!({"desired": desired, "reported": reported}));
    prop::collection::vec(state, 1..6)
}

/// Whether `part` is contained in `whole`, so that there is no delta.
fn within(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => {
            part.iter().all(|(name, value)| whole.get(name).is_some_and(|whole| within(value, whole)))
        }
        _ => part == whole,
    }
}

/// The structure of a section or of its metadata, for comparison.
fn outline(value: &Value) -> Value {
    match value {
        Value::Object(members) if members.get("timestamp").is_some() => json!("leaf"),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), outline(value))).collect(),
        Value::Array(elements) => elements.iter().map(outline).collect(),
        _ => json!("leaf"),
    }
}

proptest! {
    #[test]
    fn every_update_raises_the_version_by_one(states in states()) {
        let shadow = given(&states);
        prop_assert_eq!(&got(&shadow)["version"], &json!(states.len()));
    }

    #[test]
    fn there_is_a_delta_unless_all_that_is_desired_is_reported(states in states()) {
        let state = got(&given(&states))["state"].clone();
        prop_assert_eq!(state.get("delta").is_none(), within(&state["desired"], &state["reported"]));
    }

    #[test]
    fn reporting_the_delta_ends_it(states in states()) {
        let shadow = given(&states);
        // Clears the reported section first: an update cannot replace an object by one with fewer members.
        let desired = got(&shadow)["state"]["desired"].clone();
        let cleared = update(&shadow, &json!({"state": {"reported": null}})).shadow.unwrap();
        let settled = update(&cleared, &json!({"state": {"reported": desired}})).shadow.unwrap();
        prop_assert_eq!(&got(&settled)["state"]["delta"], &Value::Null);
    }

    #[test]
    fn the_same_update_again_changes_no_state(states in states()) {
        let again: Vec<_> = states.iter().chain(states.last()).cloned().collect();
        prop_assert_eq!(&got(&given(&again))["state"], &got(&given(&states))["state"]);
    }

    #[test]
    fn every_leaf_has_a_timestamp(states in states()) {
        let shadow = got(&given(&states));
        for section in ["desired", "reported"] {
            prop_assert_eq!(outline(&shadow["state"][section]), outline(&shadow["metadata"][section]));
        }
    }

    #[test]
    fn every_payload_is_answered(payload in prop::collection::vec(any::<u8>(), 0..40)) {
        let handled = Shadow::default().handle("open", Operation::Update, &payload, NOW);
        prop_assert_eq!(handled.messages.is_empty(), false);
    }
}
