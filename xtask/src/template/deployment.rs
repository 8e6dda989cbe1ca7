//! New code and new settings reach the alias that everything calls, and an alarm of the function itself takes them back.
//!
//! A parameter's value is no part of what SAM looks at to tell whether a version is a new one (it looks at `!Ref Name`), so
//! each function names its parameters in the version's description, of which `CloudFormation` makes a new one.

use std::collections::BTreeSet;

use serde_norway::Value;

use super::{
    FUNCTION, Resource, Subject,
    document::{at, entries, literal, reference, texts},
    subject::{Seed, WATCH, seed},
};

const ALARM: &str = "AWS::CloudWatch::Alarm";
/// The role of `CodeDeploy`.
const DEPLOYER: &str = "DeployRole";
/// The alias that everything calls.
const ALIAS: &str = "live";
/// What SAM makes other resources of, or the version itself.
const NOT_OF_A_VERSION: [&str; 5] =
    ["DeploymentPreference", "EventInvokeConfig", "Events", "Tags", "VersionDescription"];
/// What comes out of the nested stack by another parameter, and that one.
const SIGN_IN_URL: &str = "SignIn.Outputs.SignInUrl";
const OF_SIGN_IN_URL: &str = "SignInDomain";

/// Functions whose settings do not reach their alias, whose alias nobody may move, or that no alarm of theirs stops.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    let global = |path: &[&str]| at(subject.root.section("Globals")?, &[&["Function"], path].concat());
    if global(&["AutoPublishAlias"]).and_then(literal) != Some(ALIAS) {
        findings.push(format!("Globals: functions are not called by the alias {ALIAS}"));
    }
    let of_all = global(&["DeploymentPreference", "Alarms"]).map(texts).unwrap_or_default();
    if of_all.is_empty() || of_all.iter().any(|alarm| alarm_named(subject, alarm).is_none()) {
        findings.push("Globals: no alarm that there is stops the deployment of all functions".to_owned());
    }
    for function in subject.root.of_type(FUNCTION) {
        let own = function.property(&["DeploymentPreference", "Alarms"]).map(texts).unwrap_or_default();
        if !own.iter().filter_map(|alarm| alarm_named(subject, alarm)).any(|alarm| is_of(alarm, function.name)) {
            findings.push(format!("{}: no alarm of its own stops its deployment", function.name));
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

/// Parameters that a function is set by and its version does not name, and the other way round.
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
    let idle =
        idle.map(|it| format!("{}: it is not set by {it}, of which there would be no new version", function.name));
    missing.chain(idle).collect()
}

/// The parameters that texts refer to, by `!Ref` or inside a `!Sub`.
fn parameters(subject: &Subject, texts: &[&str]) -> Vec<String> {
    let all = entries(subject.root.section("Parameters")).map(|(name, _)| name);
    let is_in = |name: &str| texts.iter().any(|text| *text == name || text.contains(&format!("${{{name}}}")));
    all.filter(|name| is_in(name)).map(str::to_owned).collect()
}

/// The alarm that is named `${AWS::StackName}-…` here and `${Name}-…` in the nested template.
fn alarm_named<'s>(subject: &'s Subject, named: &str) -> Option<Resource<'s>> {
    let name = format!("${{Name}}{}", named.strip_prefix("${AWS::StackName}")?);
    let mut alarms = subject.nested.get(WATCH)?.of_type(ALARM);
    alarms.find(|alarm| alarm.property(&["AlarmName"]).is_some_and(|it| texts(it) == [&*name]))
}

/// Whether an alarm is of a function's metric. The parameter that has the function's name is called as the function is.
fn is_of(alarm: Resource<'_>, function: &str) -> bool {
    let dimensions = alarm.property(&["Dimensions"]).and_then(Value::as_sequence).into_iter().flatten();
    dimensions.filter_map(|dimension| reference(at(dimension, &["Value"])?, "Ref")).any(|named| named == function)
}

/// Whether `CodeDeploy`'s role names a function and its alias.
fn may_move(subject: &Subject, function: &str) -> bool {
    let policies = subject.root.resource(DEPLOYER).and_then(|role| role.property(&["Policies"])).map(texts);
    let named = policies.unwrap_or_default();
    let alias = format!("${{{function}.Arn}}:{ALIAS}");
    named.contains(&&*format!("{function}.Arn")) && named.contains(&&*alias)
}

pub(super) const SEEDS: &[Seed] = &[
    seed("AutoPublishAlias: live", "AutoPublishAlias: latest", "Globals: functions are not called by the alias"),
    seed("        - !Sub ${AWS::StackName}-FailingApi\n", "        []\n", "Globals: no alarm that there is"),
    seed("${Name}-FailingApi", "${Name}-ApiFailing", "Globals: no alarm that there is").in_file(WATCH),
    seed(
        "- !Sub ${AWS::StackName}-FailingKeys",
        "- !Sub ${AWS::StackName}-FailingDevices",
        "KeysFunction: no alarm of its own",
    ),
    seed("AutoPublishAliasAllProperties: true", "AutoPublishAliasAllProperties: false", "KeysFunction: a new setting"),
    seed(" ${LogLevel} ${Event", " ${Event", "KeysFunction: a new LogLevel does not"),
    seed(" ${SignInDomain} ${DashboardUrl}\"", " ${SignInDomain}\"", "DashboardFunction: a new DashboardUrl does not"),
    seed(" ${SignInDomain} ${DashboardUrl}\"", " ${DashboardUrl}\"", "DashboardFunction: a new SignInDomain does not"),
    seed(" ${ContractRetentionDays}\"", " ${ContractRetentionDays} ${Mfa}\"", "KeysFunction: it is not set by Mfa"),
    seed("                  - !GetAtt KeysFunction.Arn\n", "", "KeysFunction: DeployRole may not"),
    seed("                  - !Sub ${KeysFunction.Arn}:live\n", "", "KeysFunction: DeployRole may not"),
];
