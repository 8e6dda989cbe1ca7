//! The routes, read from `infra/routes.yaml`, which maps each method and path to a function and states whether a token
//! is required. `template.yaml` names the binary of each function. Both files are compiled in.
//!
//! Requests are matched as an HTTP API matches them, following API Gateway's developer guide: a full match of path and
//! method first, then a greedy path variable, then `$default`.

use anyhow::{Result, anyhow, ensure};
use http::Method;
use template::{Resource, Template, Value, reference};

/// Who may use a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Everybody, without a token.
    Open,
    /// Clients with a valid token that has one of these scopes; with any valid token when there are none.
    Token { scopes: Vec<String> },
}

/// A route of the HTTP API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The key in API Gateway's notation: `GET /v1/keys/{keyId}`, or `$default`.
    pub key: String,
    /// Name of the function's binary.
    pub function: String,
    /// Who may use it.
    pub access: Access,
    method: Option<Method>,
    path: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    // in order of precedence
    Literal(String),
    Variable(String),
    Greedy(String),
    Default,
}

impl Route {
    fn precedence(&self) -> (bool, &[Segment], bool) {
        (matches!(self.path.last(), Some(Segment::Greedy(_) | Segment::Default)), &self.path, self.method.is_none())
    }
}

/// All routes, sorted by precedence.
#[derive(Debug, Clone)]
pub struct Routes(Vec<Route>);

impl Routes {
    /// Reads the routes from `infra/routes.yaml` and the functions from `template.yaml`, given as text.
    pub fn read(routes: &str, functions: &str) -> Result<Self> {
        let (template, functions) = (Template::parse(routes)?, Template::parse(functions)?);
        let mut routes = Vec::new();
        for resource in template.of_type("AWS::ApiGatewayV2::Route") {
            let route = route(&resource, &template, &functions);
            routes.push(route.map_err(|why| anyhow!("infra/routes.yaml: {} {why}", resource.name))?);
        }
        ensure!(!routes.is_empty(), "infra/routes.yaml: no routes");
        routes.sort_by(|a, b| a.precedence().cmp(&b.precedence()));
        Ok(Self(routes))
    }

    /// Finds the route of a request, and the values of its path variables. `path` is the path before percent-decoding.
    #[must_use]
    pub fn find(&self, method: &Method, path: &str) -> Option<(&Route, Vec<(String, String)>)> {
        let mut of_method = self.0.iter().filter(|route| route.method.as_ref().is_none_or(|wanted| wanted == method));
        of_method.find_map(|route| variables(&route.path, path).map(|variables| (route, variables)))
    }

    /// All routes, in order of precedence.
    pub fn iter(&self) -> impl Iterator<Item = &Route> {
        self.0.iter()
    }
}

