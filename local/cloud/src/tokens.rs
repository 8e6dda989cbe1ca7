//! Signs bearer tokens, as Cognito does for machines, which are app clients with credentials of their own, and for
//! people who have signed in. The claims are those of Cognito's tokens.
//!
//! The RSA key is made at each start, since API Gateway's authorizer knows no other kind, and kept in memory only:
//! tokens end with the process.

use api::Role;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::RsaKeyPair;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::{NoRandomness, Random};
use domain::Instant;
use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::people::SignedIn;

/// How long a machine's token is good for, in seconds: as `infra/sign-in.yaml` has it.
pub const LIFETIME_SECONDS: i64 = 3_600;
/// How long a person's tokens are good for, in seconds: likewise.
pub const PERSON_LIFETIME_SECONDS: i64 = 900;
/// The `client_id` of the dashboard, where people sign in.
pub const WEB_CLIENT: &str = "dashboard";

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The RSA key cannot be made.
    #[error("cannot make the key that signs tokens")]
    Key,
    /// The JWT library refuses.
    #[error("cannot sign a token")]
    Sign(#[from] jsonwebtoken::errors::Error),
    /// The system has no random bytes.
    #[error("cannot draw random bytes")]
    Random(#[from] NoRandomness),
}

/// The scopes of a machine's token for which `wanted` is asked, or for which nothing particular is: `None` when one of
/// them is unknown or above its role.
#[must_use]
pub fn granted(role: Role, wanted: Option<&str>) -> Option<String> {
    let Some(wanted) = wanted else { return Some(role.scope().to_owned()) };
    let may_have = |scope| Role::of_scope(scope).is_some_and(|of_scope| of_scope <= role);
    wanted.split(' ').all(may_have).then(|| wanted.to_owned())
}

/// Signs tokens.
pub struct Tokens {
    issuer: String,
    key: EncodingKey,
    key_id: String,
    jwks: JwkSet,
    random: Random,
}

impl Tokens {
    /// With a new RSA key of 2048 bits. Takes a good part of a second, all of it computing.
    pub fn generate(issuer: &str, random: Random) -> Result<Self, TokenError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| TokenError::Key)?;
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| TokenError::Key)?;
        let pem = pem_of_private_key(der.as_ref());
        let key = EncodingKey::from_rsa_pem(pem.as_bytes())?;
        let key_id = URL_SAFE_NO_PAD.encode(random.bytes::<16>()?);
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::RS256)?;
        jwk.common.key_id = Some(key_id.clone());
        jwk.common.key_algorithm = Some(KeyAlgorithm::RS256);
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(Self { issuer: issuer.to_owned(), key, key_id, jwks: JwkSet { keys: vec![jwk] }, random })
    }

    /// A machine's access token, with scopes that it may have.
    pub fn issue(&self, role: Role, scope: &str, now: Instant) -> Result<String, TokenError> {
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

    /// An access token of somebody who has signed in: what they may do.
    pub fn access(&self, signed_in: &SignedIn, now: Instant) -> Result<String, TokenError> {
        let mut claims = self.claims_of(signed_in, "access", now)?;
        claims["client_id"] = WEB_CLIENT.into();
        claims["scope"] = signed_in.scope.as_str().into();
        claims["username"] = signed_in.person.subject.into();
        claims["version"] = 2.into();
        self.sign(&claims)
    }

    /// An ID token that goes with an access token: who they are, for the application.
    pub fn identity(
        &self,
        signed_in: &SignedIn,
        access_token: &str,
        nonce: Option<&str>,
        now: Instant,
    ) -> Result<String, TokenError> {
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

    /// What both kinds of a person's tokens say.
    fn claims_of(&self, signed_in: &SignedIn, token_use: &str, now: Instant) -> Result<Value, TokenError> {
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
        // whoever is in no group has no list of groups either
        if let Some(group) = signed_in.person.group {
            claims["cognito:groups"] = json!([group.name()]);
        }
        Ok(claims)
    }

    fn token_id(&self) -> Result<String, TokenError> {
        Ok(URL_SAFE_NO_PAD.encode(self.random.bytes::<16>()?))
    }

    fn sign(&self, claims: &Value) -> Result<String, TokenError> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.key_id.clone());
        Ok(jsonwebtoken::encode(&header, claims, &self.key)?)
    }

    /// Who issues them.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The public keys to verify them with.
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

/// The JWT library takes private keys as PKCS #1 or PEM; what comes out of the generator is PKCS #8.
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
        assert_eq!(granted(Role::Operator, None).unwrap(), "key-automat/operator");
        assert_eq!(granted(Role::Operator, Some("key-automat/viewer")).unwrap(), "key-automat/viewer");
        assert_eq!(
            granted(Role::Admin, Some("key-automat/viewer key-automat/admin")).unwrap(),
            "key-automat/viewer key-automat/admin"
        );
        assert_eq!(granted(Role::Viewer, Some("key-automat/operator")), None);
        assert_eq!(granted(Role::Admin, Some("openid")), None);
        assert_eq!(granted(Role::Admin, Some("key-automat/viewer  key-automat/admin")), None);
    }

    #[test]
    fn the_published_key_carries_no_private_part_and_verifies() {
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
