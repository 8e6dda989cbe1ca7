//! `POST /sign-out`: ends the session here and at the provider.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::HeaderMap;

use super::cookies::{self, ACCESS, PERSON, REFRESH};
use crate::Dashboard;

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
