//! Protection against cross-site request forgery: by the headers that every browser sends, without tokens in the forms.

use http::header::ORIGIN;
use http::{HeaderMap, HeaderName, Method};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a request is safe, or sent by our own page. Browsers send the origin with every POST; without one, or with
/// `null`, it is not ours.
pub(super) fn is_ours(method: &Method, headers: &HeaderMap, dashboard: &str) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let named = (origins.next(), origins.next());
    let of_us = matches!(named, (Some(origin), None) if origin.as_bytes() == dashboard.as_bytes());
    let fetched_by_us = headers.get(SEC_FETCH_SITE).is_none_or(|site| site == "same-origin");
    method.is_safe() || of_us && fetched_by_us
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const US: &str = "https://keys.example";

    fn posted(origin: Option<&'static str>, site: Option<&'static str>) -> bool {
        let value = |text| HeaderValue::from_static(text);
        let headers = origin.map(|text| (ORIGIN, value(text))).into_iter();
        let headers = headers.chain(site.map(|text| (SEC_FETCH_SITE, value(text))));
        is_ours(&Method::POST, &headers.collect(), US)
    }

    #[test]
    fn only_our_own_pages_may_send_forms() {
        assert!(posted(Some(US), None) && posted(Some(US), Some("same-origin")));
        for origin in [
            None,
            Some("null"),
            Some(""),
            Some("https://evil.example"),
            Some("http://keys.example"),
            Some("https://keys.example:8443"),
            Some("https://keys.example.evil.example"),
            Some("https://KEYS.example"),
            Some("https://keys.example, https://evil.example"),
        ] {
            assert!(!posted(origin, None) && !posted(origin, Some("same-origin")), "{origin:?}");
        }
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!posted(Some(US), Some(site)), "{site}");
        }
    }

    #[test]
    fn any_site_may_link_to_a_page() {
        let elsewhere = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static("https://evil.example"))]);
        assert!(is_ours(&Method::GET, &elsewhere, US) && is_ours(&Method::HEAD, &HeaderMap::new(), US));
        assert!(!is_ours(&Method::PUT, &elsewhere, US) && !is_ours(&Method::DELETE, &HeaderMap::new(), US));
    }
}
