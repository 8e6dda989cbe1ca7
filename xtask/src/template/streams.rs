//! A function that is fed from a stream: a record that fails holds up its shard for a bounded time, and is not lost.

use serde_norway::Value;

use super::{
    FUNCTION, Resource, Template,
    document::{at, entries, literal, reference, texts},
};

/// What a stream of DynamoDB keeps, in seconds: a pointer in the failure queue to anything older points at nothing.
const KEPT_SECONDS: u64 = 24 * 60 * 60;

/// Mappings that could lose a record or be held up by one for long, and functions that may not send to their queue.
pub(super) fn findings(template: &Template) -> Vec<String> {
    let mut findings = Vec::new();
    for function in template.of_type(FUNCTION) {
        for (name, event) in entries(function.property(&["Events"])) {
            if at(event, &["Type"]).and_then(literal) == Some("DynamoDB") {
                let said = defects(template, function, event);
                findings.extend(said.into_iter().map(|what| format!("{}.{name}: {what}", function.name)));
            }
        }
    }
    findings
}

fn defects(template: &Template, function: Resource<'_>, event: &Value) -> Vec<&'static str> {
    let property = |path: &[&str]| at(event, &[&["Properties"], path].concat());
    let number = |name| property(&[name]).and_then(Value::as_u64);
    let failed =
        property(&["DestinationConfig", "OnFailure", "Destination"]).and_then(|queue| reference(queue, "GetAtt"));
    let checks = [
        (
            property(&["FunctionResponseTypes"]).map(texts) == Some(vec!["ReportBatchItemFailures"]),
            "one record that fails fails its batch: no ReportBatchItemFailures",
        ),
        (
            property(&["BisectBatchOnFunctionError"]).and_then(Value::as_bool) == Some(true),
            "an error is not narrowed down: no BisectBatchOnFunctionError",
        ),
        (number("MaximumRetryAttempts").is_some(), "tries have no end: no MaximumRetryAttempts"),
        (
            number("MaximumRecordAgeInSeconds").is_some_and(|age| (60..KEPT_SECONDS).contains(&age)),
            "MaximumRecordAgeInSeconds is not below what the stream keeps",
        ),
        (
            property(&["FilterCriteria", "Filters"])
                .and_then(Value::as_sequence)
                .is_some_and(|filters| !filters.is_empty()),
            "every write of the table calls it: no FilterCriteria",
        ),
        (
            property(&["DestinationConfig", "OnFailure", "Type"]).and_then(literal) == Some("SQS"),
            "OnFailure does not say Type: SQS",
        ),
        (failed.is_some_and(|queue| may_send(template, function, queue)), "its role may not send to the failure queue"),
    ];
    checks.into_iter().filter(|(is_right, _)| !is_right).map(|(_, what)| what).collect()
}

/// Whether the role of a function has a statement for exactly this.
fn may_send(template: &Template, function: Resource<'_>, queue: &str) -> bool {
    let role = function.property(&["Role"]).and_then(|role| reference(role, "GetAtt"));
    let role = role.and_then(|role| template.resource(role.strip_suffix(".Arn")?));
    let policies = role.and_then(|role| role.property(&["Policies"])?.as_sequence()).into_iter().flatten();
    let statements =
        policies.filter_map(|policy| at(policy, &["PolicyDocument", "Statement"])?.as_sequence()).flatten();
    statements
        .filter(|statement| at(statement, &["Action"]).and_then(literal) == Some("sqs:SendMessage"))
        .any(|statement| at(statement, &["Resource"]).and_then(|resource| reference(resource, "GetAtt")) == Some(queue))
}

