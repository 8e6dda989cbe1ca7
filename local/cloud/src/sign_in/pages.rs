//! The pages that a browser sees: the sign-in page, the error page, and the redirect after signing out.
//!
//! Nothing is stored between the two requests of a sign-in: the form carries the parameters of the first request, and
//! they are validated again when it is submitted. So a forged form can do no more than a link.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode, Uri, header};

use super::client::Client;
use super::oauth_error::OAuthError;
use super::parameters::Parameters;
use super::request::{Request, RequestError, redirect_with_error};
use super::{Secrets, SignIn};
use crate::people::{LocalUser, PEOPLE};
use crate::tokens::WEB_CLIENT;

const STYLE: &str = include_str!("../../templates/sign_in.css");

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'r> {
    client_id: &'static str,
    request: &'r Request,
    people: &'static [LocalUser],
    requires_password: bool,
    is_retry: bool,
}

#[derive(Template)]
#[template(path = "sign_in_error.html")]
struct ErrorPage {
    why: &'static str,
}

/// `GET /oauth2/authorize`: shows the sign-in page.
pub(super) async fn authorize(State(sign_in): State<SignIn>, uri: Uri) -> Response {
    match Request::read(&Parameters::of_query(uri.query()), &sign_in.addresses) {
        Ok(request) => sign_in.sign_in_page(&request, false),
        Err(error) => error_response(error),
    }
}

/// `POST /login`: signs the person in, and redirects the browser to the application with a code.
pub(super) async fn login(
    State(sign_in): State<SignIn>,
    headers: HeaderMap,
    form: Result<Bytes, BytesRejection>,
) -> Response {
    let form = form.map_err(|_| OAuthError::InvalidRequest("the form was incomplete or too large"));
    let parameters = match form.and_then(|form| Parameters::of_form(&headers, &form)) {
        Ok(parameters) => parameters,
        Err(refusal) => return error_page(StatusCode::BAD_REQUEST, refusal.description()),
    };
    let request = match Request::read(&parameters, &sign_in.addresses) {
        Ok(request) => request,
        Err(error) => return error_response(error),
    };
    let Some(person) = sign_in.person(&parameters) else {
        return (StatusCode::BAD_REQUEST, sign_in.sign_in_page(&request, true)).into_response();
    };
    match sign_in.grants.code(request.clone(), person, sign_in.clock.now()) {
        Ok(code) => Redirect::to(&request.redirect_with_code(&code)).into_response(),
        Err(error) => {
            let refusal = OAuthError::broken(error);
            Redirect::to(&redirect_with_error(&request.redirect_uri, refusal, request.state.as_deref())).into_response()
        }
    }
}

/// `GET /logout`: redirects the browser to the application. There is no session to delete, since each sign-in asks
/// again.
pub(super) async fn logout(State(sign_in): State<SignIn>, uri: Uri) -> Response {
    let parameters = Parameters::of_query(uri.query());
    if parameters.get("client_id").ok().flatten().and_then(Client::of_id) != Some(Client::Web) {
        return error_page(StatusCode::BAD_REQUEST, "Unknown client_id.");
    }
    if parameters.get("logout_uri") != Ok(Some(sign_in.addresses.signed_out.as_str())) {
        return error_page(StatusCode::BAD_REQUEST, "The logout_uri is not registered for this application.");
    }
    Redirect::to(&sign_in.addresses.signed_out).into_response()
}

pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

pub(super) fn error_page(status: StatusCode, why: &'static str) -> Response {
    (status, render(&ErrorPage { why })).into_response()
}

impl SignIn {
    /// The person in the form, if the password is right or none is required.
    fn person(&self, parameters: &Parameters) -> Option<&'static LocalUser> {
        let person = parameters.get("person").ok().flatten().and_then(LocalUser::by_id)?;
        let password = parameters.get("password").ok().flatten();
        let is_right = |secrets: &Arc<Secrets>| secrets.knows_person(person.id, password);
        self.secrets.as_ref().is_none_or(is_right).then_some(person)
    }

    fn sign_in_page(&self, request: &Request, is_retry: bool) -> Response {
        let requires_password = self.secrets.is_some();
        render(&SignInPage { client_id: WEB_CLIENT, request, people: &PEOPLE, requires_password, is_retry })
    }
}

fn error_response(error: RequestError) -> Response {
    match error {
        RequestError::Page(why) => error_page(StatusCode::BAD_REQUEST, why),
        RequestError::Redirect { to, refusal, state } => {
            Redirect::to(&redirect_with_error(&to, refusal, state.as_deref())).into_response()
        }
    }
}

fn render(page: &impl Template) -> Response {
    match page.render() {
        Ok(page) => Html(page).into_response(),
        Err(error) => {
            tracing::error!(%error, "cannot render a page of the sign-in");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
