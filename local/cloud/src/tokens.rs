//! Signs bearer tokens with the claims of Cognito's tokens, for machine clients and for people who have signed in.
//!
//! The RSA key is generated at each start and kept in memory, so tokens become invalid when the process ends. It is RSA
//! because API Gateway's authorizer supports no other kind.

use anyhow::{Context as _, Result, anyhow};
use api::Role;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::RsaKeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Random;
use domain::Instant;
use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::people::SignedIn;

/// Lifetime of a machine's token, in seconds, as in `infra/sign-in.yaml`.
pub const LIFETIME_SECONDS: i64 = 3_600;
/// Lifetime of a person's tokens, in seconds, as in `infra/sign-in.yaml`.
pub const PERSON_LIFETIME_SECONDS: i64 = 900;
/// The `client_id` of the dashboard, where people sign in.
pub const WEB_CLIENT: &str = "dashboard";

const NO_KEY: &str = "cannot generate the key that signs tokens";

/// The scopes to grant to a machine for the requested ones, by default its role's own; `None` when one of them is
/// unknown or above its role.
#[must_use]
pub fn granted_scopes(role: Role, wanted: Option<&str>) -> Option<String> {
    let Some(wanted) = wanted else { return Some(role.scope().to_owned()) };
    let may_have = |scope| Role::of_scope(scope).is_some_and(|of_scope| of_scope <= role);
    wanted.split(' ').all(may_have).then(|| wanted.to_owned())
}

pub struct Tokens {
    issuer: String,
    key: EncodingKey,
    key_id: String,
    jwks: JwkSet,
    random: Random,
}

impl Tokens {
    /// Generates a new RSA key of 2048 bits, which takes up to a second of CPU time.
    pub fn generate(issuer: &str, random: Random) -> Result<Self> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!(NO_KEY))?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| anyhow!(NO_KEY))?;
        let pem = pem_of_private_key(der.as_ref());
        let key = EncodingKey::from_rsa_pem(pem.as_bytes())?;
        let key_id = URL_SAFE_NO_PAD.encode(random.bytes::<16>()?);
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256)?;
        jwk.common.key_id = Some(key_id.clone());
        jwk.common.key_algorithm = Some(KeyAlgorithm::RS256);
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { issuer: issuer.to_owned(), key, key_id, jwks: JwkSet { keys: vec![jwk] }, random })
    }

    /// Signs a machine's access token with these scopes, which the caller has checked.
    pub fn issue(&self, role: Role, scope: &str, now: Instant) -> Result<String> {
        let issued_at = now.seconds();
        self.sign(&json!({
            "iss": self.issuer,
            "sub": role.name(),
            "client_id": role.name(),
            "token_use": "access",
            "scope": scope,
            "auth_time": issued_at,
            "iat": issued_at,
            "exp": issued_at + LIFETIME_SECONDS,
            "version": 2,
            "jti": self.token_id()?,
        }))
    }

    /// Signs an access token for a person who has signed in.
    pub fn access(&self, signed_in: &SignedIn, now: Instant) -> Result<String> {
        let mut claims = self.claims_of(signed_in, "access", now)?;
        claims["client_id"] = WEB_CLIENT.into();
        claims["scope"] = signed_in.scope.as_str().into();
        claims["username"] = signed_in.person.subject.into();
        claims["version"] = 2.into();
        self.sign(&claims)
    }

    /// Signs an ID token that accompanies an access token.
    pub fn identity(
        &self,
        signed_in: &SignedIn,
        access_token: &str,
        nonce: Option<&str>,
        now: Instant,
    ) -> Result<String> {
        let mut claims = self.claims_of(signed_in, "id", now)?;
        claims["aud"] = WEB_CLIENT.into();
        claims["cognito:username"] = signed_in.person.subject.into();
        claims["name"] = signed_in.person.name.into();
        // the left half of the digest: OpenID Connect Core, section 3.1.3.6
        let digest = digest(&SHA256, access_token.as_bytes());
        claims["at_hash"] = URL_SAFE_NO_PAD.encode(&digest.as_ref()[..16]).into();
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        self.sign(&claims)
    }

    /// Claims that access tokens and ID tokens share.
    fn claims_of(&self, signed_in: &SignedIn, token_use: &str, now: Instant) -> Result<Value> {
        let issued_at = now.seconds();
        let mut claims = json!({
            "iss": self.issuer,
            "sub": signed_in.person.subject,
            "token_use": token_use,
            "auth_time": signed_in.since.seconds(),
            "iat": issued_at,
            "exp": issued_at + PERSON_LIFETIME_SECONDS,
            "origin_jti": signed_in.origin,
            "jti": self.token_id()?,
        });
        // Cognito omits the claim for a person without groups.
        if let Some(group) = signed_in.person.group {
            claims["cognito:groups"] = json!([group.name()]);
        }
        Ok(claims)
    }

    fn token_id(&self) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(self.random.bytes::<16>()?))
    }

    fn sign(&self, claims: &Value) -> Result<String> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.key_id.clone());
        jsonwebtoken::encode(&header, claims, &self.key).context("cannot sign a token")
    }

    /// The issuer: the claim `iss`.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The public keys that verify the tokens.
    #[must_use]
    pub fn jwks(&self) -> &JwkSet {
        &self.jwks
    }

    #[cfg(test)]
    pub(crate) fn sign_for_test(&self, claims: &Value) -> String {
        self.sign(claims).unwrap()
    }

    #[cfg(test)]
    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("issuer", &self.issuer).field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Converts PKCS #8, as generated, to PEM: for RSA, the JWT library accepts only PKCS #1 or PEM.
fn pem_of_private_key(pkcs8: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(pkcs8);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_grants_itself_and_those_below() {
        assert_eq!(granted_scopes(Role::Operator, None).unwrap(), "key-automat/operator");
        assert_eq!(granted_scopes(Role::Operator, Some("key-automat/viewer")).unwrap(), "key-automat/viewer");
        assert_eq!(
            granted_scopes(Role::Admin, Some("key-automat/viewer key-automat/admin")).unwrap(),
            "key-automat/viewer key-automat/admin"
        );
        assert_eq!(granted_scopes(Role::Viewer, Some("key-automat/operator")), None);
        assert_eq!(granted_scopes(Role::Admin, Some("openid")), None);
        assert_eq!(granted_scopes(Role::Admin, Some("key-automat/viewer  key-automat/admin")), None);
    }

    #[test]
    fn the_published_key_has_no_private_part_and_verifies_tokens() {
        let tokens = Tokens::generate("http://issuer", Random::system()).unwrap();
        let published = serde_json::to_value(tokens.jwks()).unwrap();
        let key = published["keys"][0].as_object().unwrap();
        let mut names: Vec<_> = key.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
        let token =
            tokens.issue(Role::Admin, "key-automat/admin", Instant::from_millis(1_000_000_000).unwrap()).unwrap();
        let mut validation = jsonwebtoken::Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        let decoding = jsonwebtoken::DecodingKey::from_jwk(&tokens.jwks().keys[0]).unwrap();
        let claims = jsonwebtoken::decode::<Value>(&token, &decoding, &validation).unwrap().claims;
        assert_eq!(claims["exp"], 1_003_600);
        assert_eq!(claims["token_use"], "access");
        assert_eq!(claims["client_id"], "admin");
    }

    #[test]
    fn debug_shows_no_key() {
        let tokens = Tokens::generate("http://issuer", Random::system()).unwrap();
        assert!(!format!("{tokens:?}").contains("PRIVATE") && format!("{tokens:?}").len() < 100);
    }
}
