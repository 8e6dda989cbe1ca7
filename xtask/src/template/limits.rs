//! Whom the API believes and how often it answers, by value: an authorizer that takes tokens for anybody, or 20,000 answers
//! a second to somebody without a token, is set as well as the right one is. Both are found wherever they stand.

use anyhow::{Context as _, Result, ensure};
use serde_norway::Value;

use super::{
    Subject,
    document::{entries, reference, texts},
    routes::OPEN,
};

/// The clients whose tokens are taken. Access tokens name their client in place of an audience.
const CLIENTS: [&str; 4] = ["WebClientId", "ViewerClientId", "OperatorClientId", "AdminClientId"];
/// The most that a route without a token answers: requests per second, and at once.
const MOST: (u64, u64) = (100, 200);
/// What moves motors has parameters of its own.
const OPENINGS: &str = "POST /v1/automats/{automatId}/lockers/{lockerIndex}/openings";

/// Authorizers with another audience, and routes that answer too often.
pub(super) fn findings(subject: &Subject) -> Vec<String> {
    let mut findings = Vec::new();
    let authorizers = everywhere(subject, "JwtConfiguration");
    if authorizers.is_empty() {
        findings.push("no authorizer looks at tokens".to_owned());
    }
    for (_, place, settings) in authorizers {
        let part = |name: &str| entries(Some(settings)).find(|(key, _)| key.eq_ignore_ascii_case(name));
        let audience = part("audience").map(|(_, value)| texts(value)).unwrap_or_default();
        let of_clients = |text: &&str| CLIENTS.iter().any(|client| text.rsplit('.').next() == Some(client));
        if audience.len() != CLIENTS.len() || !audience.iter().all(of_clients) {
            findings.push(format!("{}: takes tokens of other clients than {CLIENTS:?}", place.join("/")));
        }
        let issuer = part("issuer").map(|(_, value)| texts(value)).unwrap_or_default();
        if !matches!(issuer[..], [text] if text.rsplit('.').next() == Some("Issuer")) {
            findings.push(format!("{}: takes tokens of another issuer", place.join("/")));
        }
    }
    for (_, _, routes) in everywhere(subject, "RouteSettings") {
        for (route, settings) in entries(Some(routes)) {
            let limit = |name: &str| settings.get(name);
            let (rate, burst) = (limit("ThrottlingRateLimit"), limit("ThrottlingBurstLimit"));
            let below = |value: Option<&Value>, most| value.and_then(Value::as_u64).is_some_and(|it| it <= most);
            if is_open(route) && !(below(rate, MOST.0) && below(burst, MOST.1)) {
                findings.push(format!("{route}: answers more than {MOST:?} requests without a token"));
            }
            let parameters = [rate, burst].map(|value| value.and_then(|value| reference(value, "Ref")));
            if route == OPENINGS && parameters != [Some("OpeningThrottleRate"), Some("OpeningThrottleBurst")] {
                findings.push(format!("{route}: is not limited by the parameters of openings"));
            }
        }
    }
    findings
}

fn is_open(route: &str) -> bool {
    route == "$default" || OPEN.iter().any(|(method, path)| route == format!("{method} {path}"))
}

/// Each value under a name, with its file and its place there.
fn everywhere<'s>(subject: &'s Subject, name: &str) -> Vec<(&'s str, Vec<&'s str>, &'s Value)> {
    fn walk<'v>(value: &'v Value, name: &str, place: &[&'v str], found: &mut Vec<(Vec<&'v str>, &'v Value)>) {
        for (key, child) in entries(Some(value)) {
            let place = [place, &[key]].concat();
            if key == name {
                found.push((place.clone(), child));
            }
            walk(child, name, &place, found);
        }
    }
    let mut all = Vec::new();
    for (file, template) in subject.templates() {
        let mut found = Vec::new();
        walk(template.all(), name, &[], &mut found);
        all.extend(found.into_iter().map(|(place, value)| (file, place, value)));
    }
    all
}

/// A defect: below which name it is put, where there, what becomes of that, and what a finding says.
const SEEDS: [(&str, &[&str], Option<&str>, &str); 8] = [
    ("JwtConfiguration", &["audience"], None, "takes tokens of other clients"),
    ("JwtConfiguration", &["audience"], Some("[]"), "takes tokens of other clients"),
    ("JwtConfiguration", &["audience"], Some("[!Ref WebClientId]"), "takes tokens of other clients"),
    ("JwtConfiguration", &["issuer"], Some("https://accounts.example.com"), "takes tokens of another issuer"),
    ("RouteSettings", &["GET /health", "ThrottlingRateLimit"], Some("20000"), "GET /health: answers more"),
    ("RouteSettings", &["$default", "ThrottlingBurstLimit"], Some("5000"), "$default: answers more"),
    ("RouteSettings", &["HEAD /openapi.json", "ThrottlingRateLimit"], Some("!Ref ThrottleRate"), "answers more"),
    (
        "RouteSettings",
        &[OPENINGS, "ThrottlingRateLimit"],
        Some("!Ref ThrottleRate"),
        "is not limited by the parameters",
    ),
];

/// Seeds the defects one by one and counts them; one that is not found is an error.
pub(super) fn all_caught(subject: &Subject) -> Result<usize> {
    for (name, below, becomes, finds) in SEEDS {
        let places = everywhere(subject, name);
        let (file, place, settings) = places.first().with_context(|| format!("no {name} to seed a defect in"))?;
        // SAM begins these names with a small letter.
        let is = |step: &str| entries(Some(settings)).map(|(key, _)| key).find(|key| key.eq_ignore_ascii_case(step));
        let first = is(below[0]).with_context(|| format!("{name} has no {}", below[0]))?;
        let place = [place, &[first][..], &below[1..]].concat();
        let becomes: Option<Value> = becomes.map(serde_norway::from_str).transpose()?;
        let defective = subject.with_value(file, &place, becomes.as_ref());
        let findings = findings(&defective.with_context(|| format!("no {place:?} to seed a defect in"))?);
        let is_found = findings.iter().any(|finding| finding.contains(finds));
        ensure!(is_found, "a defect is missed, {becomes:?} at {place:?}; found is {findings:?}");
    }
    Ok(SEEDS.len())
}
