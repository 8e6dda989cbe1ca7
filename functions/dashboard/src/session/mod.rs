//! Sessions: the sign-in, its cookies, and the check that replaces the gateway's authorizer.
//!
//! API Gateway does not read cookies, so its route for the dashboard is open, and the dashboard verifies the token
//! itself. It passes the claims on as the gateway would, so that the API's gate decides about pages too
//! (`docs/adr/0021-sessions-in-cookies.md`).
//!
//! *Invariant*: the server stores nothing of a session, and a token is sent to nobody but the identity provider.

mod authenticate;
pub(crate) mod cookies;
mod headers;
mod keys;
mod notice;
mod origin;
mod pkce;
mod provider;
mod settings;
pub(crate) mod sign_in;
mod token;

use std::sync::Arc;

use api::Role;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;

pub(crate) use authenticate::authenticate;
pub(crate) use headers::ShowsMail;
pub use settings::SignInSettings;

use keys::Keys;
use provider::Provider;

#[derive(Debug, Clone)]
pub(crate) struct SignedInUser {
    pub(crate) name: String,
    /// `None` until an admin gives them a role.
    pub(crate) role: Option<Role>,
}

#[derive(Debug, Clone)]
pub struct SignIn(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: SignInSettings,
    provider: Provider,
    keys: Keys,
}

impl SignIn {
    #[must_use]
    pub fn new(settings: SignInSettings, client: SharedHttpConnector) -> Self {
        let provider = Provider::new(&settings, client);
        Self(Arc::new(Inner { settings, provider, keys: Keys::default() }))
    }

    /// Fetches the issuer's keys before the first request. If it fails, the first request tries again.
    pub async fn prepare(&self) {
        if let Err(error) = self.0.keys.fetch(&self.0.provider, None).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "fetching the issuer's keys");
        }
    }
}

#[cfg(test)]
mod tests;
