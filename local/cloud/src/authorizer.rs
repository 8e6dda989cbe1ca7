//! Verifies bearer tokens as the JWT authorizer of an API Gateway HTTP API does, following its developer guide step by
//! step ("Control access to HTTP APIs with JWT authorizers"): the token, with or without `Bearer`; its algorithm; its
//! signature, with the issuer's key named by `kid`; `iss`; `aud`, or `client_id` when there is no `aud`; `exp`, `nbf`,
//! `iat`; and the route's scopes.
//!
//! Statuses and `WWW-Authenticate` headers are those of API Gateway. Bodies are not: in AWS, API Gateway itself answers
//! `{"message":"Unauthorized"}`, which an HTTP API cannot change, whereas the local cloud answers a problem document,
//! as the functions do.

use api::{Claims, Role};
use domain::Instant;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

/// Verifies the tokens of one issuer.
#[derive(Debug, Clone)]
pub struct Authorizer {
    issuer: String,
    audience: Vec<String>,
    keys: JwkSet,
}

/// What API Gateway passes on to the function about an accepted token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The claims, each value as a string.
    pub claims: Map<String, Value>,
    /// The token's scopes; `None` when the route requires no scope.
    pub scopes: Option<Vec<String>>,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// The request has no token.
    #[error("a bearer token is needed")]
    Missing,
    /// The token is malformed, forged, expired, or meant for another audience. The text is API Gateway's
    /// `error_description`.
    #[error("the token is not valid: {0}")]
    Invalid(&'static str),
    /// The token is valid, but lacks the scopes of this route.
    #[error("the token has none of the scopes {}", .wanted.join(" "))]
    Scope {
        /// The scopes of which the route requires one.
        wanted: Vec<String>,
        /// The token's scopes.
        held: Vec<String>,
    },
}

impl Denial {
    /// The `WWW-Authenticate` header (RFC 6750, section 3), in API Gateway's form.
    #[must_use]
    pub fn challenge(&self) -> String {
        match self {
            Self::Missing => "Bearer".to_owned(),
            Self::Invalid(why) => format!(r#"Bearer scope="" error="invalid_token" error_description="{why}""#),
            Self::Scope { wanted, .. } => {
                format!(r#"Bearer scope="{}" error="insufficient_scope" error_description="{self}""#, wanted.join(" "))
            }
        }
    }

    /// Advice for the developer, naming the required role if the route's scopes belong to one.
    #[must_use]
    pub fn advice(&self) -> String {
        let Self::Scope { wanted, held } = self else { return format!("{self}.") };
        let lowest = Role::ALL.iter().find(|role| wanted.iter().any(|scope| scope == role.scope()));
        let needed = lowest.map_or_else(|| self.to_string(), |role| format!("this requires the role {}", role.name()));
        let mut advice = match held.as_slice() {
            [] => format!("{needed}, and the token has no scopes, as an ID token has none; send the access token."),
            held => format!("{needed}, and the token has the scopes {}.", held.join(" ")),
        };
        advice[..1].make_ascii_uppercase();
        advice
    }
}

impl Authorizer {
    /// Accepts tokens of this issuer that are meant for any of these audiences.
    #[must_use]
    pub fn new(issuer: &str, audience: Vec<String>, keys: JwkSet) -> Self {
        Self { issuer: issuer.to_owned(), audience, keys }
    }

    /// Checks the `Authorization` header of a request to a route that requires one of these scopes.
    pub fn authorize(&self, header: Option<&str>, scopes: &[String], now: Instant) -> Result<Grant, Denial> {
        let header = header.map(str::trim).filter(|text| !text.is_empty()).ok_or(Denial::Missing)?;
        let token = match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            Some(_) => return Err(Denial::Missing),
            None if header.eq_ignore_ascii_case("bearer") => return Err(Denial::Missing),
            None => header,
        };
        let claims = self.verified(token)?;
        self.check(&claims, now)?;
        let held = scopes_of(&claims);
        if !scopes.is_empty() && !scopes.iter().any(|scope| held.contains(scope)) {
            return Err(Denial::Scope { wanted: scopes.to_vec(), held });
        }
        let claims = Claims::of_token(&claims);
        let claims = claims.by_name().iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        Ok(Grant { claims, scopes: (!scopes.is_empty()).then_some(held) })
    }

    fn verified(&self, token: &str) -> Result<Map<String, Value>, Denial> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Denial::Invalid("the token is malformed"))?;
        if header.alg != Algorithm::RS256 {
            return Err(Denial::Invalid("signing method is not RS256"));
        }
        let unknown_key = Denial::Invalid("signing key is not known");
        let key = header.kid.as_deref().and_then(|kid| self.keys.find(kid)).ok_or(unknown_key.clone())?;
        let key = DecodingKey::from_jwk(key).map_err(|_| unknown_key)?;
        // Verifies the signature only: `check` validates the claims, by API Gateway's rules and the injected clock.
        let mut validation = Validation::new(Algorithm::RS256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        let decoded = jsonwebtoken::decode::<Map<String, Value>>(token, &key, &validation);
        decoded.map(|decoded| decoded.claims).map_err(|_| Denial::Invalid("signature is invalid"))
    }

    fn check(&self, claims: &Map<String, Value>, now: Instant) -> Result<(), Denial> {
        if claims.get("iss").and_then(Value::as_str) != Some(&self.issuer) {
            return Err(Denial::Invalid("the token is issued by an unknown issuer"));
        }
        let audience = match claims.get("aud") {
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            Some(one) => Vec::from_iter(one.as_str()),
            None => Vec::from_iter(claims.get("client_id").and_then(Value::as_str)),
        };
        if !self.audience.iter().any(|ours| audience.contains(&ours.as_str())) {
            return Err(Denial::Invalid("the token does not have a valid audience"));
        }
        let now = now.seconds();
        match time(claims, "exp")? {
            Some(expires) if now < expires => {}
            Some(_) => return Err(Denial::Invalid("the token has expired")),
            None => return Err(Denial::Invalid("the token does not expire")),
        }
        if time(claims, "nbf")?.is_some_and(|not_before| now < not_before) {
            return Err(Denial::Invalid("the token is not valid yet"));
        }
        if time(claims, "iat")?.is_some_and(|issued| now < issued) {
            return Err(Denial::Invalid("the token was issued in the future"));
        }
        Ok(())
    }
}

fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<i64>, Denial> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a NumericDate may have a fraction, and too large a value saturates"
    )]
    let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64));
    seconds.map(Some).ok_or(Denial::Invalid("the token's times are malformed"))
}

/// The scopes in the claim `scope`, or in `scp` when there is no `scope`.
fn scopes_of(claims: &Map<String, Value>) -> Vec<String> {
    match claims.get("scope").or_else(|| claims.get("scp")) {
        Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
#[path = "authorizer_tests.rs"]
mod tests;
