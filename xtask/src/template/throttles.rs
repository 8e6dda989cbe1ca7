//! What moves a motor, reads the whole table, or needs no token, is throttled more tightly than the rest. And each throttle is of a route
//! that there is: API Gateway refuses a deployment with another.

use super::{
    HTTP_API, Subject,
    document::entries,
    routes::{OPEN, PAGES, routes},
    subject::{Seed, seed},
};

/// The route that opens a locker, and those that read the whole table.
const COSTLY: [(&str, &str); 3] = [
    ("POST", "/v1/automats/{automatId}/lockers/{lockerIndex}/openings"),
    ("POST", "/v1/people/export"),
    ("POST", "/v1/people/erase"),
];

/// Throttles of routes that are not there, and routes without the throttle that they need.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    // As API Gateway calls a route.
    let key = |(method, path): (&str, &str)| if path == PAGES { path.to_owned() } else { format!("{method} {path}") };
    let known: Vec<_> = routes(&subject.root).filter_map(|route| Some(key((route.method?, route.path?)))).collect();
    let mut findings = Vec::new();
    for api in subject.root.of_type(HTTP_API) {
        let settings = api.property(&["RouteSettings"]);
        for (route, _) in entries(settings) {
            if !known.iter().any(|known| known == route) {
                findings.push(format!("{}: RouteSettings are of no route: {route}", api.name));
            }
        }
        for route in OPEN.into_iter().chain(COSTLY).map(key) {
            let settings = settings.and_then(|settings| settings.get(&*route));
            let has = |name| settings.is_some_and(|settings| settings.get(name).is_some());
            if !has("ThrottlingRateLimit") || !has("ThrottlingBurstLimit") {
                findings.push(format!("{}: {route} is throttled no more tightly than the rest", api.name));
            }
        }
    }
    findings
}

pub(super) const SEEDS: &[Seed] = &[
    seed(
        "\"POST /v1/keys/{keyId}/contracts\":",
        "\"POST /v1/keys/{key}/contracts\":",
        "of no route: POST /v1/keys/{key}/contracts",
    ),
    seed("          ThrottlingRateLimit: !Ref OpeningThrottleRate\n", "", "openings is throttled no more tightly"),
    seed("\"POST /v1/people/erase\":", "\"GET /v1/keys\":", "people/erase is throttled no more tightly"),
    seed("\"GET /health\":", "\"GET /v1/keys\":", "GET /health is throttled no more tightly"),
    seed("\"OPTIONS /v1/{proxy+}\":", "\"GET /v1/keys\":", "OPTIONS /v1/{proxy+} is throttled no more tightly"),
    seed("        $default:\n", "        \"GET /v1/keys\":\n", "$default is throttled no more tightly"),
];
