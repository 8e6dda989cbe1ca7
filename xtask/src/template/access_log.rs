//! The access log contains request ids and statuses, never paths, queries or bodies: these may contain a PIN or reveal
//! who has which key.

use serde_json::{Map, Value};

use super::{
    STAGE, Subject,
    subject::{ROUTES, Seed, seed},
};

/// The permitted fields of a log line. API Gateway generates all of them except the token's subject and the client
/// address.
const ALLOWED: [&str; 13] = [
    "$context.requestId",
    "$context.requestTime",
    "$context.routeKey",
    "$context.status",
    "$context.identity.sourceIp",
    "$context.authorizer.claims.sub",
    "$context.authorizer.error",
    "$context.error.responseType",
    "$context.responseLength",
    "$context.responseLatency",
    "$context.integrationLatency",
    "$context.integration.status",
    "$context.integration.requestId",
];

/// APIs without a JSON access log, and fields that are not permitted.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    for api in subject.nested.values().flat_map(|template| template.of_type(STAGE)) {
        let format = api.text(&["AccessLogSettings", "Format"]).map(str::trim);
        let Some(line) = format.and_then(|format| serde_json::from_str::<Map<String, Value>>(format).ok()) else {
            findings.push(format!("{}: no access log in JSON", api.name));
            continue;
        };
        if format.is_some_and(|format| format.contains('\n')) {
            findings.push(format!("{}: the access log's format is not one line", api.name));
        }
        for (field, value) in line {
            if !value.as_str().is_some_and(|value| ALLOWED.contains(&value)) {
                findings.push(format!("{}: the access log must not contain {field}: {value}", api.name));
            }
        }
    }
    findings
}

pub(super) const SEEDS: &[Seed] = &[
    seed("\"$context.routeKey\"", "\"$context.path\"", "routeKey: \"$context.path\"").in_file(ROUTES),
    seed("\"$context.status\"", "\"$context.status $request.header.Authorization\"", "status").in_file(ROUTES),
    seed("{\"requestId\":\"$context.requestId\"", "{\"requestId\":$context.requestId", "no access log in JSON")
        .in_file(ROUTES),
    seed("Format: >-", "Format: |-", "not one line").in_file(ROUTES),
];
