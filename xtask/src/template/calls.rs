//! Each role permits what its function calls, and nothing else, by `infra/rules/calls.yaml`. The local cloud refuses a
//! function what is not on that list, so the list is as long as it must be; a test of the end-to-end suite shows that it
//! is no longer.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use template::{Resource, Value, at, entries, literal, texts};

use super::{
    FUNCTION, Subject,
    permissions::statements,
    queues::arn,
    subject::{Seed, seed},
};

/// What a list of calls says: for each function, what its role must permit.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    functions: Vec<(String, BTreeSet<Grant>)>,
}

/// An action on a resource, under a condition or none; or on all but a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Grant {
    action: String,
    element: &'static str,
    resource: String,
    condition: String,
}

impl Calls {
    /// Reads the list.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let list: Value = serde_norway::from_str(text)?;
        let of_all = at(&list, &["everyFunction"]).context("no `everyFunction`")?;
        let mut functions = Vec::new();
        for (name, function) in entries(at(&list, &["functions"])) {
            let mut grants = BTreeSet::new();
            for part in [Some(of_all), at(function, &["calls"]), at(function, &["inItsName"])] {
                for (resource, actions) in entries(part) {
                    let resource = at(&list, &["resources", resource]).with_context(|| format!("no {resource}"))?;
                    grants.extend(texts(actions).into_iter().map(|action| Grant::of(action, resource)));
                }
            }
            functions.push((name.to_owned(), grants));
        }
        Ok(Self { functions })
    }
}

impl Grant {
    /// A grant on a resource of the list.
    fn of(action: &str, resource: &Value) -> Self {
        let (element, value) = match at(resource, &["isNot"]) {
            Some(value) => ("NotResource", Some(value)),
            None => ("Resource", at(resource, &["is"])),
        };
        let condition = at(resource, &["when"]);
        Self { action: action.to_owned(), element, resource: shown(value), condition: shown(condition) }
    }

    /// What a statement of a role grants.
    fn all_of(statement: &Value) -> Vec<Self> {
        let actions = at(statement, &["Action"]).map(texts).unwrap_or_default();
        let condition = shown(at(statement, &["Condition"]));
        let mut grants = Vec::new();
        for element in ["Resource", "NotResource"] {
            let resources = match at(statement, &[element]) {
                Some(Value::Sequence(resources)) => resources.iter().collect(),
                resource => resource.into_iter().collect::<Vec<_>>(),
            };
            for resource in resources {
                grants.extend(actions.iter().map(|action| Self {
                    action: (*action).to_owned(),
                    element,
                    resource: shown(Some(resource)),
                    condition: condition.clone(),
                }));
            }
        }
        grants
    }
}

/// A value as text, so that it can be compared and read.
fn shown(value: Option<&Value>) -> String {
    value.and_then(|value| serde_norway::to_string(value).ok()).unwrap_or_default().trim().replace('\n', " ")
}

/// Roles that permit less than their function calls, or more.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    for function in subject.root.of_type(FUNCTION) {
        let Some((_, needed)) = subject.calls.functions.iter().find(|(name, _)| Some(&**name) == package(function))
        else {
            findings.push(format!("{}: calls.yaml does not say what it calls", function.name));
            continue;
        };
        let role = function.property(&["Role"]).and_then(arn).and_then(|role| subject.root.resource(role));
        let all = role.map(|role| statements(role.body)).unwrap_or_default();
        // Who may take the role on is said beside what it permits.
        let own = all.into_iter().filter(|statement| at(statement, &["Principal"]).is_none());
        let (allowed, denied): (Vec<_>, Vec<_>) =
            own.partition(|statement| at(statement, &["Effect"]).and_then(literal) == Some("Allow"));
        let granted: BTreeSet<_> = allowed.into_iter().flat_map(Grant::all_of).collect();
        let name = function.name;
        findings.extend(needed.difference(&granted).map(|it| format!("{name}: its role does not permit {it}")));
        findings
            .extend(granted.difference(needed).map(|it| format!("{name}: its role permits, and it never calls, {it}")));
        if !denied.is_empty() {
            findings.push(format!("{name}: its role denies something"));
        }
    }
    let packages: Vec<_> = subject.root.of_type(FUNCTION).filter_map(package).collect();
    let unknown = subject.calls.functions.iter().filter(|(name, _)| !packages.contains(&&**name));
    findings.extend(unknown.map(|(name, _)| format!("calls.yaml: there is no function {name}")));
    findings
}

