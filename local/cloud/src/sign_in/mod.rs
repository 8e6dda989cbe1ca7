//! The sign-in, as Amazon Cognito has it on the domain of a user pool: people sign in on a page and come back to the
//! application with a code (RFC 6749, section 4.1, with PKCE), machines have credentials of their own (section 4.4).
//!
//! It has Cognito's paths, parameters and claims, and remembers no browser. On this machine it asks for no passwords: a
//! click says who one is, at each sign-in anew. On a network it asks people for theirs, and machines for their secrets.

mod client;
mod documents;
mod grants;
mod guard;
mod pages;
mod parameters;
mod refusal;
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
    /// What is asked for on a network.
    secrets: Option<Arc<Secrets>>,
    clock: Clock,
}

/// The routes, which need no token.
pub fn router(tokens: Arc<Tokens>, secrets: Option<Arc<Secrets>>, clock: Clock, random: Random) -> Router {
    let addresses = Arc::new(Addresses::at(tokens.issuer()));
    let sign_in = SignIn { tokens, grants: Arc::new(Grants::new(random)), addresses, secrets, clock };
    let pages = Router::new()
        .route("/oauth2/authorize", get(pages::ask))
        .route("/login", get(pages::ask).post(pages::enter))
        .route("/login/page.css", get(pages::style))
        .route("/logout", get(pages::leave))
        .layer(from_fn_with_state(sign_in.clone(), guard::alone));
    Router::new()
        .route("/oauth2/token", post(token::give).fallback(token::not_by_this_method))
        .route("/oauth2/revoke", post(token::revoke).fallback(token::not_by_this_method))
        .route("/.well-known/jwks.json", get(documents::jwks))
        .route("/.well-known/openid-configuration", get(documents::configuration))
        .merge(pages)
        .layer(from_fn_with_state(sign_in.clone(), guard::by_address))
        .with_state(sign_in)
}

#[cfg(test)]
mod tests;
