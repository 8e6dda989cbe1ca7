//! What a browser sees: the page where people say who they are, the one for requests that are no good, and the way out.
//!
//! There is nothing here to be remembered between the two requests of a sign-in: the form carries what was asked for,
//! and it is read again, as strictly, when it comes back. So whoever makes a form of their own gets no further than
//! with a link.

use std::sync::Arc;

use askama::Template;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode, Uri, header};

use super::client::Client;
use super::parameters::Parameters;
use super::refusal::Refusal;
use super::request::{Bad, Request, refused};
use super::{Secrets, SignIn};
use crate::people::{PEOPLE, Person};
use crate::tokens::WEB_CLIENT;

const STYLE: &str = include_str!("../../templates/sign_in.css");

#[derive(Template)]
#[template(path = "sign_in.html")]
struct WhoAreYou<'r> {
    client_id: &'static str,
    request: &'r Request,
    people: &'static [Person],
    wants_password: bool,
    is_asked_again: bool,
}

#[derive(Template)]
#[template(path = "sign_in_refused.html")]
struct Refused {
    why: &'static str,
}

/// `GET /oauth2/authorize`: asks who it is.
pub(super) async fn ask(State(sign_in): State<SignIn>, uri: Uri) -> Response {
    match Request::read(&Parameters::of_query(uri.query()), &sign_in.addresses) {
        Ok(request) => sign_in.who_are_you(&request, false),
        Err(bad) => turned_away(bad),
    }
}

/// `POST /login`: takes the answer, and sends the browser back to the application with a code.
pub(super) async fn enter(
    State(sign_in): State<SignIn>,
    headers: HeaderMap,
    form: Result<Bytes, BytesRejection>,
) -> Response {
    let form = form.map_err(|_| Refusal::InvalidRequest("the form cannot be read"));
    let parameters = match form.and_then(|form| Parameters::of_form(&headers, &form)) {
        Ok(parameters) => parameters,
        Err(refusal) => return no(StatusCode::BAD_REQUEST, refusal.description()),
    };
    let request = match Request::read(&parameters, &sign_in.addresses) {
        Ok(request) => request,
        Err(bad) => return turned_away(bad),
    };
    let Some(person) = sign_in.person(&parameters) else {
        return (StatusCode::BAD_REQUEST, sign_in.who_are_you(&request, true)).into_response();
    };
    match sign_in.grants.code(request.clone(), person, sign_in.clock.now()) {
        Ok(code) => Redirect::to(&request.answered(&code)).into_response(),
        Err(error) => {
            let refusal = Refusal::broken(&error);
            Redirect::to(&refused(&request.redirect_uri, refusal, request.state.as_deref())).into_response()
        }
    }
}

/// `GET /logout`: sends the browser on. It has nothing of ours that could be taken from it, as each sign-in asks.
pub(super) async fn leave(State(sign_in): State<SignIn>, uri: Uri) -> Response {
    let parameters = Parameters::of_query(uri.query());
    if parameters.get("client_id").ok().flatten().and_then(Client::of_id) != Some(Client::Web) {
        return no(StatusCode::BAD_REQUEST, "No application is known by that client_id.");
    }
    if parameters.get("logout_uri") != Ok(Some(sign_in.addresses.signed_out.as_str())) {
        return no(StatusCode::BAD_REQUEST, "The logout_uri is not one of the application's.");
    }
    Redirect::to(&sign_in.addresses.signed_out).into_response()
}

pub(super) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

/// The page that says that something cannot be done.
pub(super) fn no(status: StatusCode, why: &'static str) -> Response {
    (status, shown(&Refused { why })).into_response()
}

impl SignIn {
    /// The person of a form, if the password is right where one is wanted.
    fn person(&self, parameters: &Parameters) -> Option<&'static Person> {
        let person = parameters.get("person").ok().flatten().and_then(Person::of_word)?;
        let password = parameters.get("password").ok().flatten();
        let is_right = |secrets: &Arc<Secrets>| secrets.knows_person(person.word, password);
        self.secrets.as_ref().is_none_or(is_right).then_some(person)
    }

    fn who_are_you(&self, request: &Request, is_asked_again: bool) -> Response {
        let wants_password = self.secrets.is_some();
        shown(&WhoAreYou { client_id: WEB_CLIENT, request, people: &PEOPLE, wants_password, is_asked_again })
    }
}

fn turned_away(bad: Bad) -> Response {
    match bad {
        Bad::Page(why) => no(StatusCode::BAD_REQUEST, why),
        Bad::Back { to, refusal, state } => Redirect::to(&refused(&to, refusal, state.as_deref())).into_response(),
    }
}

fn shown(page: &impl Template) -> Response {
    match page.render() {
        Ok(page) => Html(page).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page of the sign-in cannot be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
