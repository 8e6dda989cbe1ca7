//! The security headers of every response.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};

use super::SignIn;

/// An extension of a response with a preview of an email, whose styles are inline.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShowsMail;

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

const FIXED: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    // Our own requests have a referrer, from which `origin` recognises them. Other sites learn nothing.
    (REFERRER_POLICY, "same-origin"),
    (OPENER_POLICY, "same-origin"),
    (RESOURCE_POLICY, "same-origin"),
    (PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

pub(super) async fn guard(State(sign_in): State<SignIn>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let shows_mail = answer.extensions().get::<ShowsMail>().is_some();
    let settings = &sign_in.0.settings;
    let policy = policy(&settings.pages, shows_mail);
    let headers = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if settings.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    answer
}

/// Signing out redirects to the sign-in, and `form-action` also applies to redirects.
fn policy(sign_in: &str, shows_mail: bool) -> String {
    let styles = if shows_mail { "'self' 'unsafe-inline'" } else { "'self'" };
    format!(
        "default-src 'none'; script-src 'self'; style-src {styles}; img-src 'self'; connect-src 'self'; \
         form-action 'self' {sign_in}; frame-ancestors 'none'; base-uri 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_email_previews_may_have_inline_styles() {
        let strict = policy("https://sign-in.example", false);
        assert!(!strict.contains("unsafe") && strict.contains("form-action 'self' https://sign-in.example;"));
        assert!(policy("", true).contains("style-src 'self' 'unsafe-inline';"));
        assert!(policy("", true).contains("script-src 'self';"));
    }
}
