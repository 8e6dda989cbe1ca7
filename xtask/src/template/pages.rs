//! Where the API ends and the pages begin. The pages are the one function that answers without the gateway asking for a
//! token, so it has `$default` and nothing else; and it says who has signed in by what it is told of the sign-in.

use template::{Resource, Value, reference, texts};

use super::{
    FUNCTION, Subject,
    binaries::binary,
    routes::{Access, BELOW_API, PAGES, routes},
    subject::{ROUTES, SIGN_IN, Seed, seed},
};

/// The binary of the pages.
const DASHBOARD: &str = "dashboard";
/// The binary that answers for what the API does not have.
const KEYS: &str = "keys";
/// What the pages are told, and by which of the short forms.
const TOLD: [(&str, &str, &str); 4] = [
    ("SIGN_IN_URL", "GetAtt", "SignIn.Outputs.SignInUrl"),
    ("SIGN_IN_KEYS_URL", "Sub", "${SignIn.Outputs.Issuer}/.well-known/jwks.json"),
    ("ISSUER", "GetAtt", "SignIn.Outputs.Issuer"),
    ("WEB_CLIENT_ID", "GetAtt", "SignIn.Outputs.WebClientId"),
];
/// The dashboard's address: that of the parameter, or the API's own.
const ADDRESS: [&str; 3] = ["HasDomain", "https://${DomainName}", "Api.ApiEndpoint"];

/// Pages in the API, the API in the pages, and pages that cannot tell who has signed in.
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
            findings.push(format!("{}: nobody can get at the page where they sign in", route.name));
        }
    }
    for (key, owner) in [(("ANY", PAGES), DASHBOARD), (("ANY", BELOW_API), KEYS)] {
        if !routes(subject).any(|route| route.key() == Some(key) && route.binary == Some(owner)) {
            findings.push(format!("no {} {} of {owner}", key.0, key.1));
        }
    }
    // What the gateway does not know of goes to the pages, whatever it is.
    for (method, path) in subject.documented.iter().filter(|(_, role)| role.is_some()).map(|(route, _)| route) {
        if !path.starts_with("/v1/") {
            findings.push(format!("{method} {path} is of the API, and its other methods would be pages"));
        }
    }
    for function in template.of_type(FUNCTION).filter(|function| binary(*function) == Some(DASHBOARD)) {
        for (variable, form, wanted) in TOLD {
            let told = function.property(&["Environment", "Variables", variable]);
            if told.and_then(|told: &Value| reference(told, form)) != Some(wanted) {
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

/// A finding where an address is not the dashboard's: both it and the sign-in, which sends people back, need the same.
fn elsewhere(resource: Resource<'_>, place: &[&str]) -> Option<String> {
    let is_same = resource.property(place).is_some_and(|value| texts(value) == ADDRESS);
    (!is_same).then(|| format!("{}: {} is not the dashboard's address", resource.name, place.join(".")))
}

pub(super) const SEEDS: &[Seed] = &[
    seed("        Binary: dashboard\n", "        Binary: people\n", "Pages: $default is not the"),
    seed("RouteKey: $default\n", "RouteKey: ANY /v1/pages\n", "the dashboard has ANY /v1/pages").in_file(ROUTES),
    seed("RouteKey: $default\n", "RouteKey: ANY /\n", "no ANY $default of dashboard").in_file(ROUTES),
    seed(
        "integrations/${DashboardIntegration}\n      AuthorizationType: NONE\n",
        "integrations/${DashboardIntegration}\n      AuthorizationType: JWT\n",
        "nobody can get at the page",
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
