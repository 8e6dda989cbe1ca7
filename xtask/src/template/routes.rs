//! Every route needs a token, except for a short list. The local cloud reads the same file, so each route must be
//! plain: a method and a path, one function's integration, and the authorizer or none. The routes are those of the
//! OpenAPI document, which an end-to-end test compares with the routers (`tests/tests/documents.rs`).

use std::collections::HashSet;

use template::{Resource, Template, entries, reference, texts};

use super::{
    Subject,
    binaries::binary,
    subject::{OPENAPI, ROUTES, Seed, seed},
};

const ROUTE: &str = "AWS::ApiGatewayV2::Route";
const INTEGRATION: &str = "AWS::ApiGatewayV2::Integration";
const AUTHORIZER: &str = "AWS::ApiGatewayV2::Authorizer";
const API: &str = "AWS::ApiGatewayV2::Api";

/// The clients whose tokens are accepted. Access tokens name their client where others have an audience.
const CLIENTS: [&str; 4] = ["WebClientId", "ViewerClientId", "OperatorClientId", "AdminClientId"];

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
    findings.extend(plumbing(subject));

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

/// Parts of another API, integrations of another format, an authorizer that accepts other tokens, and functions without
/// their alias.
fn plumbing(subject: &Subject) -> Vec<String> {
    let Some(template) = subject.nested.get(ROUTES) else { return vec![format!("no {ROUTES}")] };
    let mut findings = Vec::new();
    for part in template.resources().filter(|it| it.kind().is_some_and(|kind| kind.starts_with("AWS::ApiGatewayV2::")))
    {
        if part.property(&["ApiId"]).and_then(|api| reference(api, "Ref")) != Some("ApiId") {
            findings.push(format!("{}: ApiId is not the parameter ApiId", part.name));
        }
    }
    for integration in template.of_type(INTEGRATION) {
        if integration.text(&["PayloadFormatVersion"]) != Some("2.0") {
            findings.push(format!("{}: the payload format is not 2.0", integration.name));
        }
    }
    for authorizer in subject.templates().flat_map(|(_, template)| template.of_type(AUTHORIZER)) {
        let audience = authorizer.property(&["JwtConfiguration", "Audience"]).map(texts).unwrap_or_default();
        if audience != CLIENTS {
            findings.push(format!("{}: the audience is not all clients", authorizer.name));
        }
        if authorizer.property(&["JwtConfiguration", "Issuer"]).and_then(|it| reference(it, "Ref")) != Some("Issuer") {
            findings.push(format!("{}: the issuer is not the sign-in", authorizer.name));
        }
    }
    let Some(stack) = subject.root.resources().find(|it| it.text(&["TemplateURL"]) == Some(ROUTES)) else {
        return vec![format!("{ROUTES} is not deployed")];
    };
    let given = |name: &str| stack.property(&["Parameters", name]);
    let api = given("ApiId").and_then(|api| reference(api, "Ref")).and_then(|name| subject.root.resource(name));
    if api.and_then(|api| api.kind()) != Some(API) {
        findings.push(format!("{}: ApiId is not a !Ref to an HTTP API", stack.name));
    }
    for name in entries(template.section("Parameters")).map(|(name, _)| name) {
        let value = given(name);
        if name.ends_with("Function") && value.and_then(|it| reference(it, "Ref")) != Some(&*format!("{name}.Alias")) {
            findings.push(format!("{}: {name} is not the alias of {name}", stack.name));
        }
        let of_sign_in = name == "Issuer" || name.ends_with("ClientId");
        if of_sign_in && value.and_then(|it| reference(it, "GetAtt")) != Some(&*format!("SignIn.Outputs.{name}")) {
            findings.push(format!("{}: {name} is not the sign-in's", stack.name));
        }
    }
    findings
}

const fn in_routes(from: &'static str, to: &'static str, finds: &'static str) -> Seed {
    seed(from, to, finds).in_file(ROUTES)
}

pub(super) const SEEDS: &[Seed] = &[
    in_routes(
        "RouteKey: \"GET /v1/openings/{openingId}\"\n      Target: !Sub integrations/${OpeningsIntegration}\n      AuthorizationType: JWT",
        "RouteKey: \"GET /v1/openings/{openingId}\"\n      Target: !Sub integrations/${OpeningsIntegration}\n      AuthorizationType: NONE",
        "GET /v1/openings/{openingId} answers without a token",
    ),
    in_routes("      AuthorizationType: JWT\n", "", "ListAutomats: GET /v1/automats answers without a token"),
    in_routes("AuthorizationType: JWT", "AuthorizationType: AWS_IAM", "ListAutomats: is not behind"),
    in_routes("AuthorizerId: !Ref BearerToken", "AuthorizerId: !Ref Stage", "ListAutomats: is not behind"),
    in_routes(
        "Type: AWS::ApiGatewayV2::Route\n    Properties:\n      ApiId: !Ref ApiId",
        "Type: AWS::ApiGatewayV2::Route\n    Properties:\n      ApiId: other",
        "Health: ApiId",
    ),
    in_routes("RouteKey: GET /v1/automats\n", "RouteKey: /v1/automats\n", "ListAutomats: RouteKey"),
    in_routes("Target: !Sub integrations/${KeysIntegration}", "Target: integrations/1", "Health: Target"),
    in_routes("functions/${KeysFunction}/invocations", "functions/${Others}/invocations", "Health: Target"),
    in_routes("RouteKey: POST /v1/keys\n", "RouteKey: GET /v1/keys\n", "GET /v1/keys is defined twice"),
    in_routes(
        "RouteKey: HEAD /v1/keys\n",
        "RouteKey: PUT /v1/keys\n",
        "HEAD /v1/keys is in docs/openapi.json, but has no function",
    ),
    in_routes("RouteKey: GET /health", "RouteKey: GET /alive", "GET /health may go without a token"),
    in_routes("GET /v1/automats\n", "GET /v1/cabinets\n", "GET /v1/automats is in docs/openapi.json"),
    in_routes("PayloadFormatVersion: \"2.0\"", "PayloadFormatVersion: \"1.0\"", "KeysIntegration: the payload format"),
    in_routes("          - !Ref AdminClientId\n", "", "BearerToken: the audience"),
    in_routes("          - !Ref WebClientId\n", "          - anybody\n", "BearerToken: the audience"),
    in_routes("        Audience:", "        Others:", "BearerToken: the audience"),
    in_routes("        Issuer: !Ref Issuer", "        Issuer: https://issuer.example", "BearerToken: the issuer"),
    seed("\"/v1/automats\":", "\"/v1/cabinets\":", "GET /v1/automats is not in docs/openapi.json").in_file(OPENAPI),
    seed(
        "KeysFunction: !Ref KeysFunction.Alias",
        "KeysFunction: !GetAtt KeysFunction.Arn",
        "KeysFunction is not the alias",
    ),
    seed(
        "KeysFunction: !Ref KeysFunction.Alias",
        "KeysFunction: !Ref PeopleFunction.Alias",
        "KeysFunction is not the alias",
    ),
    seed(
        "        Issuer: !GetAtt SignIn.Outputs.Issuer",
        "        Issuer: !GetAtt SignIn.Outputs.SignInUrl",
        "Routes: Issuer is not the",
    ),
    seed("        ApiId: !Ref Api\n        AccessLog", "        ApiId: !Ref Table\n        AccessLog", "Routes: ApiId"),
];
