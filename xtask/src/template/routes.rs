//! Every route needs a token, except for a short list. The local cloud reads the same file, so each route must be
//! plain: a method and a path, one function's integration, and the authorizer or none. The routes are those of the
//! OpenAPI document, which an end-to-end test compares with the routers (`tests/tests/documents.rs`).

use std::collections::HashSet;

use template::{Resource, Template, reference, texts};

use super::{
    Subject,
    binaries::binary,
    subject::{OPENAPI, ROUTES},
};

const ROUTE: &str = "AWS::ApiGatewayV2::Route";
const INTEGRATION: &str = "AWS::ApiGatewayV2::Integration";
const AUTHORIZER: &str = "AWS::ApiGatewayV2::Authorizer";

/// The routes without a token. An entry without a route is a finding.
pub(super) const OPEN: [(&str, &str); 6] = [
    ("GET", "/health"),
    ("HEAD", "/health"),
    ("GET", "/openapi.json"),
    ("HEAD", "/openapi.json"),
    ("OPTIONS", BELOW_API),
    ("ANY", PAGES),
];

/// All other paths: the pages, where a function checks cookies instead of a token.
pub(super) const PAGES: &str = "$default";
/// All other paths of the API: a problem response for anyone with a token, and CORS preflights for everybody.
pub(super) const BELOW_API: &str = "/v1/{proxy+}";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Anybody.
    Open,
    /// Anyone with a token that the API's authorizer accepts.
    Token,
    /// Anything else.
    Unknown,
}

/// One route. Parts that are not plain are missing.
pub(super) struct Route<'a> {
    pub(super) name: &'a str,
    /// The function's resource in the root template.
    pub(super) function: Option<&'a str>,
    pub(super) binary: Option<&'a str>,
    pub(super) method: Option<&'a str>,
    pub(super) path: Option<&'a str>,
    pub(super) access: Access,
    /// Scopes, of which a token needs one.
    pub(super) scopes: Vec<&'a str>,
}

impl Route<'_> {
    pub(super) fn key(&self) -> Option<(&str, &str)> {
        Some((self.method?, self.path?))
    }
}

pub(super) fn routes(subject: &Subject) -> impl Iterator<Item = Route<'_>> {
    subject.nested.get(ROUTES).into_iter().flat_map(|template| {
        template.of_type(ROUTE).map(|route| {
            let function = target(template, route).and_then(function);
            let (method, path) = match route.text(&["RouteKey"]) {
                Some(PAGES) => (Some("ANY"), Some(PAGES)),
                key => key.and_then(|key| key.split_once(' ')).unzip(),
            };
            Route {
                name: route.name,
                function,
                binary: function.and_then(|name| subject.root.resource(name)).and_then(binary),
                method,
                path,
                access: access(template, route),
                scopes: route.property(&["AuthorizationScopes"]).map(texts).unwrap_or_default(),
            }
        })
    })
}

fn target<'a>(template: &'a Template, route: Resource<'a>) -> Option<Resource<'a>> {
    let target = reference(route.property(&["Target"])?, "Sub")?;
    let name = target.strip_prefix("integrations/${")?.strip_suffix('}')?;
    template.resource(name).filter(|it| it.kind() == Some(INTEGRATION))
}

/// The parameter with the function that an integration calls. The root template passes it under the function's name.
fn function(integration: Resource<'_>) -> Option<&str> {
    let uri = reference(integration.property(&["IntegrationUri"])?, "Sub")?;
    uri.split_once(":lambda:path/2015-03-31/functions/${")?.1.strip_suffix("}/invocations")
}

/// `NONE` is API Gateway's default.
fn access(template: &Template, route: Resource<'_>) -> Access {
    let authorizer = route.property(&["AuthorizerId"]).and_then(|id| reference(id, "Ref"));
    let is_jwt = |name| template.resource(name).is_some_and(|it| it.kind() == Some(AUTHORIZER));
    match route.text(&["AuthorizationType"]) {
        None | Some("NONE") => Access::Open,
        Some("JWT") if authorizer.is_some_and(is_jwt) => Access::Token,
        Some(_) => Access::Unknown,
    }
}

/// Routes without a token, routes that are not plain, and duplicate routes.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    let mut seen = HashSet::new();
    for route in routes(subject) {
        if route.binary.is_none() {
            findings.push(format!("{}: Target is not an integration of a function", route.name));
        }
        let Some(key) = route.key() else {
            findings.push(format!("{}: RouteKey is not a method and a path in plain text", route.name));
            continue;
        };
        match route.access {
            Access::Token => {}
            Access::Open if OPEN.contains(&key) => {}
            Access::Open => findings.push(format!("{}: {} {} answers without a token", route.name, key.0, key.1)),
            Access::Unknown => findings.push(format!("{}: is not behind the API's authorizer", route.name)),
        }
        if !seen.insert((key.0.to_owned(), key.1.to_owned())) {
            findings.push(format!("{}: {} {} is defined twice", route.name, key.0, key.1));
        }
    }
    if !subject.root.resources().any(|it| it.text(&["TemplateURL"]) == Some(ROUTES)) {
        findings.push(format!("{ROUTES} is not deployed"));
    }
    for (method, path) in OPEN {
        if !seen.contains(&(method.to_owned(), path.to_owned())) {
            findings.push(format!("{method} {path} may go without a token, but there is no such route"));
        }
    }
    for (method, path) in subject.documented.keys().filter(|route| !seen.contains(*route)) {
        findings.push(format!("{method} {path} is in {OPENAPI}, but has no function"));
    }
    let is_documented = |path: &str| ![PAGES, BELOW_API].contains(&path);
    for (method, path) in
        seen.iter().filter(|route| is_documented(&route.1) && !subject.documented.contains_key(*route))
    {
        findings.push(format!("{method} {path} is not in {OPENAPI}"));
    }
    findings
}
