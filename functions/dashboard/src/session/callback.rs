//! `GET /auth/callback`: handles the response of the sign-in page.

use api::Problem;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::{HeaderMap, Uri};

use super::cookies::{self, ACCESS, PERSON, REFRESH, SESSION_SECONDS, SIGNING_IN};
use super::notice::Notice;
use super::parameter;
use super::pkce::{self, Secret};
use super::provider::{NoTokens, Tokens};
use crate::Dashboard;
use crate::frame::Frame;
use crate::visit::{Answer, redirect};

/// Every response redirects away from the address with the code, or is a page that says what to do.
pub(crate) async fn finish_sign_in(
    State(Dashboard { sign_in, .. }): State<Dashboard>,
    frame: Frame,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    let state = parameter(&uri, "state").unwrap_or_default();
    let to = pkce::destination(&state);
    let secret = cookies::held(&headers, SIGNING_IN).and_then(Secret::of_cookie);
    let Some(secret) = secret.filter(|secret| secret.has_made(&state)) else {
        // The page was reloaded, or another tab has finished the sign-in already.
        let is_in = cookies::held(&headers, REFRESH).is_some();
        return if is_in { redirect(&to) } else { Ok(Notice::Lost.page(&frame, &to)) };
    };
    let Some(code) = parameter(&uri, "code") else {
        tracing::info!(sign_in.error = known(parameter(&uri, "error").as_deref()), "sign-in failed");
        return Ok(Notice::Denied.page(&frame, &to));
    };
    match sign_in.0.provider.redeem(&code, &secret.verifier(&state)).await {
        Ok(tokens) => Ok(signed_in(&tokens, &to)),
        Err(NoTokens::Expired) => Ok(Notice::Lost.page(&frame, &to)),
        Err(NoTokens::SignIn(error)) => Err(Problem::internal(error)),
    }
}

fn signed_in(tokens: &Tokens, to: &str) -> Response {
    let mut answer = Redirect::to(to).into_response();
    let headers = answer.headers_mut();
    cookies::forget(headers, &[SIGNING_IN]);
    cookies::keep(headers, ACCESS, &tokens.access, tokens.seconds);
    match &tokens.refresh {
        Some(refresh) => cookies::keep(headers, REFRESH, refresh, SESSION_SECONDS),
        None => cookies::forget(headers, &[REFRESH]),
    }
    let name = tokens.name.as_deref().unwrap_or_default();
    cookies::keep(headers, PERSON, &BASE64_URL_SAFE_NO_PAD.encode(name), SESSION_SECONDS);
    answer
}

/// The error code, if it is a known one (RFC 6749, section 4.1.2.1). Nobody can write other text into the log.
fn known(error: Option<&str>) -> &'static str {
    const KNOWN: [&str; 7] = [
        "access_denied",
        "invalid_request",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_response_type",
    ];
    KNOWN.into_iter().find(|known| error == Some(known)).unwrap_or("other")
}
