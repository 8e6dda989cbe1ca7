//! The sign-in's own address: its pages, to which browsers are sent, and what the dashboard asks of it.

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
use super::token::named;

/// How long an answer may take: a person waits for it.
const PATIENCE: Duration = Duration::from_secs(5);
/// Who signs in, and that the token is for this API.
const SCOPE: &str = "openid key-automat/person";

/// Speaks to the sign-in.
#[derive(Debug)]
pub(super) struct Provider {
    settings: SignInSettings,
    client: SharedHttpConnector,
}

/// What a sign-in or its renewal gives. It has no `Debug`.
pub(super) struct Tokens {
    /// What the person may do.
    pub(super) access: String,
    /// For how many seconds.
    pub(super) seconds: u64,
    /// For the next ones.
    pub(super) refresh: Option<String>,
    /// What the person is called, where the sign-in says so.
    pub(super) name: Option<String>,
}

/// Why there are no tokens.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoTokens {
    /// The code or the refresh token is good for nothing any more.
    #[error("the grant is good for nothing any more")]
    Over,
    /// Something is wrong between the sign-in and us.
    #[error(transparent)]
    SignIn(#[from] SignInError),
}

/// What can be wrong between the sign-in and us. Nothing of what was asked or answered stands in it.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignInError {
    /// It did not answer in time.
    #[error("the sign-in did not answer in time")]
    Slow,
    /// It cannot be reached.
    #[error("the sign-in cannot be reached")]
    Unreachable(#[source] ConnectorError),
    /// It answered that it cannot.
    #[error("the sign-in answered {0}")]
    Status(StatusCode),
    /// It answered something else.
    #[error("the sign-in's answer cannot be read")]
    Unreadable,
}

impl Provider {
    pub(super) fn new(settings: &SignInSettings, client: SharedHttpConnector) -> Self {
        Self { settings: settings.clone(), client }
    }

    /// The page on which people sign in.
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

    /// The way out: it forgets the browser, and sends it back to us.
    pub(super) fn logout(&self) -> String {
        self.page("/logout", &[("client_id", &self.settings.client), ("logout_uri", &self.settings.signed_out())])
    }

    /// The tokens for a code.
    pub(super) async fn redeem(&self, code: &str, verifier: &str) -> Result<Tokens, NoTokens> {
        let callback = self.settings.callback();
        let asked = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.settings.client),
            ("redirect_uri", &callback),
            ("code_verifier", verifier),
            ("code", code),
        ];
        self.tokens(&asked).await
    }

    /// The next tokens. Asking twice does no harm, as the refresh token stays the same.
    pub(super) async fn renew(&self, refresh: &str) -> Result<Tokens, NoTokens> {
        let asked = [("grant_type", "refresh_token"), ("client_id", &self.settings.client), ("refresh_token", refresh)];
        match self.tokens(&asked).await {
            Err(NoTokens::SignIn(SignInError::Unreachable(_))) => self.tokens(&asked).await,
            answer => answer,
        }
    }

    /// Ends the sign-in of a refresh token.
    pub(super) async fn revoke(&self, refresh: &str) -> Result<(), SignInError> {
        let asked = [("client_id", self.settings.client.as_str()), ("token", refresh)];
        let address = format!("{}/oauth2/revoke", self.settings.pages);
        let (status, _) = self.send(Method::POST, &address, form(&asked)).await?;
        if status.is_success() { Ok(()) } else { Err(SignInError::Status(status)) }
    }

    /// The issuer's public keys.
    pub(super) async fn keys(&self) -> Result<Value, SignInError> {
        let address = &self.settings.keys;
        let (status, body) = match self.send(Method::GET, address, String::new()).await {
            // The connection may have been from before the function was put to sleep.
            Err(SignInError::Unreachable(_)) => self.send(Method::GET, address, String::new()).await?,
            answer => answer?,
        };
        if !status.is_success() {
            return Err(SignInError::Status(status));
        }
        serde_json::from_slice(&body).map_err(|_| SignInError::Unreadable)
    }

    async fn tokens(&self, asked: &[(&str, &str)]) -> Result<Tokens, NoTokens> {
        let address = format!("{}/oauth2/token", self.settings.pages);
        let (status, body) = self.send(Method::POST, &address, form(asked)).await?;
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        match (status.is_success(), body["error"].as_str()) {
            (true, _) => tokens(&body).ok_or(SignInError::Unreadable.into()),
            (false, Some("invalid_grant")) => Err(NoTokens::Over),
            // Such as a client that is not there any more: to sign in again leads to the new one.
            (false, Some(_)) if [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED].contains(&status) => {
                tracing::warn!(http.status = status.as_u16(), "the sign-in takes us for somebody else");
                Err(NoTokens::Over)
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
        format!("{}{path}?{}", self.settings.pages, form(query))
    }
}

fn form(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn tokens(answer: &Value) -> Option<Tokens> {
    Some(Tokens {
        access: answer["access_token"].as_str()?.to_owned(),
        seconds: answer["expires_in"].as_u64()?,
        refresh: answer["refresh_token"].as_str().map(str::to_owned),
        name: answer["id_token"].as_str().and_then(named),
    })
}