/// The name of a function's package.
fn package(function: Resource<'_>) -> Option<&str> {
    function.text(&["CodeUri"])?.strip_prefix("functions/")
}

impl std::fmt::Display for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { action, element, resource, condition } = self;
        let on = if *element == "Resource" { "on" } else { "on all but" };
        write!(f, "{action} {on} {resource}")?;
        if condition.is_empty() { Ok(()) } else { write!(f, " if {condition}") }
    }
}

pub(super) const SEEDS: &[Seed] = &[
    seed(
        "                  - dynamodb:BatchGetItem\n",
        "",
        "KeysFunction: its role does not permit dynamodb:BatchGetItem on",
    ),
    seed(
        "dynamodb:ConditionCheckItem",
        "dynamodb:BatchWriteItem",
        "ContractsFunction: its role permits, and it never calls",
    ),
    seed(
        "index/byStart",
        "index/due",
        "ContractsFunction: its role does not permit dynamodb:Query on !Sub ${Table.Arn}/index/byStart",
    ),
    // Without this a function reads nothing, and no emulator shows it.
    seed(
        "                Action: kms:Decrypt\n",
        "                Action: kms:Encrypt\n",
        "KeysFunction: its role does not permit kms:Decrypt",
    ),
    seed(
        "                      - !Sub dynamodb.${AWS::Region}.amazonaws.com\n",
        "",
        "KeysFunction: its role does not permit kms:Decrypt",
    ),
    seed(
        "Resource: !GetAtt DataKey.Arn",
        "Resource: !GetAtt FailedMessages.Arn",
        "KeysFunction: its role does not permit kms:Decrypt",
    ),
    seed(
        "                  - kms:GenerateDataKey\n",
        "",
        "NotificationsFunction: its role does not permit kms:GenerateDataKey",
    ),
    // The key is the table's too: publishing is narrowed to the topic.
    seed(
        "                    kms:EncryptionContext:aws:sns:topicArn: !Ref KeyEvents\n",
        "",
        "NotificationsFunction: its role permits, and it never calls, kms:Decrypt on",
    ),
    seed(
        "                  - dynamodb:GetShardIterator\n",
        "",
        "NotificationsFunction: its role does not permit dynamodb:GetShardIterator",
    ),
    seed(
        "                  - iot:GetThingShadow\n",
        "",
        "OpeningsFunction: its role does not permit iot:GetThingShadow",
    ),
    seed(
        "topic/automats/*/keypad/reply",
        "topic/automats/*/keypad",
        "DevicesFunction: its role does not permit iot:Publish",
    ),
    seed(
        "Action: secretsmanager:GetSecretValue",
        "Action: secretsmanager:DescribeSecret",
        "does not permit secretsmanager:GetSecretValue",
    ),
    seed(
        "                  - logs:CreateLogStream\n",
        "",
        "KeysFunction: its role does not permit logs:CreateLogStream",
    ),
    seed(
        "configuration-set/${MailConfigurationSet}",
        "configuration-set/other",
        "NotificationsFunction: its role does not permit ses:SendEmail",
    ),
    seed(
        "ses:FromAddress: !Ref MailFrom",
        "ses:FromAddress: any",
        "NotificationsFunction: its role does not permit ses:SendEmail",
    ),
    seed(
        "              - Sid: Items\n                Effect: Allow",
        "              - Sid: Items\n                Effect: Deny",
        "KeysFunction: its role denies",
    ),
    seed("CodeUri: functions/people", "CodeUri: functions/persons", "calls.yaml: there is no function people"),
];
