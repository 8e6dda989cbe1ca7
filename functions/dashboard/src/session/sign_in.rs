//! `GET /sign-in`: redirects to the sign-in page.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use form_urlencoded::Serializer;
use http::header::HOST;
use http::{HeaderMap, Uri};

use super::cookies::{self, SIGNING_IN, SIGNING_IN_SECONDS};
use super::pkce::{self, Secret};
use super::{Inner, parameter};
use crate::Dashboard;
use crate::links::own;
use crate::visit::Answer;

/// `to` is the page to return to.
pub(crate) async fn start_sign_in(
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

impl Inner {
    /// A redirect for a browser that uses another host name of the dashboard, since cookies belong to one host. It
    /// redirects only once, because a proxy may change the host that we see.
    fn home(&self, headers: &HeaderMap, uri: &Uri, to: &str) -> Option<Response> {
        let host = headers.get(HOST)?.to_str().ok()?;
        let is_home = host.eq_ignore_ascii_case(self.settings.authority()) || parameter(uri, "sent").is_some();
        (!is_home).then(|| {
            let query = Serializer::new(String::new()).append_pair("to", to).append_pair("sent", "home").finish();
            Redirect::to(&format!("{}/sign-in?{query}", self.settings.dashboard)).into_response()
        })
    }
}
