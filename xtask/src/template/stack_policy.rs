//! What outlives the stack must not be replaced by an update either. `DeletionPolicy` and `UpdateReplacePolicy` keep
//! the old resource, but the stack would continue with a new, empty one. The stack policy makes such an update fail. A
//! template cannot set it; `infra/runbooks/first-deployment.md` does.

use std::collections::BTreeSet;

use serde_json::Value;
use template::{Resource, at, literal};

use super::Subject;

const STACK: &str = "AWS::CloudFormation::Stack";
/// Actions that an update must not take on these resources.
const HARM: [&str; 2] = ["Update:Replace", "Update:Delete"];

/// Kept types that an update may replace or delete, and denials that cover too much.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    let (allowed, denied): (Vec<_>, Vec<_>) = subject.stack_policy.iter().partition(|it| it["Effect"] == "Allow");
    // "After you set a stack policy, all of the resources in the stack are protected by default"
    // (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/protect-stack-resources.html)
    if !allowed.iter().any(|it| it["Action"] == "Update:*" && it["Resource"] == "*" && it["Condition"].is_null()) {
        findings.push("the stack policy denies every update".to_owned());
    }
    let types = kept(subject);
    for kind in &types {
        for action in HARM {
            if !denied.iter().any(|it| is_about(it, action, kind)) {
                findings.push(format!("the stack policy lets an update do {action} to {kind}"));
            }
        }
    }
    let named = denied.iter().flat_map(|it| texts(&it["Condition"]["StringEquals"]["ResourceType"]));
    findings.extend(named.filter(|kind| !types.contains(*kind)).map(|kind| format!("no {kind} is kept")));
    findings
}

/// The types of all resources that outlive the stack, and of the nested stacks they are in.
fn kept(subject: &Subject) -> BTreeSet<&str> {
    let is_kept = |it: &Resource<'_>| {
        at(it.body, &["DeletionPolicy"]).and_then(literal).is_some_and(|policy| policy.starts_with("Retain"))
    };
    let resources = subject.templates().flat_map(|(_, template)| template.resources());
    resources.filter(is_kept).filter_map(|it| it.kind()).chain([STACK]).collect()
}

/// Whether a denial is for an action on all resources of a type, without another condition.
fn is_about(statement: &Value, action: &str, kind: &str) -> bool {
    let conditions = statement["Condition"].as_object().into_iter().flatten();
    statement["Resource"] == "*"
        && texts(&statement["Action"]).contains(&action)
        && texts(&statement["Condition"]["StringEquals"]["ResourceType"]).contains(&kind)
        && conditions.count() == 1
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
