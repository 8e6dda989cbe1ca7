//! The cookies of a session, and reading and setting cookies.
//!
//! With the prefix `__Host-` a browser accepts the cookie from this host only, and only over TLS or from localhost.
//! `HttpOnly` hides it from scripts, and `SameSite=Lax` from forms of other sites.

use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

pub(super) const ACCESS: &str = "__Host-access";
pub(super) const REFRESH: &str = "__Host-refresh";
/// The user's name, in base 64.
pub(super) const PERSON: &str = "__Host-person";
/// The secret of a sign-in that is not finished.
pub(super) const SIGNING_IN: &str = "__Host-sign-in";

/// How long a refresh token is valid, as in `infra/sign-in.yaml`.
pub(super) const SESSION_SECONDS: u64 = 7 * 24 * 60 * 60;
/// How long a sign-in may take.
pub(super) const SIGNING_IN_SECONDS: u64 = 15 * 60;

pub(crate) fn held<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut named = lines.flat_map(|line| line.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    named.find(|(held, _)| *held == name).map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// Sets a cookie. A value with characters that no cookie can have is ignored.
pub(crate) fn keep(headers: &mut HeaderMap, name: &str, value: &str, seconds: u64) {
    if value.bytes().all(is_of_cookies) {
        set(headers, name, value, seconds);
    }
}

pub(super) fn forget(headers: &mut HeaderMap, names: &[&str]) {
    for name in names {
        set(headers, name, "", 0);
    }
}

fn set(headers: &mut HeaderMap, name: &str, value: &str, seconds: u64) {
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax");
    if let Ok(mut cookie) = HeaderValue::from_str(&cookie) {
        cookie.set_sensitive(true);
        headers.append(SET_COOKIE, cookie);
    }
}

/// RFC 6265, section 4.1.1.
fn is_of_cookies(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_full_name() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=b; __Host-accessory=x;__Host-access=y; c"));
        headers.append(COOKIE, HeaderValue::from_static("__Host-refresh=p=q; __Host-person="));
        assert_eq!(held(&headers, ACCESS), Some("y"));
        assert_eq!(held(&headers, REFRESH), Some("p=q"));
        assert_eq!((held(&headers, PERSON), held(&headers, "c")), (None, None));
    }

    #[test]
    fn cookies_are_host_only_and_hidden_from_scripts() {
        let mut headers = HeaderMap::new();
        keep(&mut headers, ACCESS, "abc.def", 900);
        keep(&mut headers, REFRESH, "a; Domain=evil.example", 900);
        forget(&mut headers, &[PERSON]);
        let set: Vec<_> = headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect();
        let kept = "__Host-access=abc.def; Path=/; Max-Age=900; Secure; HttpOnly; SameSite=Lax";
        assert_eq!(set, [kept, "__Host-person=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax"]);
        assert!(!format!("{headers:?}").contains("abc"));
    }
}
