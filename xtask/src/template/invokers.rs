//! Who may call a function: one rule or schedule by its own ARN, never a whole service, and always the alias, so that
//! new code gets a tenth of these calls first, too.

use template::{Template, Value, at, reference};

use super::{
    Subject,
    queues::arn,
    routes::routes,
    subject::{ROUTES, Seed, seed},
};

const PERMISSION: &str = "AWS::Lambda::Permission";
const IOT_RULE: &str = "AWS::IoT::TopicRule";
/// All routes and stages of the one API.
const FROM_API: &str = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ApiId}/*";
const EVENT_RULE: &str = "AWS::Events::Rule";

/// Permissions for more than one caller, and callers without permission. Those that SAM generates are checked as
/// deployed.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let template = &subject.root;
    let mut findings = Vec::new();
    for permission in template.of_type(PERMISSION) {
        let source = permission.property(&["SourceArn"]).and_then(arn);
        if source.is_none_or(|source| template.resource(source).is_none()) {
            findings.push(format!("{}: SourceArn is not the Arn of a resource of this template", permission.name));
        }
        if permission.property(&["FunctionName"]).and_then(alias).is_none() {
            findings.push(format!("{}: is not for a function's alias", permission.name));
        }
    }
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

/// Integrations that API Gateway may not call, and permissions for another API.
fn from_api(subject: &Subject) -> Vec<String> {
    let Some(template) = subject.nested.get(ROUTES) else { return vec![format!("no {ROUTES}")] };
    let mut findings = Vec::new();
    let mut permitted = Vec::new();
    for permission in template.of_type(PERMISSION) {
        if permission.property(&["SourceArn"]).and_then(|source| reference(source, "Sub")) != Some(FROM_API) {
            findings.push(format!("{}: SourceArn is not the API's", permission.name));
        }
        permitted.extend(permission.property(&["FunctionName"]).and_then(|name| reference(name, "Ref")));
    }
    for route in routes(subject).filter(|route| !route.function.is_some_and(|name| permitted.contains(&name))) {
        findings.push(format!("{}: API Gateway may not call its function", route.name));
    }
    findings
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

pub(super) const SEEDS: &[Seed] = &[
    seed("execute-api:${AWS::Region}:${AWS::AccountId}:${ApiId}/*", "execute-api:*", "KeysPermission: SourceArn")
        .in_file(ROUTES),
    seed("FunctionName: !Ref PeopleFunction", "FunctionName: !Ref KeysFunction", "ExportPerson: API Gateway may not")
        .in_file(ROUTES),
    seed("      SourceArn: !GetAtt PresenceRule.Arn\n", "", "PresencePermission: SourceArn"),
    seed("SourceArn: !GetAtt PresenceRule.Arn", "SourceArn: !Sub \"arn:aws:iot:*\"", "PresencePermission: SourceArn"),
    seed(
        "SourceArn: !GetAtt PresenceRule.Arn",
        "SourceArn: !GetAtt KeypadEntriesRule.Arn",
        "PresenceRule: may not call",
    ),
    seed(
        "FunctionArn: !Ref DevicesFunction.Alias",
        "FunctionArn: !GetAtt DevicesFunction.Arn",
        "does not call a function's alias",
    ),
    seed(
        "FunctionName: !Ref DevicesFunction.Alias",
        "FunctionName: !Ref DevicesFunction",
        "is not for a function's alias",
    ),
];
