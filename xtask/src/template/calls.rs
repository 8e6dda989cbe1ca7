//! Each role permits what its function calls according to `infra/rules/calls.yaml`, and nothing else. The local cloud
//! denies a function every other call, so the list is complete; an end-to-end test shows that it has nothing
//! superfluous.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use template::{Resource, Value, at, entries, literal, texts};

use super::{
    FUNCTION, Subject,
    permissions::statements,
    queues::arn,
    subject::{Seed, seed},
};

/// A parsed list of calls: for each function, what its role must permit.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    functions: Vec<(String, BTreeSet<Grant>)>,
}

/// An action on a resource, perhaps under a condition; or on all but a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Grant {
    action: String,
    element: &'static str,
    resource: String,
    condition: String,
}

impl Calls {
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
    /// A grant for a resource of the list.
    fn of(action: &str, resource: &Value) -> Self {
        let (element, value) = match at(resource, &["isNot"]) {
            Some(value) => ("NotResource", Some(value)),
            None => ("Resource", at(resource, &["is"])),
        };
        let condition = at(resource, &["when"]);
        Self { action: action.to_owned(), element, resource: shown(value), condition: shown(condition) }
    }

    /// The grants of a role's statement.
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

/// A value as text, to compare and print.
fn shown(value: Option<&Value>) -> String {
    value.and_then(|value| serde_norway::to_string(value).ok()).unwrap_or_default().trim().replace('\n', " ")
}

/// Roles that permit less or more than their function calls.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    for function in subject.root.of_type(FUNCTION) {
        let Some((_, needed)) = subject.calls.functions.iter().find(|(name, _)| Some(&**name) == package(function))
        else {
            findings.push(format!("{}: calls.yaml does not list its calls", function.name));
            continue;
        };
        let role = function.property(&["Role"]).and_then(arn).and_then(|role| subject.root.resource(role));
        let all = role.map(|role| statements(role.body)).unwrap_or_default();
        // The trust policy is checked elsewhere.
        let own = all.into_iter().filter(|statement| at(statement, &["Principal"]).is_none());
        let (allowed, denied): (Vec<_>, Vec<_>) =
            own.partition(|statement| at(statement, &["Effect"]).and_then(literal) == Some("Allow"));
        let granted: BTreeSet<_> = allowed.into_iter().flat_map(Grant::all_of).collect();
        let name = function.name;
        findings.extend(needed.difference(&granted).map(|it| format!("{name}: its role does not permit {it}")));
        findings.extend(
            granted.difference(needed).map(|it| format!("{name}: its role permits a call it never makes, {it}")),
        );
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
        "ContractsFunction: its role permits a call it never makes",
    ),
    seed(
        "index/byStart",
        "index/due",
        "ContractsFunction: its role does not permit dynamodb:Query on !Sub ${Table.Arn}/index/byStart",
    ),
    // Without this a function cannot read anything, and no emulator shows it.
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
    // The key also encrypts the table, so publishing is restricted to the topic.
    seed(
        "                    kms:EncryptionContext:aws:sns:topicArn: !Ref KeyEvents\n",
        "",
        "NotificationsFunction: its role permits a call it never makes, kms:Decrypt on",
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
