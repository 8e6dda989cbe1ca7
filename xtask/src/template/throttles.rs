//! What moves a motor, reads the whole table, or needs no token, is throttled more tightly than the rest. And each throttle is of a route
//! that there is by then: API Gateway refuses a stage with settings of another.

use super::{
    STAGE, Subject,
    document::{at, entries, texts},
    routes::{OPEN, PAGES, routes},
    subject::{ROUTES, Seed, seed},
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
    let known: Vec<_> = routes(subject).filter_map(|route| Some((key(route.key()?), route.name))).collect();
    let mut findings = Vec::new();
    for api in subject.nested.values().flat_map(|template| template.of_type(STAGE)) {
        let settings = api.property(&["RouteSettings"]);
        let earlier = at(api.body, &["DependsOn"]).map(texts).unwrap_or_default();
        for (route, _) in entries(settings) {
            match known.iter().find(|(key, _)| key == route) {
                None => findings.push(format!("{}: RouteSettings are of no route: {route}", api.name)),
                Some((_, name)) if !earlier.contains(name) => {
                    findings.push(format!("{}: is made before {name}, of which it has settings", api.name));
                }
                Some(_) => {}
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
    )
    .in_file(ROUTES),
    seed("      - CreateOpening\n", "", "is made before CreateOpening").in_file(ROUTES),
    seed("          ThrottlingRateLimit: !Ref OpeningThrottleRate\n", "", "openings is throttled no more tightly")
        .in_file(ROUTES),
    seed("\"POST /v1/people/erase\":", "\"GET /v1/keys\":", "people/erase is throttled no more tightly")
        .in_file(ROUTES),
    seed("\"GET /health\":", "\"GET /v1/keys\":", "GET /health is throttled no more tightly").in_file(ROUTES),
    seed("\"OPTIONS /v1/{proxy+}\":", "\"GET /v1/keys\":", "OPTIONS /v1/{proxy+} is throttled no more tightly")
        .in_file(ROUTES),
    seed("        $default:\n", "        \"GET /v1/keys\":\n", "$default is throttled no more tightly").in_file(ROUTES),
];
