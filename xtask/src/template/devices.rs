//! What a device may do, and which of its messages reach a function: exactly this. A policy or rule for another shadow
//! or another device's topics looks right to every other check.

use std::collections::BTreeSet;

use template::{at, literal, reference, texts};

use super::{
    Subject,
    permissions::statements,
    subject::{Seed, seed},
};

const POLICY: &str = "AWS::IoT::Policy";
const RULE: &str = "AWS::IoT::TopicRule";

/// The prefix of the resources in the policy.
const ACCOUNT: &str = "arn:${AWS::Partition}:iot:${AWS::Region}:${AWS::AccountId}:";
/// The device's own name: the thing its certificate is attached to.
const THING: &str = "${!iot:Connection.Thing.ThingName}";

/// Each action with its resources. `{thing}` is the device's own name.
const PERMITTED: [(&str, &[&str]); 4] = [
    ("iot:Connect", &["client/{thing}"]),
    (
        "iot:Publish",
        &[
            "topic/$aws/things/{thing}/shadow/name/open/get",
            "topic/$aws/things/{thing}/shadow/name/open/update",
            "topic/$aws/rules/automat_keypad/automats/{thing}/keypad",
            "topic/$aws/rules/automat_lockers/automats/{thing}/lockers",
        ],
    ),
    (
        "iot:Subscribe",
        &["topicfilter/$aws/things/{thing}/shadow/name/open/*", "topicfilter/automats/{thing}/keypad/reply"],
    ),
    ("iot:Receive", &["topic/$aws/things/{thing}/shadow/name/open/*", "topic/automats/{thing}/keypad/reply"]),
];

/// Each rule with its name for publishers, the beginning of its `SELECT`, and its topics. The thing comes from the
/// topic or the broker, never from the payload.
const RULES: [(&str, &str, &str, &str); 4] = [
    (
        "OpeningReportsRule",
        "automat_openings",
        "'openings' AS message, topic(3) AS thing, ",
        "'$aws/things/+/shadow/name/open/update/accepted'",
    ),
    ("KeypadEntriesRule", "automat_keypad", "'keypad' AS message, topic(2) AS thing, ", "'automats/+/keypad'"),
    ("LockerStatesRule", "automat_lockers", "'lockers' AS message, topic(2) AS thing, ", "'automats/+/lockers'"),
    ("PresenceRule", "automat_presence", "'presence' AS message, clientId AS thing, ", "'$aws/events/presence/+/+'"),
];

/// Policies that permit something else, and rules for other messages or other parts of them.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    for policy in subject.root.of_type(POLICY) {
        let granted: BTreeSet<_> = statements(policy.body).into_iter().flat_map(grants).collect();
        let permitted: BTreeSet<_> = permitted().collect();
        findings.extend(granted.difference(&permitted).map(|it| format!("{}: permits {it}", policy.name)));
        findings.extend(permitted.difference(&granted).map(|it| format!("{}: does not permit {it}", policy.name)));
    }
    for rule in subject.root.of_type(RULE) {
        let sql = rule.text(&["TopicRulePayload", "Sql"]).unwrap_or_default();
        let Some((_, name, begins, topics)) = RULES.iter().find(|known| known.0 == rule.name) else {
            findings.push(format!("{}: this rule is not listed in devices.rs", rule.name));
            continue;
        };
        let clauses = sql.strip_prefix("SELECT ").and_then(|sql| sql.split_once(" FROM "));
        let (select, from) = clauses.unwrap_or_default();
        if rule.text(&["RuleName"]) != Some(name) {
            findings.push(format!("{}: devices publish to {name}", rule.name));
        }
        if !select.starts_with(begins) {
            findings.push(format!("{}: its SELECT does not begin with {begins}", rule.name));
        }
        if select.split(',').any(|part| part.trim() == "*" || part.trim().ends_with(".*")) {
            findings.push(format!("{}: passes on everything the device wrote, by *", rule.name));
        }
        if from.split(" WHERE ").next() != Some(topics) {
            findings.push(format!("{}: does not select from {topics}", rule.name));
        }
        if at(rule.body, &["Properties", "TopicRulePayload", "RuleDisabled"])
            .is_some_and(|it| it.as_bool() != Some(false))
        {
            findings.push(format!("{}: is disabled", rule.name));
        }
    }
    let missing = RULES.iter().filter(|(rule, ..)| !subject.root.of_type(RULE).any(|it| it.name == *rule));
    findings.extend(missing.map(|(rule, ..)| format!("{rule}: is missing")));
    findings
}

