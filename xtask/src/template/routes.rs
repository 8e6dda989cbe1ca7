//! Every route needs a token, but for a short written list. The local cloud routes by the same events, so each must
//! be plain: an API, a method and a path.

use std::collections::HashSet;

use super::{
    FUNCTION, HTTP_API, Template,
    document::{at, entries, literal, reference},
};

/// The routes that answer without a token. An entry whose route is gone is a finding: the list only shrinks by hand.
pub(super) const OPEN: [(&str, &str); 3] = [("GET", "/health"), ("GET", "/openapi.json"), ("OPTIONS", "/{proxy+}")];

/// One route of one function; what is not written plainly is missing.
pub(super) struct Route<'a> {
    pub(super) name: String,
    pub(super) api: Option<&'a str>,
    pub(super) method: Option<&'a str>,
    pub(super) path: Option<&'a str>,
    /// The authorizer that this route asks for instead of the API's own.
    pub(super) authorizer: Option<&'a str>,
}

impl Route<'_> {
    fn key(&self) -> Option<(&str, &str)> {
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
                    api: at(event, &["Properties", "ApiId"]).and_then(|api| reference(api, "Ref")),
                    method: text(&["Method"]),
                    path: text(&["Path"]),
                    authorizer: text(&["Auth", "Authorizer"]),
                }
            })
    })
}

/// Routes without a token, routes that are not plain, and routes defined twice.
pub(super) fn findings(template: &Template) -> Vec<String> {
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
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::seeded::{assert_found, sound, with};

    #[test]
    fn the_template_has_routes() {
        assert!(routes(&sound()).count() > OPEN.len());
    }

    #[test]
    fn a_route_without_a_token_is_found() {
        let template = with("Auth: { AuthorizationScopes: ", "Auth: { Authorizer: NONE, AuthorizationScopes: ");
        assert_found(&findings(&template), "GET /v1/automats answers without a token");
    }

    #[test]
    fn a_missing_default_authorizer_is_found() {
        assert_found(
            &findings(&with("DefaultAuthorizer: BearerToken\n", "EnableIamAuthorizer: false\n")),
            "no default authorizer",
        );
    }

    #[test]
    fn a_default_authorizer_that_is_not_defined_is_found() {
        assert_found(
            &findings(&with("DefaultAuthorizer: BearerToken", "DefaultAuthorizer: Other")),
            "no default authorizer",
        );
    }

    #[test]
    fn another_authorizer_is_found() {
        assert_found(&findings(&with("Authorizer: NONE", "Authorizer: AWS_IAM")), "AWS_IAM");
    }

    #[test]
    fn a_route_of_another_api_is_found() {
        assert_found(&findings(&with("            ApiId: !Ref Api\n", "")), "KeysFunction.Health: ApiId");
    }

    #[test]
    fn a_route_without_a_path_is_found() {
        assert_found(&findings(&with("            Path: /v1/automats\n", "")), "KeysFunction.ListAutomats");
    }

    #[test]
    fn a_route_defined_twice_is_found() {
        assert_found(
            &findings(&with("Method: POST\n            Path: /v1/keys\n", "Method: GET\n            Path: /v1/keys\n")),
            "GET /v1/keys is defined twice",
        );
    }

    #[test]
    fn an_exception_for_a_route_that_is_gone_is_found() {
        assert_found(&findings(&with("Path: /health", "Path: /alive")), "GET /health may go without a token");
    }
}
