//! Every route needs a token, but for a short written list. The local cloud routes by the same events, so each must
//! be plain: an API, a method and a path. They are those of the API's document, which a test of the end-to-end suite
//! holds against the routers (`tests/tests/documents.rs`).

use std::collections::HashSet;

use super::{
    FUNCTION, HTTP_API, Subject, Template,
    binaries::binary,
    document::{at, entries, literal, reference, texts},
    subject::{OPENAPI, Seed, seed},
};

/// The routes that answer without a token. An entry whose route is gone is a finding: the list only shrinks by hand.
pub(super) const OPEN: [(&str, &str); 6] = [
    ("GET", "/health"),
    ("HEAD", "/health"),
    ("GET", "/openapi.json"),
    ("HEAD", "/openapi.json"),
    ("OPTIONS", BELOW_API),
    ("ANY", PAGES),
];

/// All paths that no other route has: those of the pages, where a function looks at cookies in place of a token.
pub(super) const PAGES: &str = "$default";
/// All paths of the API that no other route has: a problem for whoever has a token, and for anybody the question whether
/// a page of another origin may ask.
pub(super) const BELOW_API: &str = "/v1/{proxy+}";

/// One route of one function; what is not written plainly is missing.
pub(super) struct Route<'a> {
    pub(super) name: String,
    /// The function's binary.
    pub(super) binary: Option<&'a str>,
    pub(super) api: Option<&'a str>,
    pub(super) method: Option<&'a str>,
    pub(super) path: Option<&'a str>,
    /// The authorizer that this route asks for instead of the API's own.
    pub(super) authorizer: Option<&'a str>,
    /// The scopes that a token needs one of.
    pub(super) scopes: Vec<&'a str>,
}

impl Route<'_> {
    pub(super) fn key(&self) -> Option<(&str, &str)> {
        Some((self.method?, self.path?))
    }
}

/// The events of all functions that are HTTP routes.
pub(super) fn routes(template: &Template) -> impl Iterator<Item = Route<'_>> {
    template.of_type(FUNCTION).flat_map(|function| {
        entries(function.property(&["Events"]))
            .filter(|(_, event)| at(event, &["Type"]).and_then(literal) == Some("HttpApi"))
            .map(move |(name, event)| {
                let text = |path: &[&str]| at(event, &[&["Properties"], path].concat()).and_then(literal);
                Route {
                    name: format!("{}.{name}", function.name),
                    binary: binary(function),
                    api: at(event, &["Properties", "ApiId"]).and_then(|api| reference(api, "Ref")),
                    method: text(&["Method"]),
                    path: text(&["Path"]),
                    authorizer: text(&["Auth", "Authorizer"]),
                    scopes: at(event, &["Properties", "Auth", "AuthorizationScopes"]).map(texts).unwrap_or_default(),
                }
            })
    })
}

/// Routes without a token, routes that are not plain, and routes defined twice.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let template = &subject.root;
    let mut findings = Vec::new();
    for api in template.of_type(HTTP_API) {
        let default = api.text(&["Auth", "DefaultAuthorizer"]);
        let is_defined = default.is_some_and(|name| api.property(&["Auth", "Authorizers", name]).is_some());
        if !is_defined {
            findings.push(format!("{}: no default authorizer", api.name));
        }
    }

    let mut seen = HashSet::new();
    for route in routes(template) {
        let has_api = route.api.and_then(|api| template.resource(api)).is_some_and(|api| api.kind() == Some(HTTP_API));
        if !has_api {
            findings.push(format!("{}: ApiId is not a !Ref to an HTTP API of this template", route.name));
        }
        let Some(key) = route.key() else {
            findings.push(format!("{}: Method and Path are not both given as plain text", route.name));
            continue;
        };
        match route.authorizer {
            None => {}
            Some("NONE") if OPEN.contains(&key) => {}
            Some("NONE") => findings.push(format!("{}: {} {} answers without a token", route.name, key.0, key.1)),
            Some(other) => findings.push(format!("{}: authorizer {other} instead of the API's own", route.name)),
        }
        if !seen.insert((key.0.to_owned(), key.1.to_owned())) {
            findings.push(format!("{}: {} {} is defined twice", route.name, key.0, key.1));
        }
    }

    for (method, path) in OPEN {
        if !seen.contains(&(method.to_owned(), path.to_owned())) {
            findings.push(format!("{method} {path} may go without a token, but there is no such route"));
        }
    }
    for (method, path) in subject.documented.keys().filter(|route| !seen.contains(*route)) {
        findings.push(format!("{method} {path} is in {OPENAPI}, and no function has it"));
    }
    let is_documented = |path: &str| ![PAGES, BELOW_API].contains(&path);
    for (method, path) in
        seen.iter().filter(|route| is_documented(&route.1) && !subject.documented.contains_key(*route))
    {
        findings.push(format!("{method} {path} is not in {OPENAPI}"));
    }
    findings
}

pub(super) const SEEDS: &[Seed] = &[
    seed(
        "Path: /v1/openings/{openingId}\n            Auth: { AuthorizationScopes: [key-automat/viewer,",
        "Path: /v1/openings/{openingId}\n            Auth: { Authorizer: NONE, Scopes: [",
        "GET /v1/openings/{openingId} answers without a token",
    ),
    seed("DefaultAuthorizer: BearerToken\n", "EnableIamAuthorizer: false\n", "no default authorizer"),
    seed("DefaultAuthorizer: BearerToken", "DefaultAuthorizer: Other", "no default authorizer"),
    seed("Authorizer: NONE", "Authorizer: AWS_IAM", "AWS_IAM"),
    seed("            ApiId: !Ref Api\n", "", "KeysFunction.Health: ApiId"),
    seed("            Path: /v1/automats\n", "", "KeysFunction.ListAutomats"),
    seed(
        "Method: POST\n            Path: /v1/keys\n",
        "Method: GET\n            Path: /v1/keys\n",
        "GET /v1/keys is defined twice",
    ),
    seed(
        "Method: HEAD\n            Path: /v1/keys\n",
        "Method: PUT\n            Path: /v1/keys\n",
        "HEAD /v1/keys is in docs/openapi.json, and no function has it",
    ),
    seed("Path: /health", "Path: /alive", "GET /health may go without a token"),
    seed("Path: /v1/automats\n", "Path: /v1/cabinets\n", "GET /v1/automats is in docs/openapi.json"),
    seed("\"/v1/automats\":", "\"/v1/cabinets\":", "GET /v1/automats is not in docs/openapi.json").in_file(OPENAPI),
];
