//! `POST /sign-out`: ends the sign-in, here and where it began.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::HeaderMap;

use super::SignIn;
use super::cookies::{self, ACCESS, PERSON, REFRESH};
use super::notice::Notice;
use crate::visit::Visit;

/// Whether or not the sign-in can be told, the browser forgets it.
pub(crate) async fn leave(State(sign_in): State<SignIn>, visit: Visit, headers: HeaderMap) -> Response {
    let Some(open) = sign_in.open() else { return Notice::Closed.page(&visit, "/") };
    if let Some(refresh) = cookies::held(&headers, REFRESH)
        && let Err(trouble) = open.hosted.revoke(refresh).await
    {
        tracing::warn!(error = &trouble as &dyn std::error::Error, "a sign-in was left, but not ended");
    }
    let mut answer = Redirect::to(&open.hosted.logout()).into_response();
    cookies::forget(answer.headers_mut(), &[ACCESS, REFRESH, PERSON]);
    answer
}
