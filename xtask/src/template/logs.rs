//! Each function writes to a log group of its own from this template, since Lambda's own groups keep logs for ever; and
//! its role may write there.

use template::{at, literal, reference};

use super::{
    FUNCTION, Subject,
    permissions::statements,
    subject::{ROUTES, Seed, seed},
};

const LOG_GROUP: &str = "AWS::Logs::LogGroup";

/// Functions that share a log group, have none of this template's, or may not write to it; and log groups without a
/// retention time.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let template = &subject.root;
    let mut findings = Vec::new();
    let mut taken = Vec::new();
    for function in template.of_type(FUNCTION) {
        let log = function.property(&["LoggingConfig", "LogGroup"]).and_then(|log| reference(log, "Ref"));
        let Some(log) = log.filter(|log| template.resource(log).is_some_and(|it| it.kind() == Some(LOG_GROUP))) else {
            findings.push(format!("{}: LogGroup is not a !Ref to a log group of this template", function.name));
            continue;
        };
        if taken.contains(&log) {
            findings.push(format!("{}: {log} is another function's log group too", function.name));
        }
        taken.push(log);
        let role = function.property(&["Role"]).and_then(|role| reference(role, "GetAtt")?.strip_suffix(".Arn"));
        let writes = role.and_then(|role| template.resource(role)).is_some_and(|role| {
            statements(role.body).into_iter().any(|statement| {
                let actions = at(statement, &["Action"]).map(template::texts).unwrap_or_default();
                let to = at(statement, &["Resource"]).and_then(|to| reference(to, "GetAtt")?.strip_suffix(".Arn"));
                actions.contains(&"logs:PutLogEvents") && to == Some(log)
            })
        });
        if !writes {
            findings.push(format!("{}: its role may not write to {log}", function.name));
        }
    }
    for log in subject.templates().flat_map(|(_, template)| template.of_type(LOG_GROUP)) {
        if log.property(&["RetentionInDays"]).is_none() {
            findings.push(format!("{}: is kept for ever", log.name));
        }
    }
    for api in template.resources().filter(|it| it.text(&["TemplateURL"]) == Some(ROUTES)) {
        let log = api.property(&["Parameters", "AccessLog"]).and_then(|log| reference(log, "GetAtt"));
        let name = log.and_then(|log| log.strip_suffix(".Arn")).and_then(|log| template.resource(log));
        let name = name.and_then(|log| literal_of_sub(log.property(&["LogGroupName"])?));
        // With any other name, API Gateway adds an entry to the account's only log policy, whose size is limited.
        if !name.is_some_and(|name| name.starts_with("/aws/vendedlogs/")) {
            findings.push(format!("{}: its log is not below /aws/vendedlogs/", api.name));
        }
    }
    findings
}

fn literal_of_sub(value: &serde_norway::Value) -> Option<&str> {
    literal(value).or_else(|| reference(value, "Sub"))
}

pub(super) const SEEDS: &[Seed] = &[
    seed("LogGroup: !Ref ContractsLog", "LogGroup: !Ref KeysLog", "KeysLog is another function's log group"),
    seed("      LoggingConfig:\n        LogGroup: !Ref KeysLog\n", "", "KeysFunction: LogGroup"),
    seed("Resource: !GetAtt KeysLog.Arn", "Resource: !GetAtt ApiLog.Arn", "KeysFunction: its role may not write"),
    seed("      RetentionInDays: !Ref LogRetentionDays\n", "", "ApiLog: is kept for ever"),
    seed("/aws/vendedlogs/", "/aws/apigateway/", "Routes: its log is not below"),
];
