//! Nested stacks are given what they ask for and nothing else, and what is taken out of them is there. Alarms that are
//! named by their text alone, since a reference would make a circle, exist.

use std::collections::BTreeSet;

use serde_norway::Value;

use super::{
    FUNCTION, Subject,
    document::{at, entries, literal, reference, texts},
    subject::{ROOT, SIGN_IN, Seed, WATCH, seed},
};

const STACK: &str = "AWS::CloudFormation::Stack";
const ALARM: &str = "AWS::CloudWatch::Alarm";

/// Parameters that are missing or unknown, outputs and alarms that are not there, and templates that nobody deploys.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    let mut deployed = BTreeSet::new();
    for stack in subject.root.of_type(STACK) {
        let Some((file, template)) = stack.text(&["TemplateURL"]).and_then(|file| subject.nested.get_key_value(file))
        else {
            findings.push(format!("{}: TemplateURL is no template in infra/", stack.name));
            continue;
        };
        deployed.insert(file);
        let given: BTreeSet<_> = entries(stack.property(&["Parameters"])).map(|(name, _)| name).collect();
        for (name, parameter) in entries(template.section("Parameters")) {
            if !given.contains(name) && at(parameter, &["Default"]).is_none() {
                findings.push(format!("{}: is not given {name}", stack.name));
            }
        }
        for name in given.iter().filter(|name| template.section("Parameters").and_then(|it| it.get(**name)).is_none()) {
            findings.push(format!("{}: {file} has no parameter {name}", stack.name));
        }
        let outputs: BTreeSet<_> = entries(template.section("Outputs")).map(|(name, _)| name).collect();
        let used = used_outputs(&subject.root, stack.name);
        for name in used.iter().filter(|name| !outputs.contains(name.as_str())) {
            findings.push(format!("{}: {file} has no output {name}", stack.name));
        }
        for name in outputs.iter().filter(|name| !used.contains(**name)) {
            findings.push(format!("{}: nobody uses the output {name} of {file}", stack.name));
        }
    }
    for file in subject.nested.keys().filter(|file| !deployed.contains(file)) {
        findings.push(format!("{file} is deployed by no stack of {ROOT}"));
    }
    let known: BTreeSet<_> = subject
        .templates()
        .flat_map(|(_, template)| template.of_type(ALARM))
        .filter_map(|alarm| alarm.property(&["AlarmName"]).and_then(suffix))
        .collect();
    for function in subject.root.of_type(FUNCTION) {
        let alarms: Vec<_> = function
            .property(&["DeploymentPreference", "Alarms"])
            .and_then(Value::as_sequence)
            .into_iter()
            .flatten()
            .filter_map(suffix)
            .collect();
        if alarms.is_empty() {
            findings.push(format!("{}: no alarm takes new code back", function.name));
        }
        for alarm in alarms.iter().filter(|alarm| !known.contains(*alarm)) {
            findings.push(format!("{}: there is no alarm {alarm}", function.name));
        }
    }
    findings
}

/// What follows the stack's name in the name of an alarm.
fn suffix(name: &Value) -> Option<&str> {
    let name = reference(name, "Sub").or_else(|| literal(name))?;
    ["${AWS::StackName}-", "${Name}-"].iter().find_map(|prefix| name.strip_prefix(prefix))
}

/// The outputs of a nested stack that the root takes, by `!GetAtt` or inside a `!Sub`.
fn used_outputs(root: &super::Template, stack: &str) -> BTreeSet<String> {
    let mark = format!("{stack}.Outputs.");
    let mut used = BTreeSet::new();
    for text in texts(root.all()) {
        for (at, _) in text.match_indices(&mark) {
            let name: String = text[at + mark.len()..].chars().take_while(char::is_ascii_alphanumeric).collect();
            used.insert(name);
        }
    }
    used
}

pub(super) const SEEDS: &[Seed] = &[
    seed("        Stage: !Ref Stage\n", "", "SignIn: is not given Stage"),
    seed("        Stage: !Ref Stage\n", "        Stage: !Ref Stage\n        Phase: !Ref Stage\n", "no parameter Phase"),
    seed("!GetAtt SignIn.Outputs.Issuer", "!GetAtt SignIn.Outputs.Publisher", "no output Publisher"),
    seed("${SignIn.Outputs.SignInUrl}/oauth2", "${SignIn.Outputs.Pages}/oauth2", "no output Pages"),
    seed(
        "  UserPoolId:\n    Description: The user pool",
        "  Pool:\n    Description: The user pool",
        "no output UserPoolId",
    )
    .in_file(SIGN_IN),
    seed(
        "TemplateURL: infra/watch.yaml",
        "TemplateURL: infra/watches.yaml",
        "infra/watch.yaml is deployed by no stack",
    ),
    seed("${AWS::StackName}-FailingKeys", "${AWS::StackName}-BrokenKeys", "KeysFunction: there is no alarm BrokenKeys"),
    seed("${Name}-FailingKeys", "${Name}-KeysFailing", "KeysFunction: there is no alarm FailingKeys").in_file(WATCH),
];
