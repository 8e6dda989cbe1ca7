//! Forged tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Clock;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::Stack;

/// Forgeries of a valid token, each with its fault. They claim instead that `claim` is `value`,
/// which would make whoever comes with them an admin.
pub async fn forgeries(stack: &Stack, token: &str, claim: &str, value: Value) -> Vec<(&'static str, String)> {
    let [header, claims, signature] = parts(token);
    let mut as_admin: Value = serde_json::from_slice(&claims).unwrap();
    as_admin[claim] = value;
    let named: Value = serde_json::from_slice(&header).unwrap();
    let with_algorithm = |algorithm: &str| {
        let mut header = named.clone();
        header["alg"] = json!(algorithm);
        header.to_string()
    };
    let (none, capital_none) = (with_algorithm("none"), with_algorithm("None"));

    let other = local_cloud::tokens::Tokens::generate(stack.url(), clock::Random::system()).unwrap();
    let of_other = other.issue(api::Role::Admin, "key-automat/admin", Clock::system().now()).unwrap();
    let [_, other_claims, other_signature] = parts(&of_other);
    let keys = stack.http().get(format!("{}/.well-known/jwks.json", stack.url())).send().await.unwrap();
    let keys: Value = keys.json().await.unwrap();
    let public = EncodingKey::from_secret(keys["keys"][0]["n"].as_str().unwrap().as_bytes());
    let mut symmetric = Header::new(Algorithm::HS256);
    symmetric.kid = named["kid"].as_str().map(str::to_owned);
    let symmetric = jsonwebtoken::encode(&symmetric, &as_admin, &public).unwrap();

    let as_admin = as_admin.to_string();
    let mut flipped = signature.clone();
    flipped[0] ^= 1;
    vec![
        ("another's key", of_other),
        ("another's key under our key's name", joined([&header, &other_claims, &other_signature])),
        ("claims changed", joined([&header, as_admin.as_bytes(), &signature])),
        ("one bit of the signature changed", joined([&header, &claims, &flipped])),
        ("no signature", joined([&header, &claims, b""])),
        ("algorithm none", joined([none.as_bytes(), as_admin.as_bytes(), b""])),
        ("algorithm None", joined([capital_none.as_bytes(), as_admin.as_bytes(), b""])),
        ("algorithm none, with a signature", joined([none.as_bytes(), as_admin.as_bytes(), &signature])),
        ("our public key as a shared secret", symmetric),
        ("cut off", token[..token.len() - 10].to_owned()),
        ("no token", "abc".to_owned()),
        ("empty parts", "..".to_owned()),
    ]
}

/// The decoded parts of a token.
fn parts(token: &str) -> [Vec<u8>; 3] {
    let parts: Vec<_> = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).collect();
    parts.try_into().unwrap()
}

fn joined(parts: [&[u8]; 3]) -> String {
    parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
}
