//! Who may: the table of routes, tried out over HTTP; and tokens that are not ours.

use api::routes::{Access, ROUTES, Route};
use api::{Clock, Role};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Instant;
use e2e::{As, Call, Stack};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

const ROLES: [Role; 3] = [Role::Viewer, Role::Operator, Role::Admin];

/// A request to a route for things that do not exist, with a body that is no good: what passes the gate does nothing.
fn call(client: As<'_>, route: &Route) -> Call {
    let path = ["{automatId}", "{lockerIndex}", "{openingId}", "{keyId}", "{contractId}", "{messageId}"]
        .iter()
        .fold(route.path.to_owned(), |path, variable| path.replace(variable, "no-such-thing"));
    client.call(route.method.clone(), path).raw("no JSON")
}

#[tokio::test]
async fn without_a_token_only_two_routes_answer() {
    let stack = Stack::shared();
    for route in ROUTES {
        let answer = call(stack.nobody(), route).await;
        match route.access {
            Access::Open => answer.is(200),
            Access::AtLeast(_) => {
                _ = answer.problem("unauthenticated");
                assert!(answer.header("www-authenticate").starts_with("Bearer"), "{route:?}");
            }
        }
    }
    // among them a way from an open route to a protected one, for whoever takes dots for directories
    for path in ["/", "/v1/nothing", "/v1/keys/a/b/c", "/health/%2e%2e%2fv1/automats", "/health%2f..%2fv1%2fautomats"] {
        _ = stack.nobody().get(path).await.problem("unauthenticated");
    }
}

#[tokio::test]
async fn every_route_wants_its_role_and_is_content_with_it() {
    let stack = Stack::shared();
    let (mut refused, mut passed) = (0, 0);
    for route in ROUTES {
        for role in ROLES {
            let answer = call(stack.as_role(role), route).await;
            match route.access {
                Access::AtLeast(needed) if role < needed => {
                    let problem = answer.problem("forbidden");
                    let detail = problem["detail"].as_str().unwrap();
                    assert!(detail.contains(needed.name()), "{route:?}: {detail}");
                    refused += 1;
                }
                _ => {
                    assert!(
                        ![401, 403].contains(&answer.status) && answer.status < 500,
                        "{route:?} {role:?} {}",
                        answer.text()
                    );
                    passed += 1;
                }
            }
        }
    }
    assert_eq!(refused + passed, ROUTES.len() * ROLES.len());
    assert!(refused >= 17, "{refused}");
}

/// Each part of a token, decoded.
fn parts(token: &str) -> [Vec<u8>; 3] {
    let parts: Vec<_> = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    parts.try_into().unwrap()
}

fn joined(parts: [&[u8]; 3]) -> String {
    parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
}

#[tokio::test]
async fn a_forged_token_is_no_token() {
    let stack = Stack::local();
    let token = stack.token(Role::Viewer).await;
    let [header, claims, signature] = parts(&token);
    let mut as_admin: Value = serde_json::from_slice(&claims).unwrap();
    as_admin["scope"] = json!("key-automat/admin");
    let as_admin = as_admin.to_string();
    let none = |alg: &str| json!({ "alg": alg, "typ": "JWT" }).to_string();

    let other = local::tokens::Tokens::generate(stack.url(), store::Random::system()).unwrap();
    let of_other = other.issue(local::tokens::Role::Admin, "key-automat/admin", Clock::system().now()).unwrap();
    let [_, other_claims, other_signature] = parts(&of_other);
    let modulus = stack.http().get(format!("{}/.well-known/jwks.json", stack.url())).send().await.unwrap();
    let modulus = modulus.json::<Value>().await.unwrap()["keys"][0]["n"].as_str().unwrap().to_owned();
    let mut symmetric = Header::new(Algorithm::HS256);
    symmetric.kid = serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().map(str::to_owned);
    let claims_value: Value = serde_json::from_str(&as_admin).unwrap();
    let symmetric =
        jsonwebtoken::encode(&symmetric, &claims_value, &EncodingKey::from_secret(modulus.as_bytes())).unwrap();

    let mut flipped = signature.clone();
    flipped[0] ^= 1;
    for (what, forged) in [
        ("another's key", of_other),
        ("another's key under our key's name", joined([&header, &other_claims, &other_signature])),
        ("claims changed", joined([&header, as_admin.as_bytes(), &signature])),
        ("one bit of the signature changed", joined([&header, &claims, &flipped])),
        ("no signature", joined([&header, &claims, b""])),
        ("algorithm none", joined([none("none").as_bytes(), as_admin.as_bytes(), b""])),
        ("algorithm None", joined([none("None").as_bytes(), as_admin.as_bytes(), b""])),
        ("our public key as a shared secret", symmetric),
        ("cut off", token[..token.len() - 10].to_owned()),
        ("no token", "abc".to_owned()),
        ("empty parts", "..".to_owned()),
    ] {
        let bearer = format!("Bearer {forged}");
        for path in ["/v1/automats", "/v1/keys/no-such-thing"] {
            let answer = stack.nobody().get(path).header("authorization", &bearer).await;
            assert_eq!(answer.status, 401, "{what}: {}", answer.text());
            _ = answer.problem("unauthenticated");
        }
    }
    for header in ["Basic dmlld2VyOng=", "Bearer", "Bearer ", "Token abc"] {
        _ = stack.nobody().get("/v1/automats").header("authorization", header).await.problem("unauthenticated");
    }
    stack.nobody().get("/v1/automats").header("authorization", &format!("Bearer {token}")).await.is(200);
}

#[tokio::test]
async fn a_token_is_good_for_an_hour() {
    let began = Instant::parse("2031-07-01T10:00:00Z").unwrap();
    let clock = Clock::fixed(began);
    let stack = Stack::alone(clock.clone()).await;
    _ = stack.token(Role::Viewer).await;
    clock.set(began.plus_millis(3_599_999));
    stack.viewer().get("/v1/automats").await.is(200);
    clock.set(began.plus_millis(3_600_000));
    _ = stack.viewer().get("/v1/automats").await.problem("unauthenticated");
    clock.set(began.plus_millis(-1));
    _ = stack.viewer().get("/v1/automats").await.problem("unauthenticated");
    clock.set(began.plus_millis(3_600_000));
    stack.forget_tokens().await;
    stack.viewer().get("/v1/automats").await.is(200);
}
