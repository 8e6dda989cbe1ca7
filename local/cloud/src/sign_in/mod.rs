//! The sign-in, with the endpoints that Amazon Cognito has on the domain of a user pool: people sign in on a page and
//! return to the application with an authorization code (RFC 6749, section 4.1, with PKCE), machines use client
//! credentials (section 4.4).
//!
//! Paths, parameters and claims are Cognito's, but there is no session cookie: each sign-in asks again. On loopback a
//! click on a person is enough. On a network people need their password, and machines their secret.

mod client;
mod documents;
mod grants;
mod guard;
mod oauth_error;
mod pages;
mod parameters;
mod request;
mod secrets;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use clock::{Clock, Random};

use client::Addresses;
use grants::Grants;
pub use secrets::Secrets;
pub(crate) use token::shown_client;

use crate::tokens::Tokens;

#[derive(Clone)]
struct SignIn {
    tokens: Arc<Tokens>,
    grants: Arc<Grants>,
    addresses: Arc<Addresses>,
    /// Required on a network; `None` on loopback.
    secrets: Option<Arc<Secrets>>,
    clock: Clock,
}

/// The routes of the sign-in. None of them requires a token.
pub fn router(tokens: Arc<Tokens>, secrets: Option<Arc<Secrets>>, clock: Clock, random: Random) -> Router {
    let addresses = Arc::new(Addresses::at(tokens.issuer()));
    let sign_in = SignIn { tokens, grants: Arc::new(Grants::new(random)), addresses, secrets, clock };
    let pages = Router::new()
        .route("/oauth2/authorize", get(pages::authorize))
        .route("/login", get(pages::authorize).post(pages::login))
        .route("/login/page.css", get(pages::style))
        .route("/logout", get(pages::logout))
        .layer(from_fn_with_state(sign_in.clone(), guard::isolate));
    Router::new()
        .route("/oauth2/token", post(token::issue).fallback(token::method_not_allowed))
        .route("/oauth2/revoke", post(token::revoke).fallback(token::method_not_allowed))
        .route("/.well-known/jwks.json", get(documents::jwks))
        .route("/.well-known/openid-configuration", get(documents::configuration))
        .merge(pages)
        .layer(from_fn_with_state(sign_in.clone(), guard::require_known_host))
        .with_state(sign_in)
}

#[cfg(test)]
mod tests;
