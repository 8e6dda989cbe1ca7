//! Which tokens the authorizer accepts and which it refuses.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Random;
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

use super::*;
use crate::tokens::Tokens;

const NOW: i64 = 1_800_000_000;
static TOKENS: LazyLock<Tokens> = LazyLock::new(|| Tokens::generate("http://here", Random::system()).unwrap());

fn now() -> Instant {
    Instant::from_millis(NOW * 1000).unwrap()
}

fn authorizer() -> Authorizer {
    Authorizer::new("http://here", vec!["admin".to_owned(), "other".to_owned()], TOKENS.jwks().clone())
}

fn authorize(token: &str) -> Result<Grant, Denial> {
    authorizer().authorize(Some(&format!("Bearer {token}")), &[], now())
}

fn claims() -> Value {
    json!({ "iss": "http://here", "client_id": "admin", "exp": NOW + 60, "iat": NOW, "scope": "key-automat/admin" })
}

/// Signs the valid claims with some replaced; a `null` leaves the claim out.
fn signed_with(changes: &Value) -> String {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => _ = claims.as_object_mut().unwrap().remove(name),
            value => claims[name] = value.clone(),
        }
    }
    TOKENS.sign_for_test(&claims)
}

fn refused(changes: &Value) -> &'static str {
    match authorize(&signed_with(changes)) {
        Err(Denial::Invalid(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn accepts_an_issued_token_and_passes_its_claims_on_as_strings() {
    let token = TOKENS.issue(Role::Admin, "key-automat/admin", now()).unwrap();
    let grant = authorize(&token).unwrap();
    assert_eq!(grant.claims["client_id"], "admin");
    assert_eq!(grant.claims["exp"], (NOW + 3600).to_string());
    assert_eq!(grant.claims["scope"], "key-automat/admin");
    assert_eq!(grant.scopes, None);
}

#[test]
fn writes_arrays_and_objects_as_api_gateway_does() {
    let changes =
        json!({ "cognito:groups": ["operator", "viewer"], "flag": true, "address": { "city": "Turku", "no": 1 } });
    let grant = authorize(&signed_with(&changes)).unwrap();
    assert_eq!(grant.claims["cognito:groups"], "[operator viewer]");
    assert_eq!(grant.claims["flag"], "true");
    assert_eq!(grant.claims["address"], "map[city:Turku no:1]");
}

#[test]
fn accepts_a_token_with_or_without_its_scheme() {
    let token = signed_with(&json!({}));
    for header in [format!("bearer {token}"), format!("Bearer   {token} "), token] {
        assert!(authorizer().authorize(Some(&header), &[], now()).is_ok(), "{header}");
    }
    for header in [None, Some(""), Some("Bearer"), Some("Basic dmlld2VyOg==")] {
        assert_eq!(authorizer().authorize(header, &[], now()), Err(Denial::Missing), "{header:?}");
    }
}

#[test]
fn refuses_a_token_that_was_tampered_with() {
    let token = signed_with(&json!({}));
    let [header, body, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let other_body = URL_SAFE_NO_PAD.encode(claims().to_string().replace("admin", "other"));
    for forged in [
        format!("{header}.{other_body}.{signature}"),
        format!("{header}.{body}.{}", signature.chars().rev().collect::<String>()),
        format!("{header}.{body}."),
        format!("{header}.{body}"),
        format!("{token}.x"),
        "x.y.z".to_owned(),
        "ä".to_owned(),
    ] {
        assert!(matches!(authorize(&forged), Err(Denial::Invalid(_))), "{forged}");
    }
}

#[test]
fn refuses_every_algorithm_except_rs256() {
    let body = URL_SAFE_NO_PAD.encode(claims().to_string());
    for alg in ["none", "None", "RS512", "PS256", "ES256"] {
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": alg, "kid": TOKENS.key_id() }).to_string());
        assert!(matches!(authorize(&format!("{header}.{body}.")), Err(Denial::Invalid(_))), "{alg}");
    }
    // the public key used as a shared secret
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(TOKENS.key_id().to_owned());
    let public_key = serde_json::to_vec(&TOKENS.jwks().keys[0]).unwrap();
    let forged = jsonwebtoken::encode(&header, &claims(), &EncodingKey::from_secret(&public_key)).unwrap();
    assert_eq!(authorize(&forged), Err(Denial::Invalid("signing method is not RS256")));
}

#[test]
fn refuses_a_token_signed_with_another_key_whatever_its_kid() {
    let stranger = Tokens::generate("http://here", Random::system()).unwrap();
    assert_eq!(authorize(&stranger.sign_for_test(&claims())), Err(Denial::Invalid("signing key is not known")));
    let token = signed_with(&json!({}));
    let (_, rest) = token.split_once('.').unwrap();
    let without_kid = URL_SAFE_NO_PAD.encode(json!({ "alg": "RS256", "typ": "JWT" }).to_string());
    assert_eq!(authorize(&format!("{without_kid}.{rest}")), Err(Denial::Invalid("signing key is not known")));
    let stolen_kid = URL_SAFE_NO_PAD.encode(json!({ "alg": "RS256", "kid": TOKENS.key_id() }).to_string());
    let foreign = stranger.sign_for_test(&claims());
    let (_, rest) = foreign.split_once('.').unwrap();
    assert_eq!(authorize(&format!("{stolen_kid}.{rest}")), Err(Denial::Invalid("signature is invalid")));
}

#[test]
fn accepts_only_the_configured_issuer_and_audiences() {
    assert_eq!(refused(&json!({ "iss": "http://elsewhere" })), "the token is issued by an unknown issuer");
    assert_eq!(refused(&json!({ "iss": null })), "the token is issued by an unknown issuer");
    assert_eq!(refused(&json!({ "client_id": "stranger" })), "the token does not have a valid audience");
    assert_eq!(refused(&json!({ "client_id": null })), "the token does not have a valid audience");
    assert_eq!(
        refused(&json!({ "aud": "stranger" })),
        "the token does not have a valid audience",
        "aud takes precedence"
    );
    assert_eq!(refused(&json!({ "aud": ["stranger"] })), "the token does not have a valid audience");
    assert_eq!(refused(&json!({ "aud": [] })), "the token does not have a valid audience");
    assert!(authorize(&signed_with(&json!({ "aud": ["stranger", "other"], "client_id": "stranger" }))).is_ok());
    assert!(authorize(&signed_with(&json!({ "aud": "other", "client_id": null }))).is_ok());
}

#[test]
fn checks_times_by_the_injected_clock() {
    assert_eq!(refused(&json!({ "exp": NOW })), "the token has expired");
    assert_eq!(refused(&json!({ "exp": 0 })), "the token has expired");
    assert_eq!(refused(&json!({ "exp": null })), "the token does not expire");
    assert_eq!(refused(&json!({ "exp": "tomorrow" })), "the token's times are malformed");
    assert_eq!(refused(&json!({ "nbf": NOW + 1 })), "the token is not valid yet");
    assert_eq!(refused(&json!({ "iat": NOW + 1 })), "the token was issued in the future");
    assert!(authorize(&signed_with(&json!({ "exp": NOW + 1, "nbf": NOW, "iat": NOW }))).is_ok());
    assert!(authorize(&signed_with(&json!({ "exp": 1_800_000_001.5, "iat": null }))).is_ok());
}

#[test]
fn a_route_with_scopes_requires_one_of_them() {
    let token = format!("Bearer {}", signed_with(&json!({ "scope": "a/read a/write" })));
    let ask = |scopes: &[&str]| {
        let scopes: Vec<_> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        authorizer().authorize(Some(&token), &scopes, now())
    };
    assert_eq!(ask(&["b/read", "a/write"]).unwrap().scopes.unwrap(), ["a/read", "a/write"]);
    let refusal = ask(&["b/read"]).unwrap_err();
    assert!(refusal.challenge().starts_with(r#"Bearer scope="b/read" error="insufficient_scope""#));
    assert_eq!(
        refusal.advice(),
        "The token has none of the scopes b/read, and the token has the scopes a/read a/write."
    );
}

#[test]
fn a_missing_scope_is_explained_by_role() {
    let advice = |scope: &str| {
        let token = format!("Bearer {}", signed_with(&json!({ "scope": scope })));
        let operators = api::Role::Operator.scopes().into_iter().map(str::to_owned).collect::<Vec<_>>();
        authorizer().authorize(Some(&token), &operators, now()).unwrap_err().advice()
    };
    let lesser = "This requires the role operator, and the token has the scopes key-automat/viewer openid.";
    assert_eq!(advice("key-automat/viewer openid"), lesser);
    assert!(advice("").contains("ID token"));
}

#[test]
fn the_challenge_states_the_reason() {
    assert_eq!(Denial::Missing.challenge(), "Bearer");
    assert_eq!(
        Denial::Invalid("the token has expired").challenge(),
        r#"Bearer scope="" error="invalid_token" error_description="the token has expired""#
    );
}
