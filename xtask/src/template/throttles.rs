//! What moves a motor, reads the whole table, or needs no token, is throttled more tightly than the rest. What needs no
//! token answers a bounded number of requests: 20,000 a second are a limit too. And each throttle is of a route that there
//! is by then: API Gateway refuses a stage with settings of another.

use template::{Value, at, entries, reference, texts};

use super::{
    STAGE, Subject,
    routes::{OPEN, PAGES, routes},
    subject::{ROUTES, Seed, seed},
};

/// The route that opens a locker. It has parameters of its own.
const OPENINGS: (&str, &str) = ("POST", "/v1/automats/{automatId}/lockers/{lockerIndex}/openings");
/// That one, and those that read the whole table.
const COSTLY: [(&str, &str); 3] = [OPENINGS, ("POST", "/v1/people/export"), ("POST", "/v1/people/erase")];
/// The settings of a route: requests per second, and at once.
const LIMITS: [&str; 2] = ["ThrottlingRateLimit", "ThrottlingBurstLimit"];
/// The most that a route without a token answers.
const MOST: [u64; 2] = [100, 200];

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
        for route in OPEN.into_iter().chain(COSTLY) {
            let name = key(route);
            let limits = LIMITS.map(|limit| settings.and_then(|settings| settings.get(&*name)?.get(limit)));
            if limits.contains(&None) {
                findings.push(format!("{}: {name} is throttled no more tightly than the rest", api.name));
            }
            let is_bounded = limits
                .iter()
                .zip(MOST)
                .all(|(limit, most)| limit.and_then(Value::as_u64).is_some_and(|limit| limit <= most));
            if OPEN.contains(&route) && !is_bounded {
                findings.push(format!("{}: {name} answers more than {MOST:?} requests without a token", api.name));
            }
            let parameters = limits.map(|limit| limit.and_then(|limit| reference(limit, "Ref")));
            if route == OPENINGS && parameters != [Some("OpeningThrottleRate"), Some("OpeningThrottleBurst")] {
                findings.push(format!("{}: {name} is not limited by the parameters of openings", api.name));
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
    seed(
        "\"GET /health\":\n          ThrottlingRateLimit: 20\n",
        "\"GET /health\":\n          ThrottlingRateLimit: 20000\n",
        "GET /health answers more than",
    )
    .in_file(ROUTES),
    seed(
        "\"HEAD /openapi.json\":\n          ThrottlingRateLimit: 20\n",
        "\"HEAD /openapi.json\":\n          ThrottlingRateLimit: !Ref ThrottleRate\n",
        "HEAD /openapi.json answers more than",
    )
    .in_file(ROUTES),
    seed("ThrottlingBurstLimit: 200", "ThrottlingBurstLimit: 5000", "$default answers more than").in_file(ROUTES),
    seed(
        "ThrottlingRateLimit: !Ref OpeningThrottleRate",
        "ThrottlingRateLimit: !Ref ThrottleRate",
        "openings is not limited by the parameters",
    )
    .in_file(ROUTES),
    seed("        $default:\n", "        \"GET /v1/keys\":\n", "$default is throttled no more tightly").in_file(ROUTES),
];