fn route(route: &Resource<'_>, routes: &Template, functions: &Template) -> Result<Route, &'static str> {
    let key = route.text(&["RouteKey"]).ok_or("has no RouteKey")?.to_owned();
    let (method, path) = match key.as_str() {
        "$default" => (None, vec![Segment::Default]),
        key => {
            let (method, path) = key.split_once(" /").ok_or("has a RouteKey without a method and a path")?;
            let method = match method {
                "ANY" => None,
                name => Some(Method::from_bytes(name.as_bytes()).map_err(|_| "has an invalid method")?),
            };
            (method, path.split('/').map(segment).collect())
        }
    };
    let access = match route.text(&["AuthorizationType"]) {
        Some("JWT") => Access::Token { scopes: scopes(route) },
        // API Gateway's default when AuthorizationType is absent
        Some("NONE") | None => Access::Open,
        Some(_) => return Err("has an unknown AuthorizationType"),
    };
    let function = function(route, routes).ok_or("has no integration with a function")?;
    let binary = functions.resource(function).and_then(|function| {
        template::at(function.body, &["Metadata", "BuildProperties", "Binary"]).and_then(Value::as_str)
    });
    let function = binary.ok_or("goes to a function without a Binary")?.to_owned();
    Ok(Route { key, function, access, method, path })
}

/// The function that a route's integration calls. The routes' template receives its ARN as a parameter with the
/// function's name.
fn function<'t>(route: &Resource<'t>, routes: &'t Template) -> Option<&'t str> {
    let target = reference(route.property(&["Target"])?, "Sub")?;
    let integration = routes.resource(target.strip_prefix("integrations/${")?.strip_suffix('}')?)?;
    let uri = reference(integration.property(&["IntegrationUri"])?, "Sub")?;
    uri.split_once("/functions/${")?.1.strip_suffix("}/invocations")
}

fn scopes(route: &Resource<'_>) -> Vec<String> {
    let scopes = route.property(&["AuthorizationScopes"]).and_then(Value::as_sequence);
    scopes.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn segment(text: &str) -> Segment {
    match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
        None => Segment::Literal(text.to_owned()),
        Some(name) => match name.strip_suffix('+') {
            None => Segment::Variable(name.to_owned()),
            Some(name) => Segment::Greedy(name.to_owned()),
        },
    }
}

fn variables(route: &[Segment], path: &str) -> Option<Vec<(String, String)>> {
    let mut rest = Some(path.strip_prefix('/')?);
    let mut variables = Vec::new();
    for segment in route {
        let (head, tail) = match rest?.split_once('/') {
            None => (rest?, None),
            Some((head, tail)) => (head, Some(tail)),
        };
        match segment {
            Segment::Literal(text) if text == head => rest = tail,
            Segment::Variable(name) if !head.is_empty() => {
                variables.push((name.clone(), head.to_owned()));
                rest = tail;
            }
            Segment::Greedy(name) if rest != Some("") => {
                variables.push((name.clone(), rest?.to_owned()));
                rest = None;
            }
            Segment::Default => rest = None,
            _ => return None,
        }
    }
    rest.is_none().then_some(variables)
}

#[cfg(test)]
mod tests {
    use template::{ROUTES, TEMPLATE};

    use super::*;

    const FUNCTIONS: &str = r#"
Resources:
  Table: { Type: AWS::DynamoDB::Table, Properties: { Arn: !GetAtt Api.Arn } }
  Keys:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: rust-cargolambda, BuildProperties: { Binary: keys } }
    Properties: { Role: !If [Yes, !Ref Role, !Ref "AWS::NoValue"] }
"#;

    const FIXTURE: &str = r#"
Resources:
  Calls:
    Type: AWS::ApiGatewayV2::Integration
    Properties: { IntegrationUri: !Sub "arn:lambda:path/2015-03-31/functions/${Keys}/invocations" }
  Rest: { Type: AWS::ApiGatewayV2::Route, Properties: { RouteKey: "$default", Target: !Sub "integrations/${Calls}", AuthorizationType: JWT } }
  Part: { Type: AWS::ApiGatewayV2::Route, Properties: { RouteKey: "ANY /v1/{thing}/parts/{part}", Target: !Sub "integrations/${Calls}", AuthorizationType: JWT } }
  KeyRest: { Type: AWS::ApiGatewayV2::Route, Properties: { RouteKey: "ANY /v1/keys/{rest+}", Target: !Sub "integrations/${Calls}", AuthorizationType: JWT } }
  Files: { Type: AWS::ApiGatewayV2::Route, Properties: { RouteKey: "ANY /v1/{file+}", Target: !Sub "integrations/${Calls}", AuthorizationType: JWT } }
  Get: { Type: AWS::ApiGatewayV2::Route, Properties: { RouteKey: "GET /v1/keys/{keyId}", Target: !Sub "integrations/${Calls}", AuthorizationType: JWT, AuthorizationScopes: [a/b] } }
  AnyKey: { Type: AWS::ApiGatewayV2::Route, Properties: { RouteKey: "ANY /v1/keys/{keyId}", Target: !Sub "integrations/${Calls}", AuthorizationType: JWT } }
  Search: { Type: AWS::ApiGatewayV2::Route, Properties: { RouteKey: "GET /v1/keys/search", Target: !Sub "integrations/${Calls}", AuthorizationType: JWT } }
  Health: { Type: AWS::ApiGatewayV2::Route, Properties: { RouteKey: "GET /health", Target: !Sub "integrations/${Calls}", AuthorizationType: NONE } }
"#;

    fn fixture() -> Routes {
        Routes::read(FIXTURE, FUNCTIONS).unwrap()
    }

    fn refusal(routes: &str, functions: &str) -> String {
        Routes::read(routes, functions).unwrap_err().to_string()
    }

    fn key_of(method: &str, path: &str) -> Option<String> {
        let routes = fixture();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        routes.find(&method, path).map(|(route, _)| route.key.clone())
    }

    #[test]
    fn the_most_specific_route_wins() {
        assert_eq!(key_of("GET", "/v1/keys/search").unwrap(), "GET /v1/keys/search");
        assert_eq!(key_of("GET", "/v1/keys/sauna").unwrap(), "GET /v1/keys/{keyId}");
        assert_eq!(key_of("PUT", "/v1/keys/sauna").unwrap(), "ANY /v1/keys/{keyId}");
        assert_eq!(key_of("GET", "/v1/keys/sauna/contracts").unwrap(), "ANY /v1/keys/{rest+}");
        assert_eq!(
            key_of("GET", "/v1/keys/parts/1").unwrap(),
            "ANY /v1/{thing}/parts/{part}",
            "a full match takes precedence over a greedy one, however specific its prefix"
        );
        assert_eq!(key_of("GET", "/elsewhere").unwrap(), "$default");
        assert_eq!(key_of("GET", "/").unwrap(), "$default");
        assert_eq!(key_of("HEAD", "/health").unwrap(), "$default", "API Gateway does not treat HEAD as GET");
        assert_eq!(key_of("GET", "/health/").unwrap(), "$default");
        assert_eq!(key_of("GET", "/v1/keys/").unwrap(), "ANY /v1/{file+}", "a variable is never empty");
        assert_eq!(key_of("GET", "/v1/").unwrap(), "$default");
    }

    #[test]
    fn path_variables_are_returned_undecoded() {
        let routes = fixture();
        let (_, variables) = routes.find(&Method::GET, "/v1/keys/a%2Fb").unwrap();
        assert_eq!(variables, [("keyId".to_owned(), "a%2Fb".to_owned())]);
        let (_, variables) = routes.find(&Method::GET, "/v1/a/b/c").unwrap();
        assert_eq!(variables, [("file".to_owned(), "a/b/c".to_owned())]);
    }

    #[test]
    fn a_token_is_required_unless_the_type_is_none() {
        let routes = fixture();
        let access = |path| routes.find(&Method::GET, path).unwrap().0.access.clone();
        assert_eq!(access("/health"), Access::Open);
        assert_eq!(access("/v1/keys/sauna"), Access::Token { scopes: vec!["a/b".to_owned()] });
        assert_eq!(access("/nowhere"), Access::Token { scopes: vec![] });
    }

    #[test]
    fn an_unsupported_template_is_refused_with_the_reason() {
        let unnamed = FUNCTIONS.replace("{ Binary: keys }", "{}");
        assert_eq!(refusal(FIXTURE, &unnamed), "infra/routes.yaml: Rest goes to a function without a Binary");
        for (from, to, why) in [
            ("RouteKey: \"GET /health\", ", "", "Health has no RouteKey"),
            ("\"GET /health\"", "/health", "Health has a RouteKey without a method and a path"),
            ("AuthorizationType: NONE", "AuthorizationType: AWS_IAM", "Health has an unknown AuthorizationType"),
            ("functions/${Keys}", "functions/Keys", "Rest has no integration with a function"),
        ] {
            assert!(FIXTURE.contains(from), "{from}");
            assert_eq!(refusal(&FIXTURE.replace(from, to), FUNCTIONS), format!("infra/routes.yaml: {why}"));
        }
        assert!(Routes::read("Resources: {}", FUNCTIONS).is_err());
        assert!(Routes::read("a: [", FUNCTIONS).is_err());
    }

    #[test]
    fn a_route_without_an_authorization_type_is_open() {
        let routes = Routes::read(&FIXTURE.replace("AuthorizationType: NONE", ""), FUNCTIONS).unwrap();
        assert_eq!(routes.find(&Method::GET, "/health").unwrap().0.access, Access::Open);
    }

    #[test]
    fn the_workspace_template_routes_to_the_api_and_to_the_pages() {
        let routes = Routes::read(ROUTES, TEMPLATE).unwrap();
        let find = |method, path| routes.find(&method, path).unwrap().0.clone();
        assert_eq!(find(Method::POST, "/v1/contracts").function, "contracts");
        assert_eq!(find(Method::GET, "/v1/automats").function, "keys");
        assert_eq!(find(Method::GET, "/health").access, Access::Open);
        for (method, path) in
            [(Method::GET, "/v1/nothing"), (Method::PUT, "/v1/automats"), (Method::GET, "/v1/keys/a/b/")]
        {
            let route = find(method, path);
            assert_eq!((route.key.as_str(), route.function.as_str()), ("ANY /v1/{proxy+}", "keys"), "{path}");
            assert_ne!(route.access, Access::Open);
        }
        assert_eq!(
            find(Method::OPTIONS, "/v1/automats").key,
            "OPTIONS /v1/{proxy+}",
            "its method takes precedence over ANY"
        );
        for path in ["/", "/automats/lobby", "/nowhere", "/v1", "/v1/"] {
            let route = find(Method::GET, path);
            assert_eq!((route.key.as_str(), route.function.as_str()), ("$default", "dashboard"), "{path}");
        }
        let open: Vec<_> = routes.iter().filter(|route| route.access == Access::Open).map(|route| &route.key).collect();
        let documents = ["GET /health", "HEAD /health", "GET /openapi.json", "HEAD /openapi.json"];
        assert_eq!(open, [&documents[..], &["OPTIONS /v1/{proxy+}", "$default"]].concat());
    }
}
