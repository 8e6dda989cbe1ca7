//! Each role permits what its function calls according to `infra/rules/calls.yaml`, and nothing else. The local cloud
//! denies a function every other call, so the list is complete; an end-to-end test shows that it has nothing
//! superfluous.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use template::{Resource, Value, at, entries, literal, reference, texts};

use super::{FUNCTION, Subject, queues::arn};

const PUT_LOGS: &str = "logs:PutLogEvents";

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
            let of_one = ["atStart", "calls", "inItsName"].map(|part| at(function, &[part]));
            for part in [Some(of_all)].into_iter().chain(of_one) {
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
        if function.property(&["Policies"]).is_some() {
            findings.push(format!("{name}: Policies without effect, or in a role with managed policies"));
        }
        // Lambda's own log groups keep logs for ever.
        let log = function.property(&["LoggingConfig", "LogGroup"]).and_then(|log| reference(log, "Ref"));
        let is_writable =
            |log| granted.iter().any(|it| it.action == PUT_LOGS && it.resource == format!("!GetAtt {log}.Arn"));
        if !log.is_some_and(is_writable) {
            findings.push(format!("{name}: its role may not write to its log group"));
        }
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

/// Everything that looks like a policy statement, anywhere.
pub(super) fn statements(value: &Value) -> Vec<&Value> {
    match value {
        Value::Mapping(_) if value.get("Effect").is_some() => vec![value],
        Value::Mapping(mapping) => mapping.values().flat_map(statements).collect(),
        Value::Sequence(items) => items.iter().flat_map(statements).collect(),
        Value::Tagged(tagged) => statements(&tagged.value),
        _ => Vec::new(),
    }
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
