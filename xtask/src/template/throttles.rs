//! Tighter throttles for routes that move a motor, read the whole table or need no token. Routes without a token answer
//! a limited number of requests: 20,000 per second would be a limit, too. Each throttle needs its route to exist first:
//! otherwise API Gateway rejects the stage.

use template::{Value, at, entries, reference, texts};

use super::{
    STAGE, Subject,
    routes::{OPEN, PAGES, routes},
};

/// The route that opens a locker. It has parameters of its own.
const OPENINGS: (&str, &str) = ("POST", "/v1/automats/{automatId}/lockers/{lockerIndex}/openings");
/// That one, those that read the whole table, and the one that writes 500 contracts.
const COSTLY: [(&str, &str); 4] =
    [OPENINGS, ("POST", "/v1/people/export"), ("POST", "/v1/people/erase"), ("POST", "/v1/imports")];
/// The throttle of a route: requests per second, and burst.
const LIMITS: [&str; 2] = ["ThrottlingRateLimit", "ThrottlingBurstLimit"];
/// The maximum for a route without a token.
const MOST: [u64; 2] = [100, 200];

/// Throttles without a route, and routes without the throttle they need.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    // The name of a route in API Gateway.
    let key = |(method, path): (&str, &str)| if path == PAGES { path.to_owned() } else { format!("{method} {path}") };
    let known: Vec<_> = routes(subject).filter_map(|route| Some((key(route.key()?), route.name))).collect();
    let mut findings = Vec::new();
    for api in subject.nested.values().flat_map(|template| template.of_type(STAGE)) {
        let settings = api.property(&["RouteSettings"]);
        let earlier = at(api.body, &["DependsOn"]).map(texts).unwrap_or_default();
        for (route, _) in entries(settings) {
            match known.iter().find(|(key, _)| key == route) {
                None => findings.push(format!("{}: RouteSettings without a route: {route}", api.name)),
                Some((_, name)) if !earlier.contains(name) => {
                    findings.push(format!("{}: is created before {name}, which it has settings for", api.name));
                }
                Some(_) => {}
            }
        }
        for route in OPEN.into_iter().chain(COSTLY) {
            let name = key(route);
            let limits = LIMITS.map(|limit| settings.and_then(|settings| settings.get(&*name)?.get(limit)));
            if limits.contains(&None) {
                findings.push(format!("{}: {name} has no tighter throttle than the rest", api.name));
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
