//! What keeps other web pages out. A browser that stands for somebody on this machine can be sent here by any page; so
//! none may frame these pages, send their form, or make this machine its own by a name that leads here (DNS rebinding),
//! by which it could read what is answered, tokens included.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::{SignIn, pages};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets in whoever asks for this machine by an address, as localhost, or by the name that it was given.
pub(super) async fn by_address(State(sign_in): State<SignIn>, request: Request, next: Next) -> Response {
    if is_asked_by_address(request.headers()) || is_asked_by_name(request.headers(), &sign_in.addresses.origin) {
        next.run(request).await
    } else {
        pages::no(StatusCode::MISDIRECTED_REQUEST, "Ask for it by the address that it is on, or as localhost.")
    }
}

/// For pages: a form from elsewhere is no form of ours, and nobody may frame, keep or hear of what is shown.
pub(super) async fn alone(State(sign_in): State<SignIn>, request: Request, next: Next) -> Response {
    let mut answer = if *request.method() == Method::POST && !is_of_our_page(request.headers()) {
        pages::no(StatusCode::FORBIDDEN, "The form was sent by another page.")
    } else {
        next.run(request).await
    };
    // A form's policy also binds where its answer leads.
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' {}; base-uri 'none'; frame-ancestors 'none'",
        sign_in.addresses.origin
    );
    let headers = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in [
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}

fn is_asked_by_address(headers: &HeaderMap) -> bool {
    // HTTP/1.0 knows no host, and no browser speaks it
    let Some(host) = headers.get(header::HOST) else { return true };
    // no browser puts a user in front of the host
    let host = host.to_str().ok().filter(|host| !host.contains('@')).and_then(|host| host.parse::<Authority>().ok());
    host.is_some_and(|host| {
        let name = host.host().trim_matches(['[', ']']);
        name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
    })
}

fn is_asked_by_name(headers: &HeaderMap, origin: &str) -> bool {
    let own = origin.split_once("://").map(|(_, authority)| authority);
    let asked = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    own.zip(asked).is_some_and(|(own, asked)| own.eq_ignore_ascii_case(asked))
}

/// A page that tells nobody where one comes from has `null` for its origin, so it is the other header that counts.
fn is_of_our_page(headers: &HeaderMap) -> bool {
    headers.get(SEC_FETCH_SITE).is_none_or(|site| site == "same-origin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_could_be_anybodys_is_not_ours() {
        let asked = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
            is_asked_by_address(&headers)
        };
        for host in ["127.0.0.1:3000", "localhost:3000", "LOCALHOST", "[::1]:3000", "192.0.2.7:3000"] {
            assert!(asked(host), "{host}");
        }
        for host in ["evil.example:3000", "localhost.evil.example", "127.0.0.1.evil.example", "", "a@b@127.0.0.1"] {
            assert!(!asked(host), "{host}");
        }
        assert!(is_asked_by_address(&HeaderMap::new()));
    }

    #[test]
    fn the_name_that_was_given_is_ours() {
        let asked = |host| HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
        assert!(is_asked_by_name(&asked("Cabinet.local:3000"), "https://cabinet.local:3000"));
        for host in ["cabinet.local", "cabinet.local:4000", "evil.example:3000"] {
            assert!(!is_asked_by_name(&asked(host), "https://cabinet.local:3000"), "{host}");
        }
    }

    #[test]
    fn a_form_of_another_page_is_not_ours() {
        let sent = |site| is_of_our_page(&HeaderMap::from_iter([(SEC_FETCH_SITE, HeaderValue::from_static(site))]));
        assert!(sent("same-origin") && is_of_our_page(&HeaderMap::new()));
        for site in ["cross-site", "same-site", "none"] {
            assert!(!sent(site), "{site}");
        }
    }
}
