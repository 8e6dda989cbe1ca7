//! Protects the sign-in pages from other web pages. Any page can direct a browser on this machine here; so no other
//! page may frame these pages, submit their form, or reach this machine by a host name of its own (DNS rebinding),
//! which would let it read the answers and with them the tokens.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::{SignIn, pages};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Accepts only requests whose `Host` is an IP address, `localhost`, or the configured host name.
pub(super) async fn require_known_host(State(sign_in): State<SignIn>, request: Request, next: Next) -> Response {
    if is_asked_require_known_host(request.headers())
        || has_configured_host(request.headers(), &sign_in.addresses.origin)
    {
        next.run(request).await
    } else {
        pages::error_page(StatusCode::MISDIRECTED_REQUEST, "Use the server's address, or localhost.")
    }
}

/// For pages: refuses forms that another page submits, and sends headers against framing, caching and referrers.
pub(super) async fn isolate(State(sign_in): State<SignIn>, request: Request, next: Next) -> Response {
    let mut answer = if *request.method() == Method::POST && !is_same_origin(request.headers()) {
        pages::error_page(StatusCode::FORBIDDEN, "Another page submitted the form.")
    } else {
        next.run(request).await
    };
    // The form-action policy also applies to the redirect that answers the form.
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

fn is_asked_require_known_host(headers: &HeaderMap) -> bool {
    // HTTP/1.0 has no Host header, and no browser uses it.
    let Some(host) = headers.get(header::HOST) else { return true };
    // No browser sends user information in the Host header.
    let host = host.to_str().ok().filter(|host| !host.contains('@')).and_then(|host| host.parse::<Authority>().ok());
    host.is_some_and(|host| {
        let name = host.host().trim_matches(['[', ']']);
        name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
    })
}

fn has_configured_host(headers: &HeaderMap, origin: &str) -> bool {
    let own = origin.split_once("://").map(|(_, authority)| authority);
    let asked = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    own.zip(asked).is_some_and(|(own, asked)| own.eq_ignore_ascii_case(asked))
}

/// A page with a no-referrer policy sends the Origin `null`, so Sec-Fetch-Site decides.
fn is_same_origin(headers: &HeaderMap) -> bool {
    headers.get(SEC_FETCH_SITE).is_none_or(|site| site == "same-origin")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_host_names_are_refused() {
        let asked = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
            is_asked_require_known_host(&headers)
        };
        for host in ["127.0.0.1:3000", "localhost:3000", "LOCALHOST", "[::1]:3000", "192.0.2.7:3000"] {
            assert!(asked(host), "{host}");
        }
        for host in ["evil.example:3000", "localhost.evil.example", "127.0.0.1.evil.example", "", "a@b@127.0.0.1"] {
            assert!(!asked(host), "{host}");
        }
        assert!(is_asked_require_known_host(&HeaderMap::new()));
    }

    #[test]
    fn the_configured_host_name_is_accepted() {
        let asked = |host| HeaderMap::from_iter([(header::HOST, HeaderValue::from_static(host))]);
        assert!(has_configured_host(&asked("Cabinet.local:3000"), "https://cabinet.local:3000"));
        for host in ["cabinet.local", "cabinet.local:4000", "evil.example:3000"] {
            assert!(!has_configured_host(&asked(host), "https://cabinet.local:3000"), "{host}");
        }
    }

    #[test]
    fn a_form_of_another_page_is_refused() {
        let sent = |site| is_same_origin(&HeaderMap::from_iter([(SEC_FETCH_SITE, HeaderValue::from_static(site))]));
        assert!(sent("same-origin") && is_same_origin(&HeaderMap::new()));
        for site in ["cross-site", "same-site", "none"] {
            assert!(!sent(site), "{site}");
        }
    }
}
