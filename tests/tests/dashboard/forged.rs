//! Cookies that are not ours: whatever stands in them, it signs nobody in.

use api::{Clock, Role};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use e2e::{Browser, Stack, Visitor};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// Each part of a token, decoded.
fn parts(token: &str) -> [Vec<u8>; 3] {
    let parts: Vec<_> = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    parts.try_into().unwrap()
}

fn joined(parts: [&[u8]; 3]) -> String {
    parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
}

#[tokio::test]
async fn a_forged_token_signs_nobody_in() {
    let stack = Stack::local();
    let browser = Browser::open(&stack).await;
    let person = browser.sign_in("viewer", "openid key-automat/person").await;
    let [header, claims, signature] = parts(&person.access);
    let mut as_admin: Value = serde_json::from_slice(&claims).unwrap();
    as_admin["cognito:groups"] = json!(["admin"]);
    let as_admin = as_admin.to_string();
    let kid = serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().map(str::to_owned);
    let named = |alg: &str| json!({ "alg": alg, "typ": "JWT", "kid": kid }).to_string();

    let other = local::tokens::Tokens::generate(stack.url(), store::Random::system()).unwrap();
    let of_other = other.issue(local::tokens::Role::Admin, "key-automat/admin", Clock::system().now()).unwrap();
    let [_, other_claims, other_signature] = parts(&of_other);
    let keys = stack.http().get(format!("{}/.well-known/jwks.json", stack.url())).send().await.unwrap();
    let modulus = keys.json::<Value>().await.unwrap()["keys"][0]["n"].as_str().unwrap().to_owned();
    let mut symmetric = Header::new(Algorithm::HS256);
    symmetric.kid.clone_from(&kid);
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
        ("algorithm none", joined([named("none").as_bytes(), as_admin.as_bytes(), b""])),
        ("algorithm none, with a signature", joined([named("none").as_bytes(), as_admin.as_bytes(), &signature])),
        ("our public key as a shared secret", symmetric),
        ("a machine's token", stack.token(Role::Admin).await),
        ("an ID token", person.identity.clone().unwrap()),
        ("a refresh token", person.refresh.clone()),
        ("cut off", person.access[..person.access.len() - 10].to_owned()),
        ("no token", "abc".to_owned()),
        ("empty parts", "..".to_owned()),
    ] {
        let visitor = Visitor::new(&stack);
        visitor.set_cookie("__Host-access", Some(&forged));
        visitor.set_cookie("__Host-person", Some("QWRh"));
        assert_eq!(visitor.get("/").await.url.path(), "/oauth2/authorize", "{what}");
        visitor.set_cookie("__Host-refresh", Some(&forged));
        if what != "a refresh token" {
            assert_eq!(visitor.get("/").await.url.path(), "/oauth2/authorize", "{what}");
            assert!(visitor.cookie("__Host-access").is_none(), "{what}: the browser is told to forget it");
        }
    }
    let visitor = Visitor::new(&stack);
    visitor.set_cookie("__Host-access", Some(&person.access));
    assert_eq!(visitor.get("/").await.status, 200, "the token itself is good");
}

#[tokio::test]
async fn a_token_for_another_application_opens_no_page() {
    let stack = Stack::local();
    let only_openid = Browser::open(&stack).await.sign_in("admin", "openid").await;
    let visitor = Visitor::new(&stack);
    visitor.set_cookie("__Host-access", Some(&only_openid.access));
    assert_eq!(visitor.get("/").await.status, 403, "its groups do not count");
}

#[tokio::test]
async fn a_bearer_token_opens_no_page() {
    let stack = Stack::local();
    let answer = stack.http().get(stack.url()).bearer_auth(stack.token(Role::Admin).await).send().await.unwrap();
    assert_eq!(answer.url().path(), "/oauth2/authorize");
}

#[tokio::test]
async fn a_callback_that_this_browser_did_not_ask_for_signs_nobody_in() {
    let stack = Stack::local();
    // Somebody signs in and hands their callback to another, who would then work as them.
    let attacker = Visitor::new(&stack);
    _ = attacker.sign_in("/", "viewer").await;
    let callback = attacker.been().into_iter().find(|url| url.contains("/auth/callback")).unwrap();
    let path = callback.strip_prefix(stack.url()).unwrap();

    let victim = Visitor::new(&stack);
    let page = victim.get(path).await;
    assert_eq!(page.status, 400);
    assert!(page.text.contains("You are not signed in") && victim.cookie("__Host-access").is_none());
    // Neither while they are about to sign in themselves,
    _ = victim.get("/").await;
    assert_eq!(victim.get(path).await.status, 400);
    assert!(victim.cookie("__Host-access").is_none());
    // nor when they have: they stay who they are.
    _ = victim.sign_in("/", "operator").await;
    let page = victim.get(path).await;
    assert!(page.status == 200 && page.text.contains("Otto Oksanen"), "{}", page.text);
}

#[tokio::test]
async fn no_address_leads_elsewhere() {
    let stack = Stack::local();
    for to in ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "keys"] {
        let visitor = Visitor::new(&stack);
        let query = percent_encoding::utf8_percent_encode(to, percent_encoding::NON_ALPHANUMERIC);
        let page = visitor.sign_in(&format!("/sign-in?to={query}"), "viewer").await;
        assert_eq!((page.status, page.url.as_str()), (200, format!("{}/", stack.url()).as_str()), "{to}");
    }
}
