//! Nested stacks get exactly their parameters, and the outputs in use exist.

use std::collections::BTreeSet;

use template::{at, entries, texts};

use super::{
    Subject,
    subject::{EDGE, ROOT},
};

const STACK: &str = "AWS::CloudFormation::Stack";

/// Missing or unknown parameters, missing outputs, and templates that are not deployed.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    let mut deployed = BTreeSet::new();
    for stack in subject.root.of_type(STACK) {
        let Some((file, template)) = stack.text(&["TemplateURL"]).and_then(|file| subject.nested.get_key_value(file))
        else {
            findings.push(format!("{}: TemplateURL is not a template in infra/", stack.name));
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
            findings.push(format!("{}: nothing uses the output {name} of {file}", stack.name));
        }
    }
    for file in subject.nested.keys().filter(|file| *file != EDGE && !deployed.contains(file)) {
        findings.push(format!("{file} is deployed by no stack of {ROOT}"));
    }
    findings
}

/// The outputs of a nested stack that the root uses, by `!GetAtt` or inside a `!Sub`.
fn used_outputs(root: &template::Template, stack: &str) -> BTreeSet<String> {
    let mark = format!("{stack}.Outputs.");
    let mut used = BTreeSet::new();
    for text in texts(root.all()) {
        let names = text.split(&*mark).skip(1);
        used.extend(names.map(|name| name.chars().take_while(char::is_ascii_alphanumeric).collect::<String>()));
    }
    used
}
