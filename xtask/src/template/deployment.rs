//! New code and new settings reach the alias that everything calls, and are rolled back by an alarm on the function's
//! new version alone: an alarm that also counts old code would block the deployment of its fix.
//!
//! SAM does not notice when only a parameter's value changes (it sees `!Ref Name`). So each function names its
//! parameters in the version's description, and a change makes `CloudFormation` create a new version.

use std::collections::BTreeSet;

use template::{Resource, Value, at, entries, literal, reference, texts};

use super::{FUNCTION, Subject};

const ALARM: &str = "AWS::CloudWatch::Alarm";
const DEPLOYER: &str = "DeployRole";
const ALIAS: &str = "live";
/// The condition for canary deployments.
const CANARY: &str = "HasCanary";
/// A new value makes `Lambda` publish a version even without a change.
const RELEASE: &str = "${Release}";
/// Properties that become other resources, or the version itself.
const NOT_OF_A_VERSION: [&str; 5] =
    ["DeploymentPreference", "EventInvokeConfig", "Events", "Tags", "VersionDescription"];
/// Outputs of the nested stack that depend on another parameter.
const SIGN_IN_URL: &str = "SignIn.Outputs.SignInUrl";
const OF_SIGN_IN_URL: &str = "SignInDomain";

/// Functions whose settings do not reach the alias, whose alias cannot be moved, or whose deployment no alarm stops.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    let global = |path: &[&str]| at(subject.root.section("Globals")?, &[&["Function"], path].concat());
    if global(&["AutoPublishAlias"]).and_then(literal) != Some(ALIAS) {
        findings.push(format!("Globals: functions are not called through the alias {ALIAS}"));
    }
    if global(&["DeploymentPreference", "Alarms"]).is_some() {
        findings.push("Globals: an alarm of all functions also counts what old code does".to_owned());
    }
    for function in subject.root.of_type(FUNCTION) {
        findings.extend(unguarded(subject, function));
        if !function.property(&["Description"]).map(texts).unwrap_or_default().concat().contains(RELEASE) {
            findings
                .push(format!("{}: its Description has no {RELEASE}: a build cannot be deployed again", function.name));
        }
        if function.property(&["AutoPublishAliasAllProperties"]).and_then(Value::as_bool) != Some(true) {
            findings.push(format!("{}: a new setting does not reach the alias", function.name));
        }
        findings.extend(unheard_of(subject, function));
        if !may_move(subject, function.name) {
            findings.push(format!("{}: {DEPLOYER} may not move its alias", function.name));
        }
    }
    findings
}

/// Parameters that a function uses and its version does not name, and vice versa.
fn unheard_of(subject: &Subject, function: Resource<'_>) -> Vec<String> {
    let of_version = function.property(&["VersionDescription"]).map(texts).unwrap_or_default();
    let named: BTreeSet<_> = parameters(subject, &of_version).into_iter().collect();
    let of_function = |settings: Option<&'_ Value>| {
        let known = entries(settings).filter(|(name, _)| !NOT_OF_A_VERSION.contains(name));
        known.flat_map(|(_, value)| texts(value)).map(str::to_owned).collect::<Vec<_>>()
    };
    let globals = subject.root.section("Globals").and_then(|globals| at(globals, &["Function"]));
    let settings = [of_function(globals), of_function(function.property(&[]))].concat();
    let settings: Vec<_> = settings.iter().map(String::as_str).collect();
    let mut set_by: BTreeSet<_> = parameters(subject, &settings).into_iter().collect();
    if settings.contains(&SIGN_IN_URL) {
        set_by.insert(OF_SIGN_IN_URL.to_owned());
    }
    let missing = set_by.difference(&named);
    let missing = missing.map(|it| format!("{}: a new {it} does not reach the alias", function.name));
    let idle = named.difference(&set_by);
    let idle = idle.map(|it| format!("{}: its version names {it}, which it does not use", function.name));
    missing.chain(idle).collect()
}

/// The parameters that a value refers to, by `!Ref` or inside a `!Sub`.
fn parameters(subject: &Subject, texts: &[&str]) -> Vec<String> {
    let all = entries(subject.root.section("Parameters")).map(|(name, _)| name);
    let is_in = |name: &str| texts.iter().any(|text| *text == name || text.contains(&format!("${{{name}}}")));
    all.filter(|name| is_in(name)).map(str::to_owned).collect()
}

/// What prevents a function's alarms from stopping its deployment.
fn unguarded(subject: &Subject, function: Resource<'_>) -> Vec<String> {
    let preference = function.property(&["DeploymentPreference", "Alarms"]).map(texts).unwrap_or_default();
    let [CANARY, alarms @ .., "AWS::NoValue"] = &*preference else {
        return vec![format!("{}: no alarm stops its canary", function.name)];
    };
    let faults = alarms.iter().filter_map(|name| {
        let Some(alarm) = subject.root.resource(name).filter(|it| it.kind() == Some(ALARM)) else {
            return Some(format!("there is no alarm {name}"));
        };
        let version = format!("{}.Version.Version", function.name);
        let named = alarm.property(&["AlarmName"]).map(texts).unwrap_or_default().concat();
        if dimension(alarm, "ExecutedVersion", "GetAtt") != Some(&*version)
            || dimension(alarm, "FunctionName", "Ref") != Some(function.name)
        {
            Some(format!("{name} is not about its new version alone"))
        } else if !named.contains(&format!("${{{version}}}")) {
            Some(format!("{name} has no version in its name, so an alarm of one version would also stop the next one"))
        } else if at(alarm.body, &["Condition"]).and_then(literal) != Some(CANARY) {
            Some(format!("{name} does not exist exactly when there is a canary"))
        } else {
            None
        }
    });
    let faults = faults.map(|fault| format!("{}: {fault}", function.name)).collect::<Vec<_>>();
    if alarms.is_empty() { vec![format!("{}: no alarm stops its canary", function.name)] } else { faults }
}

/// What a dimension of an alarm refers to, by `!Ref` or `!GetAtt`.
fn dimension<'s>(alarm: Resource<'s>, name: &str, tag: &str) -> Option<&'s str> {
    let dimensions = alarm.property(&["Dimensions"]).and_then(Value::as_sequence).into_iter().flatten();
    let mut named = dimensions.filter(|dimension| at(dimension, &["Name"]).and_then(literal) == Some(name));
    reference(at(named.next()?, &["Value"])?, tag)
}

/// Whether `CodeDeploy`'s role names a function and its alias.
fn may_move(subject: &Subject, function: &str) -> bool {
    let policies = subject.root.resource(DEPLOYER).and_then(|role| role.property(&["Policies"])).map(texts);
    let named = policies.unwrap_or_default();
    let alias = format!("${{{function}.Arn}}:{ALIAS}");
    named.contains(&&*format!("{function}.Arn")) && named.contains(&&*alias)
}
