//! The issuer's public keys: fetched once, and again if a token names an unknown key, at most once a minute.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::Instant;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::Value;

use super::provider::{Provider, SignInError};

/// The least time between two fetches, whatever keys tokens name.
const PAUSE_MILLIS: i64 = 60_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    n: Vec<u8>,
    e: Vec<u8>,
}

#[derive(Debug, Default)]
pub(super) struct Keys(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    keys: HashMap<String, Key>,
    fetched: Option<Instant>,
}

impl Key {
    /// Verifies an RS256 signature.
    pub(super) fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        RsaPublicKeyComponents { n: &self.n, e: &self.e }.verify(&RSA_PKCS1_2048_8192_SHA256, text, signature).is_ok()
    }
}

impl Keys {
    /// The key with this id, if the issuer has one.
    pub(super) async fn find(&self, name: &str, provider: &Provider, now: Instant) -> Result<Option<Key>, SignInError> {
        if let ControlFlow::Break(known) = self.known(name, now) {
            return Ok(known);
        }
        self.fetch(provider, Some(now)).await?;
        Ok(self.lock().keys.get(name).cloned())
    }

    pub(super) async fn fetch(&self, provider: &Provider, now: Option<Instant>) -> Result<(), SignInError> {
        let keys = read(&provider.keys().await?);
        *self.lock() = Known { keys, fetched: now };
        Ok(())
    }

    /// `Break` with the known key, or with `None` if it is too early to fetch again. `Continue` if the keys must be
    /// fetched.
    fn known(&self, name: &str, now: Instant) -> ControlFlow<Option<Key>> {
        let known = self.lock();
        let key = known.keys.get(name).cloned();
        let is_too_early = known.fetched.is_some_and(|fetched| now < fetched.plus_millis(PAUSE_MILLIS));
        if key.is_some() || is_too_early { ControlFlow::Break(key) } else { ControlFlow::Continue(()) }
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The keys of a JSON Web Key Set (RFC 7517) that sign with RS256. Others are ignored.
fn read(set: &Value) -> HashMap<String, Key> {
    let keys = set["keys"].as_array().into_iter().flatten();
    keys.filter_map(|key| Some((key["kid"].as_str()?.to_owned(), rsa(key)?))).collect()
}

fn rsa(key: &Value) -> Option<Key> {
    let is = |name: &str, value: &str| key[name].as_str() == Some(value);
    let is_not_other = |name: &str, value: &str| key[name].is_null() || is(name, value);
    let number = |name: &str| BASE64_URL_SAFE_NO_PAD.decode(key[name].as_str()?).ok();
    let signs = is("kty", "RSA") && is_not_other("alg", "RS256") && is_not_other("use", "sig");
    signs.then_some(())?;
    Some(Key { n: number("n")?, e: number("e")? })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_rs256_keys_are_read() {
        let set = json!({ "keys": [
            { "kid": "a", "kty": "RSA", "alg": "RS256", "use": "sig", "n": "AQAB", "e": "AQAB" },
            { "kid": "b", "kty": "RSA", "n": "AQAB", "e": "AQAB" },
            { "kid": "c", "kty": "RSA", "alg": "RS512", "n": "AQAB", "e": "AQAB" },
            { "kid": "d", "kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB" },
            { "kid": "e", "kty": "oct", "k": "AQAB" },
            { "kid": "f", "kty": "RSA", "n": "!", "e": "AQAB" },
            { "kty": "RSA", "n": "AQAB", "e": "AQAB" },
        ] });
        let mut names: Vec<_> = read(&set).into_keys().collect();
        names.sort();
        assert_eq!(names, ["a", "b"]);
        assert!(read(&json!("none")).is_empty());
    }

    #[test]
    fn an_unknown_key_is_fetched_at_most_once_a_minute() {
        let at = |millis| Instant::from_millis(millis).unwrap();
        let keys = Keys::default();
        assert_eq!(keys.known("a", at(0)), ControlFlow::Continue(()), "never fetched");
        let key = Key { n: vec![1], e: vec![1] };
        *keys.lock() = Known { keys: HashMap::from([("a".to_owned(), key.clone())]), fetched: Some(at(0)) };
        assert_eq!(keys.known("a", at(PAUSE_MILLIS * 99)), ControlFlow::Break(Some(key)));
        assert_eq!(keys.known("b", at(PAUSE_MILLIS - 1)), ControlFlow::Break(None));
        assert_eq!(keys.known("b", at(PAUSE_MILLIS)), ControlFlow::Continue(()));
    }
}
