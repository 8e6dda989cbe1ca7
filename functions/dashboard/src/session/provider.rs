//! The identity provider: its pages, to which browsers are redirected, and the dashboard's requests to it.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use axum::body::Bytes;
use form_urlencoded::Serializer;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;

use super::SignInSettings;
use super::token::User;

/// A user waits for the response.
const PATIENCE: Duration = Duration::from_secs(5);
const SCOPE: &str = "openid key-automat/person";

#[derive(Debug)]
pub(super) struct Provider {
    settings: SignInSettings,
    client: SharedHttpConnector,
}

/// The tokens of a sign-in or a refresh. It has no `Debug`.
pub(super) struct Tokens {
    pub(super) access: String,
    /// How long the access token is valid.
    pub(super) seconds: u64,
    pub(super) refresh: Option<String>,
    /// The user, if there is an ID token.
    pub(super) user: Option<User>,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum NoTokens {
    /// The code or refresh token is no longer valid.
    #[error("the grant is no longer valid")]
    Expired,
    /// The sign-in failed for another reason.
    #[error(transparent)]
    SignIn(#[from] SignInError),
}

/// Why a request to the provider failed. It has nothing of the request or response.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignInError {
    #[error("the identity provider did not respond in time")]
    Slow,
    #[error("the identity provider cannot be reached")]
    Unreachable(#[source] ConnectorError),
    #[error("the identity provider responded with {0}")]
    Status(StatusCode),
    #[error("the identity provider's response cannot be read")]
    Unreadable,
}

impl Provider {
    pub(super) fn new(settings: &SignInSettings, client: SharedHttpConnector) -> Self {
        Self { settings: settings.clone(), client }
    }

    pub(super) fn authorize(&self, state: &str, challenge: &str) -> String {
        self.page(
            "/oauth2/authorize",
            &[
                ("response_type", "code"),
                ("client_id", &self.settings.client),
                ("redirect_uri", &self.settings.callback()),
                ("scope", SCOPE),
                ("state", state),
                ("code_challenge", challenge),
                ("code_challenge_method", "S256"),
            ],
        )
    }

    /// The page that signs the browser out and redirects to the dashboard.
    pub(super) fn logout(&self) -> String {
        self.page("/logout", &[("client_id", &self.settings.client), ("logout_uri", &self.settings.signed_out())])
    }

    pub(super) async fn redeem(&self, code: &str, verifier: &str) -> Result<Tokens, NoTokens> {
        let callback = self.settings.callback();
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.settings.client),
            ("redirect_uri", &callback),
            ("code_verifier", verifier),
            ("code", code),
        ];
        self.tokens(&form).await
    }

    /// New tokens. A retry is safe, since the refresh token stays the same.
    pub(super) async fn renew(&self, refresh: &str) -> Result<Tokens, NoTokens> {
        let form = [("grant_type", "refresh_token"), ("client_id", &self.settings.client), ("refresh_token", refresh)];
        match self.tokens(&form).await {
            Err(NoTokens::SignIn(SignInError::Unreachable(_))) => self.tokens(&form).await,
            answer => answer,
        }
    }

    pub(super) async fn revoke(&self, refresh: &str) -> Result<(), SignInError> {
        let form = [("client_id", self.settings.client.as_str()), ("token", refresh)];
        let address = format!("{}/oauth2/revoke", self.settings.pages);
        let (status, _) = self.send(Method::POST, &address, encode(&form)).await?;
        if status.is_success() { Ok(()) } else { Err(SignInError::Status(status)) }
    }

    pub(super) async fn keys(&self) -> Result<Value, SignInError> {
        let address = &self.settings.keys;
        let (status, body) = match self.send(Method::GET, address, String::new()).await {
            // The connection may be older than the last freeze of the function.
            Err(SignInError::Unreachable(_)) => self.send(Method::GET, address, String::new()).await?,
            answer => answer?,
        };
        if !status.is_success() {
            return Err(SignInError::Status(status));
        }
        serde_json::from_slice(&body).map_err(|_| SignInError::Unreadable)
    }

    async fn tokens(&self, form: &[(&str, &str)]) -> Result<Tokens, NoTokens> {
        let address = format!("{}/oauth2/token", self.settings.pages);
        let (status, body) = self.send(Method::POST, &address, encode(form)).await?;
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        match (status.is_success(), body["error"].as_str()) {
            (true, _) => tokens(&body).ok_or(SignInError::Unreadable.into()),
            (false, Some("invalid_grant")) => Err(NoTokens::Expired),
            // For example a client that was deleted: a new sign-in uses the current one.
            (false, Some(_)) if [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED].contains(&status) => {
                tracing::warn!(http.status = status.as_u16(), "the identity provider rejected the client");
                Err(NoTokens::Expired)
            }
            (false, _) => Err(SignInError::Status(status).into()),
        }
    }

    async fn send(&self, method: Method, address: &str, form: String) -> Result<(StatusCode, Bytes), SignInError> {
        let request = http::Request::builder().method(method).uri(address).header(ACCEPT, "application/json");
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(SdkBody::from(form));
        let request =
            request.ok().and_then(|request| HttpRequest::try_from(request).ok()).ok_or(SignInError::Unreadable)?;
        let exchange = async {
            let answer = self.client.call(request).await.map_err(SignInError::Unreachable)?;
            let status = StatusCode::from_u16(answer.status().as_u16()).map_err(|_| SignInError::Unreadable)?;
            let body = answer.into_body().collect().await.map_err(|_| SignInError::Unreadable)?;
            Ok((status, body.to_bytes()))
        };
        tokio::time::timeout(PATIENCE, exchange).await.map_err(|_| SignInError::Slow)?
    }

    fn page(&self, path: &str, query: &[(&str, &str)]) -> String {
        format!("{}{path}?{}", self.settings.pages, encode(query))
    }
}

fn encode(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn tokens(answer: &Value) -> Option<Tokens> {
    Some(Tokens {
        access: answer["access_token"].as_str()?.to_owned(),
        seconds: answer["expires_in"].as_u64()?,
        refresh: answer["refresh_token"].as_str().map(str::to_owned),
        user: answer["id_token"].as_str().and_then(User::of_token),
    })
}
