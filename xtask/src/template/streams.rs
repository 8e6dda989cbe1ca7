//! Functions that read a stream: a failing record blocks its shard for a limited time only, and is not lost.

use template::{Resource, Template, Value, at, entries, literal, texts};

use super::{
    FUNCTION, Subject,
    queues::{arn, may_send},
    subject::{Seed, seed},
};

/// The retention of a DynamoDB stream in seconds. A failure queue holds only pointers to records, which are useless
/// after that.
const KEPT_SECONDS: u64 = 24 * 60 * 60;

/// Mappings that could lose a record or block for long, and functions that may not send to their queue.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let template = &subject.root;
    let mut findings = Vec::new();
    let mut is_fed = false;
    for function in template.of_type(FUNCTION) {
        for (name, event) in entries(function.property(&["Events"])) {
            if at(event, &["Type"]).and_then(literal) == Some("DynamoDB") {
                let said = defects(template, function, event);
                findings.extend(said.into_iter().map(|what| format!("{}.{name}: {what}", function.name)));
                is_fed = true;
            }
        }
    }
    if !is_fed {
        findings.push("no function reads the table's stream".to_owned());
    }
    findings
}

fn defects(template: &Template, function: Resource<'_>, event: &Value) -> Vec<&'static str> {
    let property = |path: &[&str]| at(event, &[&["Properties"], path].concat());
    let number = |name| property(&[name]).and_then(Value::as_u64);
    let failed = property(&["DestinationConfig", "OnFailure", "Destination"]).and_then(arn);
    let role = function.property(&["Role"]).and_then(arn);
    let checks = [
        (
            property(&["FunctionResponseTypes"]).map(texts) == Some(vec!["ReportBatchItemFailures"]),
            "one record that fails fails its batch: no ReportBatchItemFailures",
        ),
        (
            property(&["BisectBatchOnFunctionError"]).and_then(Value::as_bool) == Some(true),
            "an error is not narrowed down: no BisectBatchOnFunctionError",
        ),
        (number("MaximumRetryAttempts").is_some(), "unlimited retries: no MaximumRetryAttempts"),
        (
            number("MaximumRecordAgeInSeconds").is_some_and(|age| (60..KEPT_SECONDS).contains(&age)),
            "MaximumRecordAgeInSeconds is not below what the stream keeps",
        ),
        (
            property(&["FilterCriteria", "Filters"])
                .and_then(Value::as_sequence)
                .is_some_and(|filters| !filters.is_empty()),
            "every write to the table calls it: no FilterCriteria",
        ),
        (
            property(&["DestinationConfig", "OnFailure", "Type"]).and_then(literal) == Some("SQS"),
            "OnFailure does not say Type: SQS",
        ),
        (
            filters(property(&["FilterCriteria", "Filters"])).all(is_pattern),
            "a filter is not a pattern over a record, so that Lambda would refuse it or let nothing through",
        ),
        (failed.is_some_and(|queue| may_send(template, role, queue)), "its role may not send to the failure queue"),
    ];
    checks.into_iter().filter(|(is_right, _)| !is_right).map(|(_, what)| what).collect()
}

fn filters(criteria: Option<&Value>) -> impl Iterator<Item = &str> {
    let filters = criteria.and_then(Value::as_sequence).into_iter().flatten();
    filters.map(|filter| at(filter, &["Pattern"]).and_then(literal).unwrap_or_default())
}

/// Whether a filter is JSON with the fields of a record and a list of rules at each leaf. The local cloud (`triggers`)
/// rejects unknown rules.
fn is_pattern(text: &str) -> bool {
    fn has_lists_at_its_leaves(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Object(members) => members.values().all(has_lists_at_its_leaves),
            serde_json::Value::Array(rules) => !rules.is_empty(),
            _ => false,
        }
    }
    let pattern = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text);
    pattern.is_ok_and(|pattern| {
        !pattern.is_empty()
            && pattern.keys().all(|part| ["eventName", "dynamodb", "userIdentity"].contains(&part.as_str()))
            && pattern.values().all(has_lists_at_its_leaves)
    })
}

pub(super) const SEEDS: &[Seed] = &[
    seed("Type: DynamoDB\n", "Type: Kinesis\n", "no function reads"),
    seed("            FunctionResponseTypes: [ReportBatchItemFailures]\n", "", "ReportBatchItemFailures"),
    seed("BisectBatchOnFunctionError: true", "BisectBatchOnFunctionError: false", "BisectBatchOnFunctionError"),
    seed("MaximumRetryAttempts: 10", "MaximumRetryAttempts: -1", "MaximumRetryAttempts"),
    seed("MaximumRecordAgeInSeconds: 43200", "MaximumRecordAgeInSeconds: 86400", "MaximumRecordAgeInSeconds"),
    seed("            FilterCriteria:\n", "            Filters:\n", "FilterCriteria"),
    seed(
        "{\"eventName\": [\"INSERT\"], \"dynamodb\"",
        "{\"eventName\": [\"INSERT\"] \"dynamodb\"",
        "a filter is not a pattern",
    ),
    seed("{\"eventName\": [\"INSERT\"]", "{\"eventname\": [\"INSERT\"]", "a filter is not a pattern"),
    seed("{\"eventName\": [\"INSERT\"]", "{\"eventName\": \"INSERT\"", "a filter is not a pattern"),
    seed("Type: SQS # without it SAM", "Kind: SQS # without it SAM", "Type: SQS"),
    seed(
        "Destination: !GetAtt FailedNotifications.Arn\n        Minute",
        "Destination: !GetAtt FailedMessages.Arn\n        Minute",
        "its role may not send",
    ),
];
