//! The boundary between API and pages. The pages are the only function for which the gateway requires no token, so it
//! has `$default` and nothing else. It checks who is signed in, for which it needs the settings in `values.yaml`.

use super::{
    Subject,
    routes::{Access, BELOW_API, PAGES, routes},
};

const DASHBOARD: &str = "dashboard";
/// The route for everything outside the API.
const KEYS: &str = "keys";

/// Pages in the API, and the API in the pages.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
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
    findings
}
