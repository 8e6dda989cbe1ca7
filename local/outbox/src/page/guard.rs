//! Who may look: a person with a browser on this machine, or a script of theirs. The page shows PINs, so no other web
//! page may read it, frame it or drive it, also not by giving this machine a name of its own (DNS rebinding). Whoever
//! serves it to other machines lets in only whom it knows.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::uri::Authority;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

/// The emails are in frames that have this policy too: their own styles are inline.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; \
    connect-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// `origin` is that of the server, by which it is reached beside the names of this machine.
pub(super) async fn keep_out_others(State(origin): State<Arc<str>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let mut answer = if !is_for_this_machine(headers) && !is_for(&origin, headers) {
        (StatusCode::MISDIRECTED_REQUEST, "Ask for the outbox on localhost.").into_response()
    } else if *request.method() != Method::GET && !is_of_the_page(&origin, headers) {
        (StatusCode::FORBIDDEN, "Other web pages have no access.").into_response()
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

/// Whether the page itself sends this. No browser leaves out both headers in a POST; scripts send neither.
fn is_of_the_page(origin: &str, headers: &HeaderMap) -> bool {
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
    fn only_names_of_this_machine_are_its_own() {
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
    fn the_servers_own_name_and_scheme_are_ours() {
        let origin = "https://192.0.2.7:3000";
        assert!(is_for(origin, &headers(&[(header::HOST, "192.0.2.7:3000")])));
        assert!(!is_for(origin, &headers(&[(header::HOST, "192.0.2.8:3000")])) && !is_for(origin, &HeaderMap::new()));
        let sent = |from| is_of_the_page(origin, &headers(&[(header::HOST, "192.0.2.7:3000"), (header::ORIGIN, from)]));
        assert!(sent(origin) && !sent("http://192.0.2.7:3000") && !sent("https://evil.example"));
    }

    #[test]
    fn whatever_a_browser_says_must_say_that_the_page_is_ours() {
        let with = |pairs: &[(HeaderName, &'static str)]| {
            let headers = headers(&[&[(header::HOST, "localhost:3000")], pairs].concat());
            is_of_the_page("http://127.0.0.1:3000", &headers)
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
