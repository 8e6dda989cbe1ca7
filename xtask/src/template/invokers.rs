//! Who may call a function: one rule or schedule by its own ARN, never a whole service, and always the alias, so that
//! new code gets a tenth of these calls first, too.

use template::{Template, Value, at, reference};

use super::{Subject, queues::arn, routes::routes, subject::ROUTES};

const PERMISSION: &str = "AWS::Lambda::Permission";
const IOT_RULE: &str = "AWS::IoT::TopicRule";
const EVENT_RULE: &str = "AWS::Events::Rule";

/// Callers without permission, and callers of something other than an alias. The permissions themselves are checked as
/// deployed (`stack.guard`).
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let template = &subject.root;
    let mut findings = Vec::new();
    for (rule, target) in callers(template) {
        let Some(function) = alias(target) else {
            findings.push(format!("{rule}: does not call a function's alias"));
            continue;
        };
        let is_permitted = template.of_type(PERMISSION).any(|permission| {
            permission.property(&["SourceArn"]).and_then(arn) == Some(rule)
                && permission.property(&["FunctionName"]).and_then(alias) == Some(function)
        });
        if !is_permitted {
            findings.push(format!("{rule}: may not call {function}"));
        }
    }
    findings.extend(from_api(subject));
    findings
}

/// Integrations that API Gateway may not call.
fn from_api(subject: &Subject) -> Vec<String> {
    let Some(template) = subject.nested.get(ROUTES) else { return vec![format!("no {ROUTES}")] };
    let permissions = template.of_type(PERMISSION);
    let permitted: Vec<_> = permissions.filter_map(|it| reference(it.property(&["FunctionName"])?, "Ref")).collect();
    let denied = routes(subject).filter(|route| !route.function.is_some_and(|name| permitted.contains(&name)));
    denied.map(|route| format!("{}: API Gateway may not call its function", route.name)).collect()
}

/// The rules of the template with what each calls.
pub(super) fn callers(template: &Template) -> Vec<(&str, &Value)> {
    let mut callers = Vec::new();
    for rule in template.of_type(IOT_RULE) {
        let actions = rule.property(&["TopicRulePayload", "Actions"]).and_then(Value::as_sequence);
        let called = actions.into_iter().flatten().filter_map(|action| at(action, &["Lambda", "FunctionArn"]));
        callers.extend(called.map(|called| (rule.name, called)));
    }
    for rule in template.of_type(EVENT_RULE) {
        let targets = rule.property(&["Targets"]).and_then(Value::as_sequence);
        callers.extend(targets.into_iter().flatten().filter_map(|target| Some((rule.name, at(target, &["Arn"])?))));
    }
    callers
}

/// The function whose alias a value refers to, in any form that SAM accepts.
pub(super) fn alias(value: &Value) -> Option<&str> {
    reference(value, "Ref")?.strip_suffix(".Alias")
}
