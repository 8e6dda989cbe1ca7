//! Verifies access tokens: signed by the issuer, for the dashboard, and not expired (RFC 7519, RFC 7515).
//!
//! The only algorithm is RS256, with `ring`. A token that names another is refused.

use api::Claims;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::{Actor, Instant};
use serde_json::{Map, Value};

use super::provider::SignInError;
use super::{Inner, SignInSettings};

/// Cognito's tokens are shorter, and a cookie cannot be longer.
const LONGEST: usize = 4_096;
const LONGEST_NAME: usize = 60;

impl Inner {
    /// The claims of a valid access token.
    pub(super) async fn claims(&self, token: &str, now: Instant) -> Result<Option<Claims>, SignInError> {
        let Some(signed) = Signed::read(token) else { return Ok(None) };
        let Some(key) = self.keys.find(&signed.key, &self.provider, now).await? else { return Ok(None) };
        let is_good = key.has_signed(signed.text.as_bytes(), &signed.signature);
        let claims = is_good.then(|| object(signed.claims)).flatten();
        Ok(claims.filter(|claims| is_ours(claims, &self.settings, now)).map(|claims| Claims::of_token(&claims)))
    }
}

/// Whether the claims are those of a current access token for the dashboard.
fn is_ours(claims: &Map<String, Value>, settings: &SignInSettings, now: Instant) -> bool {
    let is = |name: &str, value: &str| claims.get(name).and_then(Value::as_str) == Some(value);
    let is_over = claims.get("exp").and_then(Value::as_i64).is_none_or(|end| now.seconds() >= end);
    let is_early = claims.get("nbf").is_some_and(|start| start.as_i64().is_none_or(|start| now.seconds() < start));
    is("iss", &settings.issuer)
        && is("client_id", &settings.client)
        && is("token_use", "access")
        && !is_over
        && !is_early
}

/// A parsed token, its signature not yet verified.
struct Signed<'t> {
    key: String,
    text: &'t str,
    claims: &'t str,
    signature: Vec<u8>,
}

impl<'t> Signed<'t> {
    fn read(token: &'t str) -> Option<Self> {
        let (text, signature) = token.rsplit_once('.').filter(|_| token.len() <= LONGEST)?;
        let (header, claims) = text.split_once('.').filter(|(_, claims)| !claims.contains('.'))?;
        let header = object(header).filter(|header| !header.contains_key("crit"))?;
        (header.get("alg")?.as_str()? == "RS256").then_some(())?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        Some(Self { key: header.get("kid")?.as_str()?.to_owned(), text, claims, signature })
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    /// The subject, as in access tokens.
    pub(super) actor: Actor,
    pub(super) name: String,
}

impl User {
    /// The user of an ID token. It comes directly from the provider, so its signature need not be verified (`OpenID`
    /// Connect Core, section 3.1.3.7).
    pub(super) fn of_token(token: &str) -> Option<Self> {
        let claims = object(token.split('.').nth(1)?)?;
        let name = ["name", "email", "cognito:username"].iter().find_map(|claim| claims.get(*claim)?.as_str())?;
        let shown = name.chars().filter(|character| !character.is_control()).take(LONGEST_NAME).collect();
        Some(Self { actor: Actor::new(claims.get("sub")?.as_str()?), name: shown })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_a_current_access_token_of_the_dashboard_is_accepted() {
        let settings = SignInSettings {
            pages: "https://sign-in.example".to_owned(),
            issuer: "https://issuer.example".to_owned(),
            keys: "https://issuer.example/keys".to_owned(),
            client: "web".to_owned(),
            dashboard: "https://keys.example".to_owned(),
        };
        let good = json!({ "iss": "https://issuer.example", "client_id": "web", "token_use": "access", "exp": 900 });
        let good_at = |changed: (&str, Value), seconds: i64| {
            let mut claims = good.as_object().unwrap().clone();
            claims.insert(changed.0.to_owned(), changed.1);
            is_ours(&claims, &settings, Instant::from_millis(seconds * 1_000).unwrap())
        };
        assert!(good_at(("other", json!(1)), 0) && good_at(("nbf", json!(899)), 899));
        assert!(!good_at(("other", json!(1)), 900), "it is over");
        for (claim, value) in [
            ("iss", json!("https://issuer.example/")),
            ("iss", json!(null)),
            ("client_id", json!("operator")),
            ("client_id", json!(["web"])),
            ("token_use", json!("id")),
            ("token_use", json!(null)),
            ("exp", json!("900")),
            ("exp", json!(null)),
            ("nbf", json!(500)),
            ("nbf", json!("0")),
        ] {
            assert!(!good_at((claim, value.clone()), 499), "{claim} {value}");
        }
    }

    #[test]
    fn a_token_not_signed_with_rs256_is_refused() {
        let token = |header: &str| format!("{}.e30.c2ln", BASE64_URL_SAFE_NO_PAD.encode(header));
        assert_eq!(Signed::read(&token(r#"{"alg":"RS256","kid":"a"}"#)).unwrap().key, "a");
        for header in [
            r#"{"alg":"none","kid":"a"}"#,
            r#"{"alg":"HS256","kid":"a"}"#,
            r#"{"alg":"rs256","kid":"a"}"#,
            r#"{"alg":"RS256"}"#,
            r#"{"alg":"RS256","kid":1}"#,
            r#"{"alg":["RS256"],"kid":"a"}"#,
            r#"{"alg":"RS256","kid":"a","crit":["b64"],"b64":false}"#,
            "[]",
            "",
        ] {
            assert!(Signed::read(&token(header)).is_none(), "{header}");
        }
        let good = token(r#"{"alg":"RS256","kid":"a"}"#);
        for token in ["", ".", "..", "abc", &good[1..], &format!("{good}.x"), &format!("{good}="), &"x".repeat(5_000)] {
            assert!(Signed::read(token).is_none(), "{token}");
        }
    }

    #[test]
    fn a_user_is_shown_by_name() {
        let user = |claims: &str| User::of_token(&format!("a.{}.c", BASE64_URL_SAFE_NO_PAD.encode(claims)));
        let ada = user(r#"{"sub":"s-1","name":"Ada\u0007 Aalto","email":"a@b"}"#).unwrap();
        assert_eq!(ada, User { actor: Actor::new("s-1"), name: "Ada Aalto".to_owned() });
        assert_eq!(user(r#"{"sub":"s","email":"a@b.example","cognito:username":"u"}"#).unwrap().name, "a@b.example");
        assert_eq!(user(&format!(r#"{{"sub":"s","name":"{}"}}"#, "ä".repeat(99))).unwrap().name, "ä".repeat(60));
        for nobody in ["[]", "{}", r#"{"sub":"s"}"#, r#"{"name":"Ada"}"#] {
            assert_eq!(user(nobody), None, "{nobody}");
        }
        assert_eq!(User::of_token(""), None);
    }
}
