//! The boundary between API and pages. The pages are the only function for which the gateway requires no token, so it
//! has `$default` and nothing else; and the function checks who is signed in, for which it needs the settings of the
//! sign-in.

use template::{Resource, Value, reference, texts};

use super::{
    FUNCTION, Subject,
    binaries::binary,
    routes::{Access, BELOW_API, PAGES, routes},
    subject::{ROUTES, SIGN_IN, Seed, seed},
};

const DASHBOARD: &str = "dashboard";
/// The route for everything outside the API.
const KEYS: &str = "keys";
/// Variables of the pages, the function that refers to each value, and the value.
const VARIABLES: [(&str, &str, &str); 4] = [
    ("SIGN_IN_URL", "GetAtt", "SignIn.Outputs.SignInUrl"),
    ("SIGN_IN_KEYS_URL", "Sub", "${SignIn.Outputs.Issuer}/.well-known/jwks.json"),
    ("ISSUER", "GetAtt", "SignIn.Outputs.Issuer"),
    ("WEB_CLIENT_ID", "GetAtt", "SignIn.Outputs.WebClientId"),
];
/// The dashboard's address: the parameter's, or the API's own.
const ADDRESS: [&str; 3] = ["HasDomain", "https://${DomainName}", "Api.ApiEndpoint"];

/// Pages in the API, the API in the pages, and pages that cannot check who is signed in.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let template = &subject.root;
    let mut findings = Vec::new();
    for route in routes(subject) {
        let is_page = route.binary == Some(DASHBOARD);
        match route.key() {
            Some(("ANY", PAGES)) if !is_page => {
                findings.push(format!("{}: {PAGES} is not the dashboard's", route.name));
            }
            Some(key) if is_page && key != ("ANY", PAGES) => {
                findings.push(format!("{}: the dashboard has {} {}, beside {PAGES}", route.name, key.0, key.1));
            }
            _ => {}
        }
        if is_page && route.access != Access::Open {
            findings.push(format!("{}: the sign-in page needs a token", route.name));
        }
    }
    for (key, owner) in [(("ANY", PAGES), DASHBOARD), (("ANY", BELOW_API), KEYS)] {
        if !routes(subject).any(|route| route.key() == Some(key) && route.binary == Some(owner)) {
            findings.push(format!("no {} {} of {owner}", key.0, key.1));
        }
    }
    // Requests that match no route go to the pages.
    for (method, path) in subject.documented.iter().filter(|(_, role)| role.is_some()).map(|(route, _)| route) {
        if !path.starts_with("/v1/") {
            findings.push(format!("{method} {path} is of the API, and its other methods would be pages"));
        }
    }
    for function in template.of_type(FUNCTION).filter(|function| binary(*function) == Some(DASHBOARD)) {
        for (variable, form, wanted) in VARIABLES {
            let given = function.property(&["Environment", "Variables", variable]);
            if given.and_then(|value: &Value| reference(value, form)) != Some(wanted) {
                findings.push(format!("{}: {variable} is not !{form} {wanted}", function.name));
            }
        }
        findings.extend(elsewhere(function, &["Environment", "Variables", "DASHBOARD_URL"]));
    }
    for sign_in in
        template.of_type("AWS::CloudFormation::Stack").filter(|it| it.text(&["TemplateURL"]) == Some(SIGN_IN))
    {
        findings.extend(elsewhere(sign_in, &["Parameters", "DashboardUrl"]));
    }
    findings
}

/// A finding if an address is not the dashboard's. The dashboard and the sign-in, which redirects to it, need the same.
fn elsewhere(resource: Resource<'_>, path: &[&str]) -> Option<String> {
    let is_same = resource.property(path).is_some_and(|value| texts(value) == ADDRESS);
    (!is_same).then(|| format!("{}: {} is not the dashboard's address", resource.name, path.join(".")))
}

pub(super) const SEEDS: &[Seed] = &[
    seed("        Binary: dashboard\n", "        Binary: people\n", "Pages: $default is not the"),
    seed("RouteKey: $default\n", "RouteKey: ANY /v1/pages\n", "the dashboard has ANY /v1/pages").in_file(ROUTES),
    seed("RouteKey: $default\n", "RouteKey: ANY /\n", "no ANY $default of dashboard").in_file(ROUTES),
    seed(
        "integrations/${DashboardIntegration}\n      AuthorizationType: NONE\n",
        "integrations/${DashboardIntegration}\n      AuthorizationType: JWT\n",
        "the sign-in page needs a token",
    )
    .in_file(ROUTES),
    seed("RouteKey: \"ANY /v1/{proxy+}\"", "RouteKey: \"GET /v1/{proxy+}\"", "no ANY /v1/{proxy+} of").in_file(ROUTES),
    seed("\"/v1/automats\":", "\"/automats\":", "GET /automats is of the API").in_file(super::subject::OPENAPI),
    seed(
        "          ISSUER: !GetAtt SignIn.Outputs.Issuer",
        "          ISSUER: !GetAtt SignIn.Outputs.SignInUrl",
        "ISSUER is not !GetAtt",
    ),
    seed(
        "DASHBOARD_URL: !If [HasDomain, !Sub \"https://${DomainName}\", !GetAtt Api.ApiEndpoint]",
        "DASHBOARD_URL: !Ref DomainName",
        "Environment.Variables.DASHBOARD_URL is not the dashboard's address",
    ),
    seed(
        "        DashboardUrl: !If [HasDomain, !Sub \"https://${DomainName}\", !GetAtt Api.ApiEndpoint]",
        "        DashboardUrl: !GetAtt Api.ApiEndpoint",
        "SignIn: Parameters.DashboardUrl is not the dashboard's address",
    ),
];