fn permitted() -> impl Iterator<Item = String> {
    PERMITTED.into_iter().flat_map(|(action, resources)| {
        let condition = if action == "iot:Connect" { " if attached" } else { "" };
        resources.iter().map(move |resource| format!("{action} {}{condition}", resource.replace("{thing}", THING)))
    })
}

/// A statement as `action resource`, without the account.
fn grants(statement: &serde_norway::Value) -> Vec<String> {
    let part = |name| at(statement, &[name]).map(texts).unwrap_or_default();
    let effect = at(statement, &["Effect"]).and_then(literal).unwrap_or_default();
    let condition = match at(statement, &["Condition"]) {
        None => "",
        Some(condition) if texts(condition) == ["Bool", "iot:Connection.Thing.IsAttached", "true"] => " if attached",
        Some(_) => " under another condition",
    };
    // A text is the same with and without `!Sub`, unless it contains parameters.
    let is_literal =
        at(statement, &["Resource"]).is_some_and(|it| literal(it).is_some() && reference(it, "Sub").is_none());
    let mut grants = Vec::new();
    for action in part("Action") {
        for resource in part("Resource") {
            let resource = if is_literal { resource } else { resource.strip_prefix(ACCOUNT).unwrap_or(resource) };
            let denied = if effect == "Allow" { "" } else { "no " };
            grants.push(format!("{denied}{action} {resource}{condition}"));
        }
    }
    grants
}

pub(super) const SEEDS: &[Seed] = &[
    seed("shadow/name/open/get", "shadow/name/lock/get", "AutomatPolicy: permits iot:Publish topic/$aws/things/"),
    seed("shadow/name/open/update\n", "shadow/update\n", "AutomatPolicy: permits iot:Publish topic/$aws/things/"),
    seed(
        "topicfilter/automats/${!iot:Connection.Thing.ThingName}/keypad/reply",
        "topicfilter/automats/+/keypad/reply",
        "AutomatPolicy: permits iot:Subscribe topicfilter/automats/+",
    ),
    seed(
        "\"iot:Connection.Thing.IsAttached\": \"true\"",
        "\"iot:Connection.Thing.IsAttached\": \"false\"",
        "does not permit iot:Connect",
    ),
    seed("            Action: iot:Receive\n", "            Action: iot:RetainPublish\n", "permits iot:RetainPublish"),
    seed("topic(2) AS thing, id AS id,", "thing AS thing, id AS id,", "KeypadEntriesRule: its SELECT"),
    seed("state.reported.r AS reports", "*", "OpeningReportsRule: passes on everything"),
    seed("state.reported.r AS reports", "state.*", "OpeningReportsRule: passes on everything"),
    seed(
        "FROM '$aws/things/+/shadow/name/open/update/accepted'",
        "FROM '$aws/things/+/shadow/name/lock/update/accepted'",
        "OpeningReportsRule: does not select from",
    ),
    seed("RuleName: automat_lockers", "RuleName: automat_locker", "LockerStatesRule: devices publish to"),
    seed("RuleDisabled: false", "RuleDisabled: true", "OpeningReportsRule: is disabled"),
    seed(
        "  PresenceRule:\n    Type: AWS::IoT::TopicRule",
        "  PresenceRule:\n    Type: AWS::Events::Rule",
        "PresenceRule: is missing",
    ),
];
