//! Issued authorization codes and refresh tokens. They are kept in memory, by their digests, until the process ends.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::{NoRandomness, Random};
use domain::Instant;

use super::oauth_error::OAuthError;
use super::request::Request;
use crate::people::{LocalUser, SignedIn};

/// Lifetime of an authorization code: five minutes, as in Cognito.
const CODE_MILLIS: i64 = 5 * 60 * 1_000;
/// Lifetime of a refresh token, as in `infra/sign-in.yaml`.
pub(super) const SIGNED_IN_MILLIS: i64 = 7 * 24 * 60 * 60 * 1_000;

/// SHA-256 digest of a code or refresh token. Lookup by digest leaks nothing through timing about a guessed value.
type Digest = Vec<u8>;

pub(super) struct Grants {
    held: Mutex<Held>,
    random: Random,
}

#[derive(Default)]
struct Held {
    codes: HashMap<Digest, Code>,
    sign_ins: HashMap<Digest, SignedIn>,
}

struct Code {
    request: Request,
    signed_in: SignedIn,
    is_used: bool,
    /// Digest of the refresh token that the code was redeemed for.
    sign_in: Option<Digest>,
}

/// What a redeemed code grants.
pub(super) struct Redeemed {
    pub(super) signed_in: SignedIn,
    pub(super) nonce: Option<String>,
    pub(super) refresh_token: String,
}

impl Grants {
    pub(super) fn new(random: Random) -> Self {
        Self { held: Mutex::default(), random }
    }

    /// Issues a code for a person who has just signed in.
    pub(super) fn code(
        &self,
        request: Request,
        person: &'static LocalUser,
        now: Instant,
    ) -> Result<String, NoRandomness> {
        let code = self.fresh::<32>()?;
        let signed_in = SignedIn { person, scope: request.scope.clone(), since: now, origin: self.fresh::<16>()? };
        let mut held = self.held();
        held.remove_expired(now);
        held.codes.insert(digest_of(&code), Code { request, signed_in, is_used: false, sign_in: None });
        Ok(code)
    }

    /// Redeems a code. Any attempt uses it up. An attempt with a used code revokes the refresh token that was issued
    /// for it, because one of the two clients has stolen the code (RFC 6749, section 4.1.2).
    pub(super) fn redeem(
        &self,
        code: &str,
        redirect_uri: &str,
        verifier: &str,
        now: Instant,
    ) -> Result<Redeemed, OAuthError> {
        let refresh_token = self.fresh::<32>().map_err(OAuthError::broken)?;
        let mut held = self.held();
        let Held { codes, sign_ins } = &mut *held;
        let no_code = OAuthError::InvalidGrant("the code is unknown, used or older than five minutes");
        let code = codes.get_mut(&digest_of(code)).ok_or(no_code)?;
        if std::mem::replace(&mut code.is_used, true) {
            code.sign_in.take().and_then(|sign_in| sign_ins.remove(&sign_in));
            return Err(no_code);
        }
        if code.signed_in.since.plus_millis(CODE_MILLIS) <= now {
            return Err(no_code);
        }
        if code.request.redirect_uri != redirect_uri {
            return Err(OAuthError::InvalidGrant("the code was not issued for this redirect_uri"));
        }
        if URL_SAFE_NO_PAD.encode(digest_of(verifier)) != code.request.challenge {
            return Err(OAuthError::InvalidGrant("the code_verifier does not match the code_challenge"));
        }
        let sign_in = digest_of(&refresh_token);
        code.sign_in = Some(sign_in.clone());
        sign_ins.insert(sign_in, code.signed_in.clone());
        Ok(Redeemed { signed_in: code.signed_in.clone(), nonce: code.request.nonce.clone(), refresh_token })
    }

    /// The sign-in of a refresh token.
    pub(super) fn signed_in(&self, refresh_token: &str, now: Instant) -> Result<SignedIn, OAuthError> {
        let mut held = self.held();
        held.remove_expired(now);
        let signed_in = held.sign_ins.get(&digest_of(refresh_token)).cloned();
        signed_in.ok_or(OAuthError::InvalidGrant("the refresh_token is unknown, revoked or older than seven days"))
    }

    /// Revokes a refresh token, if it exists.
    pub(super) fn revoke(&self, refresh_token: &str) {
        self.held().sign_ins.remove(&digest_of(refresh_token));
    }

    fn fresh<const N: usize>(&self) -> Result<String, NoRandomness> {
        self.random.bytes::<N>().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn remove_expired(&mut self, now: Instant) {
        self.codes.retain(|_, code| now < code.signed_in.since.plus_millis(CODE_MILLIS));
        self.sign_ins.retain(|_, signed_in| now < signed_in.since.plus_millis(SIGNED_IN_MILLIS));
    }
}

fn digest_of(text: &str) -> Digest {
    digest(&SHA256, text.as_bytes()).as_ref().to_vec()
}
