//! Lets signed-in users through, as the gateway's authorizer does for the API's routes. The claims go where the gateway
//! would have put them, so that the API's gate decides what they may do.

use api::problem::Code;
use api::routes::{self, Access};
use api::{Claims, CorrelationId, Problem, Role};
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequest as _, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use clock::Clock;
use domain::Instant;
use http::header::REFERER;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Method, Uri};

use super::cookies::{self, ACCESS, PERSON, REFRESH};
use super::notice::{Notice, sign_in};
use super::provider::{NoTokens, SignInError};
use super::{Inner, SignIn, SignedInUser, headers, origin};
use crate::form::Form;
use crate::frame::Frame;
use crate::links::own;
use crate::refused::is_by_program;

const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Adds the check in front of the pages, and the security headers of every response.
pub(crate) fn authenticate<S: Clone + Send + Sync + 'static>(
    pages: Router<S>,
    sign_in: SignIn,
    clock: Clock,
) -> Router<S> {
    pages
        .layer(from_fn_with_state((sign_in.clone(), clock), check_session))
        .layer(from_fn_with_state(sign_in, headers::guard))
}

enum Session {
    /// Signed in, with a new access token if the old one had expired.
    SignedIn {
        claims: Claims,
        renewed: Option<Renewed>,
    },
    SignedOut,
}

struct Renewed {
    access: String,
    seconds: u64,
}

async fn check_session(State((sign_in, clock)): State<(SignIn, Clock)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    // The gateway has verified a bearer token, which no other site can make a browser send.
    if let Some(claims) = Claims::of_gateway(&parts.extensions) {
        let name = claims.get("username").unwrap_or_default().to_owned();
        parts.extensions.insert(SignedInUser { name, role: Role::of_claims(claims.by_name()) });
        return next.run(Request::from_parts(parts, body)).await;
    }
    let access = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
    let access = access.and_then(|path| routes::access(&parts.method, path));
    // A 404 for a program needs no sign-in.
    if access.is_none() && is_by_program(&parts) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let sign_in = &sign_in.0;
    if !origin::is_ours(&parts.method, &parts.headers, &sign_in.settings.dashboard) {
        return refused(&Notice::Foreign, &parts, Problem::new(Code::Forbidden, "It was sent by another site."));
    }
    if access == Some(Access::Open) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let session = match sign_in.session(&parts.headers, clock.now()).await {
        Ok(session) => session,
        Err(error) => return refused(&Notice::Unavailable, &parts, Problem::internal(error)),
    };
    match session {
        Session::SignedIn { claims, renewed } => {
            let role = Role::of_claims(claims.by_name());
            parts.extensions.insert(SignedInUser { name: name(&parts.headers, &claims), role });
            claims.insert_into(&mut parts.extensions);
            let mut answer = match access {
                Some(Access::AtLeast(needed)) if role.is_none() => {
                    refused(&Notice::NoRole, &parts, Problem::forbidden(needed, None))
                }
                _ => next.run(Request::from_parts(parts, body)).await,
            };
            if let Some(Renewed { access, seconds }) = renewed {
                cookies::keep(answer.headers_mut(), ACCESS, &access, seconds);
            }
            answer
        }
        Session::SignedOut if access.is_none() => next.run(Request::from_parts(parts, body)).await,
        Session::SignedOut => {
            let mut answer = respond_signed_out(&parts, body).await;
            if cookies::held(&parts.headers, REFRESH).is_some() {
                cookies::forget(answer.headers_mut(), &[ACCESS, REFRESH, PERSON]);
            }
            answer
        }
    }
}

impl Inner {
    async fn session(&self, headers: &HeaderMap, now: Instant) -> Result<Session, SignInError> {
        if let Some(access) = cookies::held(headers, ACCESS)
            && let Some(claims) = self.claims(access, now).await?
        {
            return Ok(Session::SignedIn { claims, renewed: None });
        }
        let Some(refresh) = cookies::held(headers, REFRESH) else { return Ok(Session::SignedOut) };
        let tokens = match self.provider.renew(refresh).await {
            Ok(tokens) => tokens,
            Err(NoTokens::Expired) => return Ok(Session::SignedOut),
            Err(NoTokens::SignIn(error)) => return Err(error),
        };
        let claims = self.claims(&tokens.access, now).await?.ok_or(SignInError::Unreadable)?;
        Ok(Session::SignedIn { claims, renewed: Some(Renewed { access: tokens.access, seconds: tokens.seconds }) })
    }
}

/// The response to somebody who is not signed in. Navigation leads to the sign-in. A form is not carried out, but can
/// be sent again from the page. A script gets a 401.
async fn respond_signed_out(parts: &Parts, body: Body) -> Response {
    let navigates = parts.headers.get(SEC_FETCH_MODE).is_none_or(|mode| mode == "navigate");
    if parts.method.is_safe() && navigates {
        return Redirect::to(&sign_in(&Frame::of(parts).here)).into_response();
    }
    let form = match parts.method {
        Method::POST => Form::from_request(Request::from_parts(parts.clone(), body), &()).await.ok(),
        _ => None,
    };
    refused(&Notice::Ended(form.unwrap_or_default()), parts, Problem::unauthenticated())
}

fn refused(notice: &Notice, parts: &Parts, problem: Problem) -> Response {
    let frame = Frame::of(parts);
    let mut answer = match notice {
        Notice::Unavailable => notice.named_page(&frame, &CorrelationId::of_request(&parts.headers, &parts.extensions)),
        _ => notice.page(&frame, &shown(parts, &frame)),
    };
    answer.extensions_mut().insert(problem);
    answer
}

/// The page that the user sees: for a form, the page that it was sent from.
fn shown(parts: &Parts, frame: &Frame) -> String {
    if parts.method.is_safe() {
        return frame.here.clone();
    }
    let from = parts.headers.get(REFERER).and_then(|from| from.to_str().ok()?.parse::<Uri>().ok());
    let path = from.and_then(|from| Some(own(from.path_and_query()?.as_str()).to_owned()));
    path.unwrap_or_else(|| "/".to_owned())
}

/// The name from the sign-in, otherwise the user name in the user pool.
fn name(headers: &HeaderMap, claims: &Claims) -> String {
    let said = cookies::held(headers, PERSON).and_then(|text| BASE64_URL_SAFE_NO_PAD.decode(text).ok());
    let said = said.and_then(|bytes| String::from_utf8(bytes).ok());
    said.or_else(|| claims.get("username").map(str::to_owned)).unwrap_or_default()
}
