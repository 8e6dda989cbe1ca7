//! Nothing is lost silently: every asynchronous call has a failure queue, each queue has a sender with permission, and
//! nobody else may send to it.

use std::collections::BTreeSet;

use template::{Resource, Template, Value, at, entries, literal, reference};

use super::{FUNCTION, Subject, calls::statements};

const QUEUE: &str = "AWS::SQS::Queue";
const IOT_RULE: &str = "AWS::IoT::TopicRule";

/// Callers without a queue or without permission, and queues without a sender.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let template = &subject.root;
    let mut findings = Vec::new();
    let mut used = BTreeSet::new();
    for function in template.of_type(FUNCTION) {
        let on_failure = |path: &[&str]| {
            function.property(&[&["EventInvokeConfig", "DestinationConfig", "OnFailure"], path].concat())
        };
        let queue = on_failure(&["Destination"]).and_then(arn);
        match queue {
            Some(queue) => {
                used.insert(queue);
                if !may_send(template, function.property(&["Role"]).and_then(arn), queue) {
                    findings.push(format!("{}: its role may not send to {queue}", function.name));
                }
            }
            None if is_called_without_waiting(template, function) => {
                findings.push(format!("{}: failures are lost: no OnFailure", function.name));
            }
            None => {}
        }
        for (_, event) in entries(function.property(&["Events"])) {
            let stream = at(event, &["Properties", "DestinationConfig", "OnFailure", "Destination"]).and_then(arn);
            used.extend(stream);
            if stream.is_some_and(|queue| !may_send(template, function.property(&["Role"]).and_then(arn), queue)) {
                findings.push(format!("{}: its role may not send records of the stream to their queue", function.name));
            }
        }
    }
    for rule in template.of_type(IOT_RULE) {
        let error = |name| rule.property(&["TopicRulePayload", "ErrorAction", "Sqs", name]);
        match error("QueueUrl").and_then(|queue| reference(queue, "Ref")) {
            None => findings.push(format!("{}: failures are lost: no ErrorAction to a queue", rule.name)),
            Some(queue) => {
                used.insert(queue);
                if !may_send(template, error("RoleArn").and_then(arn), queue) {
                    findings.push(format!("{}: its role may not send to {queue}", rule.name));
                }
            }
        }
    }
    for queue in template.of_type(QUEUE).filter(|queue| !used.contains(queue.name)) {
        findings.push(format!("{}: nothing sends to it", queue.name));
    }
    for queue in used {
        if template.resource(queue).is_none_or(|resource| resource.kind() != Some(QUEUE)) {
            findings.push(format!("{queue} is not a queue of this template"));
        }
    }
    findings
}

/// Whether a role has a statement for exactly this.
fn may_send(template: &Template, role: Option<&str>, queue: &str) -> bool {
    let role = role.and_then(|role| template.resource(role));
    let statements = role.into_iter().flat_map(|role| statements(role.body));
    statements
        .filter(|statement| at(statement, &["Action"]).and_then(literal) == Some("sqs:SendMessage"))
        .any(|statement| at(statement, &["Resource"]).and_then(arn) == Some(queue))
}

/// Whether a rule or a schedule calls it: these are asynchronous.
fn is_called_without_waiting(template: &Template, function: Resource<'_>) -> bool {
    let mut events = entries(function.property(&["Events"]));
    let has_schedule = events.any(|(_, event)| at(event, &["Type"]).and_then(literal) == Some("Schedule"));
    has_schedule
        || super::invokers::callers(template)
            .into_iter()
            .any(|(_, called)| super::invokers::alias(called) == Some(function.name))
}

pub(super) fn arn(value: &Value) -> Option<&str> {
    reference(value, "GetAtt")?.strip_suffix(".Arn")
}
