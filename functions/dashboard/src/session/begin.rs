//! `GET /sign-in`: sends a browser to the page on which people sign in.

use api::Problem;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::{HeaderMap, Uri};
use store::Random;

use super::attempt::{self, Secret};
use super::cookies::{self, SIGNING_IN, SIGNING_IN_SECONDS};
use super::notice::Notice;
use super::{SignIn, parameter};
use crate::links::own;
use crate::visit::Visit;

/// `to` is the page to go on to.
pub(crate) async fn begin(
    State(sign_in): State<SignIn>,
    State(random): State<Random>,
    visit: Visit,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let Some(open) = sign_in.open() else { return Ok(Notice::Closed.page(&visit, "/")) };
    let to = parameter(&uri, "to").unwrap_or_default();
    let secret = match cookies::held(&headers, SIGNING_IN).and_then(Secret::of_cookie) {
        Some(secret) => secret,
        None => Secret::fresh(&random)?,
    };
    let state = secret.state(own(&to), &random)?;
    let challenge = attempt::challenge(&secret.verifier(&state));
    let mut answer = Redirect::to(&open.hosted.authorize(&state, &challenge)).into_response();
    cookies::keep(answer.headers_mut(), SIGNING_IN, &secret.cookie(), SIGNING_IN_SECONDS);
    Ok(answer)
}
