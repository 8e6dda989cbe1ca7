//! `state` and PKCE of a sign-in. `state` binds the response of the sign-in page to the browser that started it (RFC
//! 6749, section 10.12); PKCE binds the tokens to whoever started with the code challenge (RFC 7636).
//!
//! A browser keeps one secret in a cookie while it signs in. `state` and `code_verifier` are derived from it, and the
//! destination is part of `state`. So any number of tabs can sign in at once, each to its own page, with one small
//! cookie.

use api::Problem;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use clock::Random;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use ring::digest::{SHA256, digest};
use ring::hmac::{HMAC_SHA256, Key, sign, verify};

use crate::links::own;

const IN_AN_ADDRESS: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');
/// A longer destination is replaced by the first page.
const LONGEST_DESTINATION: usize = 500;

/// The secret of a browser that is signing in. It has no `Debug`.
#[derive(Clone)]
pub(super) struct Secret([u8; 32]);

impl Secret {
    pub(super) fn fresh(random: &Random) -> Result<Self, Problem> {
        Ok(Self(random.bytes().map_err(Problem::from)?))
    }

    pub(super) fn of_cookie(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    pub(super) fn cookie(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The `state` of a sign-in that leads to a page.
    pub(super) fn state(&self, to: &str, random: &Random) -> Result<String, Problem> {
        let to = if to.len() <= LONGEST_DESTINATION { to } else { "/" };
        let name = BASE64_URL_SAFE_NO_PAD.encode(random.bytes::<16>().map_err(Problem::from)?);
        let named = format!("{name}.{}", BASE64_URL_SAFE_NO_PAD.encode(to));
        let seal = BASE64_URL_SAFE_NO_PAD.encode(sign(&self.key("state"), named.as_bytes()));
        Ok(format!("{named}.{seal}"))
    }

    /// Whether a `state` was made with this secret.
    pub(super) fn has_made(&self, state: &str) -> bool {
        let Some((named, seal)) = state.rsplit_once('.') else { return false };
        let seal = BASE64_URL_SAFE_NO_PAD.decode(seal).unwrap_or_default();
        verify(&self.key("state"), named.as_bytes(), &seal).is_ok()
    }

    /// The `code_verifier` of a sign-in.
    pub(super) fn verifier(&self, state: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(sign(&self.key("verifier"), state.as_bytes()))
    }

    fn key(&self, purpose: &str) -> Key {
        Key::new(HMAC_SHA256, sign(&Key::new(HMAC_SHA256, &self.0), purpose.as_bytes()).as_ref())
    }
}

/// The `code_challenge` of a `code_verifier`, by the method `S256`.
pub(super) fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

/// The destination of a `state`. It is not verified, but always a path of this site.
pub(super) fn destination(state: &str) -> String {
    let to = state.split('.').nth(1).and_then(|to| BASE64_URL_SAFE_NO_PAD.decode(to).ok());
    let to = to.and_then(|to| String::from_utf8(to).ok()).unwrap_or_default();
    // The path is decoded here, and goes into a header.
    utf8_percent_encode(own(&to), IN_AN_ADDRESS).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret {
        Secret::fresh(&Random::system()).unwrap()
    }

    #[test]
    fn the_challenge_matches_the_rfc_example() {
        // RFC 7636, appendix B
        let challenged = challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenged, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn several_tabs_sign_in_with_one_secret() {
        let (random, secret) = (Random::system(), secret());
        let [one, other] = ["/keys/K-1?month=2026-11", "/"].map(|to| secret.state(to, &random).unwrap());
        assert_eq!((destination(&one).as_str(), destination(&other).as_str()), ("/keys/K-1?month=2026-11", "/"));
        let again = Secret::of_cookie(&secret.cookie()).unwrap();
        assert!(again.has_made(&one) && again.has_made(&other));
        assert_eq!(again.verifier(&one), secret.verifier(&one));
        assert_ne!(secret.verifier(&one), secret.verifier(&other));
        assert_ne!(secret.state("/", &random).unwrap(), other, "each attempt has a name of its own");
        assert_eq!(secret.verifier(&one).len(), 43, "the least that RFC 7636 allows");
    }

    #[test]
    fn a_forged_state_is_refused() {
        let (random, secret) = (Random::system(), secret());
        let good = secret.state("/keys", &random).unwrap();
        let (named, seal) = good.rsplit_once('.').unwrap();
        let elsewhere = BASE64_URL_SAFE_NO_PAD.encode("/automats");
        let moved = format!("{}.{elsewhere}.{seal}", named.split('.').next().unwrap());
        let of_other = self::secret().state("/keys", &random).unwrap();
        for state in ["", ".", "a.b.c", named, &format!("{named}."), &moved, &of_other, &format!("{good}A")] {
            assert!(!secret.has_made(state), "{state}");
        }
        assert!(Secret::of_cookie("").is_none() && Secret::of_cookie("abc").is_none());
    }

    #[test]
    fn a_state_never_redirects_to_another_site() {
        let state = |to: &str| format!("a.{}.c", BASE64_URL_SAFE_NO_PAD.encode(to));
        for to in ["//evil.example", "https://evil.example/", "/\\evil.example", "", "keys"] {
            assert_eq!(destination(&state(to)), "/", "{to}");
        }
        assert_eq!(destination("nothing"), "/");
        assert_eq!(destination(&state("/keys")), "/keys");
        assert_eq!(destination(&state("/keys/mökki 1?a=%20")), "/keys/m%C3%B6kki%201?a=%20");
        let long = secret().state(&format!("/{}", "x".repeat(500)), &Random::system()).unwrap();
        assert_eq!(destination(&long), "/");
    }
}
