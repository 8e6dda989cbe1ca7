//! The template as deployed: SAM generates permissions and event source mappings, and who may call a function is
//! checked on those too.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value};

const ALIAS: &str = "AWS::Lambda::Alias";

/// Permissions for more than an alias or for several sources, and functions without an alias.
pub(super) fn findings(expanded: &str) -> Result<Vec<String>> {
    let expanded: Value = serde_json::from_str(expanded)?;
    let resources = expanded["Resources"].as_object().context("no Resources in the expanded template")?;
    let mut findings = Vec::new();
    for (name, resource) in resources {
        findings.extend(calls(name, resource, resources));
    }
    Ok(findings)
}

/// A caller calls the alias, and its permission names one source.
fn calls(name: &str, resource: &Value, resources: &Map<String, Value>) -> Vec<String> {
    let properties = &resource["Properties"];
    let is_alias = |function: &Value| {
        function["Ref"].as_str().and_then(|name| resources.get(name)).is_some_and(|it| it["Type"] == ALIAS)
    };
    let mut findings = Vec::new();
    match resource["Type"].as_str() {
        Some("AWS::Lambda::Permission") => {
            if properties["SourceArn"].is_null() || properties["SourceArn"] == "*" {
                findings.push(format!("{name}: has no SourceArn"));
            }
            if !is_alias(&properties["FunctionName"]) {
                findings.push(format!("{name}: is not for an alias"));
            }
        }
        Some("AWS::Lambda::EventSourceMapping") if !is_alias(&properties["FunctionName"]) => {
            findings.push(format!("{name}: does not call an alias"));
        }
        Some("AWS::Lambda::Function") => {
            let has_alias = resources.values().any(|other| {
                other["Type"] == ALIAS && other["Properties"]["FunctionName"]["Ref"].as_str() == Some(name)
            });
            if !has_alias {
                findings.push(format!("{name}: has no alias"));
            }
        }
        _ => {}
    }
    findings
}

/// Seeds defects one by one and counts them. One that is not found is an error.
pub(super) fn all_caught(expanded: &str) -> Result<usize> {
    for (pointer, becomes, finds) in SEEDS {
        let mut defective: Value = serde_json::from_str(expanded)?;
        *defective.pointer_mut(pointer).with_context(|| format!("no {pointer} to seed a defect in"))? =
            serde_json::from_str(becomes)?;
        let findings = findings(&defective.to_string())?;
        let is_found = findings.iter().any(|finding| finding.contains(finds));
        ensure!(is_found, "a defect is missed, {becomes} at {pointer}; found is {findings:?}");
    }
    Ok(SEEDS.len())
}

/// Defects in what SAM generates: the position, the new value, and part of the finding.
const SEEDS: [(&str, &str, &str); 4] = [
    ("/Resources/NotificationsFunctionMinutePermission/Properties/SourceArn", "\"*\"", "has no SourceArn"),
    ("/Resources/NotificationsFunctionMinutePermission/Properties/FunctionName", "\"f\"", "is not for an alias"),
    ("/Resources/NotificationsFunctionStream/Properties/FunctionName", "\"f\"", "does not call an alias"),
    ("/Resources/KeysFunctionAliaslive/Properties/FunctionName/Ref", "\"Other\"", "KeysFunction: has no alias"),
];
