//! Protects the page, which shows PINs, from other web pages: none may read it, frame it or send its forms, not even by
//! a host name of its own (DNS rebinding). It is for a browser or script on this machine; a server that offers it to
//! other machines must authenticate them.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

/// Emails are shown in frames to which this policy also applies, and their styles are inline.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; \
    connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// `origin` is the server's origin, accepted in addition to `localhost` and loopback addresses.
pub(super) async fn reject_other_pages(State(origin): State<Arc<str>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let mut answer = if !is_for_this_machine(headers) && !is_for(&origin, headers) {
        (StatusCode::MISDIRECTED_REQUEST, "Use localhost to open the outbox.").into_response()
    } else if *request.method() != Method::GET && !is_same_origin(&origin, headers) {
        (StatusCode::FORBIDDEN, "Other web pages are not allowed to do this.").into_response()
    } else {
        next.run(request).await
    };
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (RESOURCE_POLICY, "same-origin"),
        (OPENER_POLICY, "same-origin"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let host = text(headers, &header::HOST).and_then(|host| host.parse::<Authority>().ok());
    host.is_some_and(|host| {
        let name = host.host().trim_matches(['[', ']']);
        name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}

fn is_for(origin: &str, headers: &HeaderMap) -> bool {
    let own = origin.split_once("://").map(|(_, authority)| authority);
    own.zip(text(headers, &header::HOST)).is_some_and(|(own, asked)| own.eq_ignore_ascii_case(asked))
}

/// Whether the page itself sends this POST. Browsers send at least one of the two headers; scripts send neither.
fn is_same_origin(origin: &str, headers: &HeaderMap) -> bool {
    let site_is_ours = headers.get(SEC_FETCH_SITE).is_none_or(|site| site == "same-origin");
    let scheme = origin.split_once("://").map_or("http", |(scheme, _)| scheme);
    let own = text(headers, &header::HOST).map(|host| format!("{scheme}://{host}"));
    let origin_is_ours = headers.get(header::ORIGIN).is_none_or(|origin| own.is_some_and(|own| *origin == *own));
    site_is_ours && origin_is_ours
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_names_of_this_machine_are_accepted() {
        for host in ["localhost", "LOCALHOST:3000", "127.0.0.1:3000", "[::1]:3000"] {
            assert!(is_for_this_machine(&headers(&[(header::HOST, host)])), "{host}");
        }
        for host in
            ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.1:3000", "a@localhost@b"]
        {
            assert!(!is_for_this_machine(&headers(&[(header::HOST, host)])), "{host}");
        }
        assert!(!is_for_this_machine(&HeaderMap::new()));
    }

    #[test]
    fn the_servers_own_origin_is_accepted() {
        let origin = "https://192.0.2.7:3000";
        assert!(is_for(origin, &headers(&[(header::HOST, "192.0.2.7:3000")])));
        assert!(!is_for(origin, &headers(&[(header::HOST, "192.0.2.8:3000")])) && !is_for(origin, &HeaderMap::new()));
        let sent = |from| is_same_origin(origin, &headers(&[(header::HOST, "192.0.2.7:3000"), (header::ORIGIN, from)]));
        assert!(sent(origin) && !sent("http://192.0.2.7:3000") && !sent("https://evil.example"));
    }

    #[test]
    fn a_browsers_headers_must_show_the_same_origin() {
        let with = |pairs: &[(HeaderName, &'static str)]| {
            let headers = headers(&[&[(header::HOST, "localhost:3000")], pairs].concat());
            is_same_origin("http://127.0.0.1:3000", &headers)
        };
        assert!(with(&[]), "a script");
        assert!(with(&[(header::ORIGIN, "http://localhost:3000")]));
        assert!(with(&[(SEC_FETCH_SITE, "same-origin"), (header::ORIGIN, "http://localhost:3000")]));
        for origin in ["http://evil.example", "http://localhost:4000", "https://localhost:3000", "null", ""] {
            assert!(!with(&[(header::ORIGIN, origin)]), "{origin}");
        }
        for site in ["cross-site", "same-site", "none"] {
            assert!(!with(&[(SEC_FETCH_SITE, site)]), "{site}");
        }
    }
}
