//! `POST /sign-out`: ends the sign-in, here and where it began.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::HeaderMap;

use super::SignIn;
use super::cookies::{self, ACCESS, PERSON, REFRESH};

/// Whether or not the sign-in can be told, the browser forgets it.
pub(crate) async fn sign_out(State(sign_in): State<SignIn>, headers: HeaderMap) -> Response {
    if let Some(refresh) = cookies::held(&headers, REFRESH)
        && let Err(error) = sign_in.0.provider.revoke(refresh).await
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "a sign-in was left, but not ended");
    }
    let mut answer = Redirect::to(&sign_in.0.provider.logout()).into_response();
    cookies::forget(answer.headers_mut(), &[ACCESS, REFRESH, PERSON]);
    answer
}
