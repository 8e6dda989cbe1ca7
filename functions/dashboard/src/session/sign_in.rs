//! `GET /sign-in`: redirects to the sign-in page. `GET /auth/callback`: handles its response. `POST /sign-out`: ends the
//! session here and at the provider.

use api::{App, Problem};
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header::HOST;
use http::{HeaderMap, Uri};

use super::Inner;
use super::cookies::{self, ACCESS, PERSON, REFRESH, SESSION_SECONDS, SIGNING_IN, SIGNING_IN_SECONDS};
use super::notice::Notice;
use super::pkce::{self, Secret};
use super::provider::{NoTokens, Tokens};
use super::token::User;
use crate::Dashboard;
use crate::frame::Frame;
use crate::links::{own, with_query};
use crate::visit::{Answer, redirect};

/// `to` is the page to return to.
pub(crate) async fn start(
    State(Dashboard { sign_in, random, .. }): State<Dashboard>,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    let to = parameter(&uri, "to").unwrap_or_default();
    if let Some(home) = sign_in.0.home(&headers, &uri, &to) {
        return Ok(home);
    }
    let secret = match cookies::held(&headers, SIGNING_IN).and_then(Secret::of_cookie) {
        Some(secret) => secret,
        None => Secret::fresh(&random)?,
    };
    let state = secret.state(own(&to), &random)?;
    let challenge = pkce::challenge(&secret.verifier(&state));
    let mut answer = Redirect::to(&sign_in.0.provider.authorize(&state, &challenge)).into_response();
    cookies::keep(answer.headers_mut(), SIGNING_IN, &secret.cookie(), SIGNING_IN_SECONDS);
    Ok(answer)
}

/// Every response redirects away from the address with the code, or is a page that says what to do.
pub(crate) async fn finish(
    State(Dashboard { sign_in, app, .. }): State<Dashboard>,
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
        Ok(tokens) => {
            if let Some(user) = &tokens.user {
                record(&app, user).await;
            }
            Ok(signed_in(&tokens, &to))
        }
        Err(NoTokens::Expired) => Ok(Notice::Lost.page(&frame, &to)),
        Err(NoTokens::SignIn(error)) => Err(Problem::internal(error)),
    }
}

/// Stores the user's name, with which events show who it was. Without it they show the beginning of the subject.
async fn record(app: &App, user: &User) {
    if let Err(error) = app.store.record_user(&user.actor, &user.name, app.clock.now()).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "storing the name of a user failed");
    }
}

/// The cookies are deleted even if the provider cannot be reached.
pub(crate) async fn sign_out(State(Dashboard { sign_in, .. }): State<Dashboard>, headers: HeaderMap) -> Response {
    if let Some(refresh) = cookies::held(&headers, REFRESH)
        && let Err(error) = sign_in.0.provider.revoke(refresh).await
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "revoking the refresh token failed");
    }
    let mut answer = Redirect::to(&sign_in.0.provider.logout()).into_response();
    cookies::forget(answer.headers_mut(), &[ACCESS, REFRESH, PERSON]);
    answer
}

impl Inner {
    /// A redirect for a browser that uses another host name of the dashboard, since cookies belong to one host. It
    /// redirects only once, because a proxy may change the host that we see.
    fn home(&self, headers: &HeaderMap, uri: &Uri, to: &str) -> Option<Response> {
        let host = headers.get(HOST)?.to_str().ok()?;
        let is_home = host.eq_ignore_ascii_case(self.settings.authority()) || parameter(uri, "sent").is_some();
        (!is_home).then(|| {
            let sign_in = format!("{}/sign-in", self.settings.dashboard);
            Redirect::to(&with_query(&sign_in, &[("to", to), ("sent", "home")])).into_response()
        })
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
    let name = tokens.user.as_ref().map(|user| user.name.as_str()).unwrap_or_default();
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

fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.find(|(given, _)| given == name).map(|(_, value)| value.into_owned())
}
