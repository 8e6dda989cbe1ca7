//! New code and new settings reach the alias that everything calls, and an alarm of the function itself takes them back.

use serde_norway::Value;

use super::{
    FUNCTION, Resource, Subject,
    document::{at, literal, reference, texts},
    subject::{Seed, WATCH, seed},
};

const ALARM: &str = "AWS::CloudWatch::Alarm";
/// The role of `CodeDeploy`.
const DEPLOYER: &str = "DeployRole";
/// The alias that everything calls.
const ALIAS: &str = "live";

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
        if !may_move(subject, function.name) {
            findings.push(format!("{}: {DEPLOYER} may not move its alias", function.name));
        }
    }
    findings
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
    seed("                  - !GetAtt KeysFunction.Arn\n", "", "KeysFunction: DeployRole may not"),
    seed("                  - !Sub ${KeysFunction.Arn}:live\n", "", "KeysFunction: DeployRole may not"),
];
