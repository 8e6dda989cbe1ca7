//! Who is there: the sign-in, the cookies that hold it, and the check that takes the place of the gateway's authorizer.
//!
//! API Gateway reads no cookies, so the dashboard's route is open to it, and the dashboard verifies the token itself. What
//! it found it hands on as the gateway would have, so that the gate decides about pages as it does about the API
//! (`docs/adr/0021-sessions-in-cookies.md`).
//!
//! *Invariant*: nothing of a session is kept on the server, and no token leaves the cookies but to the sign-in's own
//! address.

mod authenticate;
pub(crate) mod callback;
pub(crate) mod cookies;
mod headers;
mod keys;
mod notice;
mod origin;
mod pkce;
mod provider;
mod settings;
pub(crate) mod sign_in;
pub(crate) mod sign_out;
mod token;

use std::sync::Arc;

use api::Role;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use http::Uri;

pub(crate) use authenticate::authenticate;
pub(crate) use headers::ShowsMail;
pub use settings::SignInSettings;

use keys::Keys;
use provider::Provider;

/// The person at the browser, for the page to show.
#[derive(Debug, Clone)]
pub(crate) struct SignedInUser {
    /// What they are called.
    pub(crate) name: String,
    /// What they may; nothing while nobody has given them a role.
    pub(crate) role: Option<Role>,
}

/// Where people sign in.
#[derive(Debug, Clone)]
pub struct SignIn(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: SignInSettings,
    provider: Provider,
    keys: Keys,
}

impl SignIn {
    /// With the sign-in that the settings name, reached by a client of HTTP.
    #[must_use]
    pub fn new(settings: SignInSettings, client: SharedHttpConnector) -> Self {
        let provider = Provider::new(&settings, client);
        Self(Arc::new(Inner { settings, provider, keys: Keys::default() }))
    }

    /// Fetches the issuer's keys, so that the first request need not. If it fails the first request will try again.
    pub async fn prepare(&self) {
        if let Err(error) = self.0.keys.fetch(&self.0.provider, None).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "fetching the issuer's keys");
        }
    }
}

/// A parameter of a query.
fn parameter(uri: &Uri, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.find(|(given, _)| given == name).map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests;
