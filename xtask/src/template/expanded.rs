//! The template as deployed: what SAM makes of the events. Whether a route ends up behind the authorizer is judged on
//! this too, since it is SAM that puts it there, and so is who may call a function.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value};

use super::{
    Template,
    routes::{OPEN, PAGES, routes},
};

const ALIAS: &str = "AWS::Lambda::Alias";

/// Routes without a token, with another payload format, or lost on the way.
pub(super) fn findings(expanded: &str, template: &Template) -> Result<Vec<String>> {
    let expanded: Value = serde_json::from_str(expanded)?;
    let resources = expanded["Resources"].as_object().context("no Resources in the expanded template")?;
    let bodies = resources
        .values()
        .filter(|resource| resource["Type"] == "AWS::ApiGatewayV2::Api")
        .map(|api| &api["Properties"]["Body"]);

    let mut findings = Vec::new();
    let mut count = 0;
    for body in bodies {
        for (path, operations) in body["paths"].as_object().into_iter().flatten() {
            for (method, operation) in operations.as_object().into_iter().flatten() {
                count += 1;
                let schemes = &body["components"]["securitySchemes"];
                findings.extend(judge(&as_written(method), path, operation, schemes));
            }
        }
    }
    let written = routes(template).count();
    if count != written {
        findings.push(format!("{written} routes are written and {count} are deployed"));
    }
    for (name, resource) in resources {
        findings.extend(calls(name, resource, resources));
    }
    Ok(findings)
}

/// A method as the template has it.
fn as_written(method: &str) -> String {
    if method == "x-amazon-apigateway-any-method" { "ANY".to_owned() } else { method.to_uppercase() }
}

/// Whoever calls a function calls its alias, and may do so by one source alone.
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

/// Seeds defects one by one and counts them; one that is not found is an error.
pub(super) fn all_caught(expanded: &str, template: &Template) -> Result<usize> {
    for (pointer, becomes, finds) in SEEDS {
        let mut defective: Value = serde_json::from_str(expanded)?;
        *defective.pointer_mut(pointer).with_context(|| format!("no {pointer} to seed a defect in"))? =
            serde_json::from_str(becomes)?;
        let findings = findings(&defective.to_string(), template)?;
        let is_found = findings.iter().any(|finding| finding.contains(finds));
        ensure!(is_found, "a defect is missed, {becomes} at {pointer}; found is {findings:?}");
    }
    Ok(SEEDS.len())
}

/// Defects in what SAM makes: where, what is put there, and what a finding says of it.
const SEEDS: [(&str, &str, &str); 10] = [
    (
        "/Resources/Api/Properties/Body/paths/~1v1~1{proxy+}/x-amazon-apigateway-any-method/security",
        "[{\"NONE\": []}]",
        "ANY /v1/{proxy+} answers without a token",
    ),
    ("/Resources/Api/Properties/Body/paths/~1v1~1keys/get/security", "[]", "GET /v1/keys answers without a token"),
    ("/Resources/Api/Properties/Body/paths/~1v1~1keys/get/security", "[{\"NONE\": []}]", "GET /v1/keys answers"),
    (
        "/Resources/Api/Properties/Body/paths/~1v1~1keys/get/x-amazon-apigateway-integration/payloadFormatVersion",
        "\"1.0\"",
        "GET /v1/keys has payload format",
    ),
    (
        "/Resources/Api/Properties/Body/paths/~1v1~1keys/get/x-amazon-apigateway-integration/uri/Fn::Sub",
        "\"arn:aws:apigateway:eu-north-1:lambda:path/functions/${KeysFunction}/invocations\"",
        "GET /v1/keys does not call an alias",
    ),
    ("/Resources/Api/Properties/Body/paths/~1v1~1keys", "{}", "are deployed"),
    ("/Resources/KeysFunctionCreateAutomatPermission/Properties/SourceArn", "\"*\"", "has no SourceArn"),
    ("/Resources/NotificationsFunctionMinutePermission/Properties/FunctionName", "\"f\"", "is not for an alias"),
    ("/Resources/NotificationsFunctionStream/Properties/FunctionName", "\"f\"", "does not call an alias"),
    ("/Resources/KeysFunctionAliaslive/Properties/FunctionName/Ref", "\"Other\"", "KeysFunction: has no alias"),
];

fn judge(method: &str, path: &str, operation: &Value, schemes: &Value) -> Vec<String> {
    let mut findings = Vec::new();
    let is_jwt = |scheme: &String| schemes[scheme]["x-amazon-apigateway-authorizer"]["type"] == "jwt";
    let needs_jwt = |requirement: &Map<String, Value>| !requirement.is_empty() && requirement.keys().all(is_jwt);
    // Any one of the listed requirements lets a request in, so each must ask for a token.
    let is_protected = operation["security"].as_array().is_some_and(|requirements| {
        !requirements.is_empty()
            && requirements.iter().all(|requirement| requirement.as_object().is_some_and(needs_jwt))
    });
    let route = (method, if path == "/$default" { PAGES } else { path });
    if !is_protected && !OPEN.contains(&route) {
        findings.push(format!("{method} {path} answers without a token"));
    }
    let format = &operation["x-amazon-apigateway-integration"]["payloadFormatVersion"];
    if format != "2.0" {
        findings.push(format!("{method} {path} has payload format {format}"));
    }
    let called = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"].as_str();
    if called.is_some_and(|uri| !uri.contains("FunctionAlias")) {
        findings.push(format!("{method} {path} does not call an alias"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str =
        "Resources: { F: { Type: AWS::Serverless::Function, Properties: { Events: { E: { Type: HttpApi } } } } }";

    fn findings_of(security: &str, format: &str) -> Vec<String> {
        let expanded = format!(
            r#"{{"Resources": {{"Api": {{"Type": "AWS::ApiGatewayV2::Api", "Properties": {{"Body": {{
                "paths": {{"/v1/keys": {{"get": {{
                    "security": {security},
                    "x-amazon-apigateway-integration": {{"payloadFormatVersion": "{format}"}}
                }}}}}},
                "components": {{"securitySchemes": {{
                    "BearerToken": {{"x-amazon-apigateway-authorizer": {{"type": "jwt"}}}}
                }}}}
            }}}}}}}}}}"#
        );
        findings(&expanded, &Template::parse(TEMPLATE).unwrap()).unwrap()
    }

    #[test]
    fn a_route_behind_the_authorizer_passes() {
        assert_eq!(findings_of(r#"[{"BearerToken": []}]"#, "2.0"), Vec::<String>::new());
    }

    #[test]
    fn a_route_without_a_token_is_found() {
        for security in ["null", "[]", "[{}]", r#"[{"NONE": []}]"#, r#"[{"BearerToken": []}, {}]"#] {
            assert_eq!(findings_of(security, "2.0"), ["GET /v1/keys answers without a token"], "{security}");
        }
    }

    #[test]
    fn another_payload_format_is_found() {
        assert_eq!(findings_of(r#"[{"BearerToken": []}]"#, "1.0"), [r#"GET /v1/keys has payload format "1.0""#]);
    }

    #[test]
    fn a_route_lost_on_the_way_is_found() {
        let none =
            r#"{"Resources": {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": {"paths": {}}}}}}"#;
        assert_eq!(
            findings(none, &Template::parse(TEMPLATE).unwrap()).unwrap(),
            ["1 routes are written and 0 are deployed"]
        );
    }
}
