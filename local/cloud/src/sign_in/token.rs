//! `/oauth2/token` and `/oauth2/revoke`, where clients get tokens and revoke them.

use api::Role;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::{IntoResponse, Json, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Instant;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use super::SignIn;
use super::client::Client;
use super::oauth_error::OAuthError;
use super::parameters::Parameters;
use crate::people::SignedIn;
use crate::tokens::{LIFETIME_SECONDS, PERSON_LIFETIME_SECONDS, granted_scopes};

type Form = Result<Bytes, BytesRejection>;

/// `POST /oauth2/token`.
pub(super) async fn issue(State(sign_in): State<SignIn>, headers: HeaderMap, form: Form) -> Response {
    let tokens = parameters(&headers, form).and_then(|parameters| sign_in.tokens_for(&headers, &parameters));
    let answer = tokens.map(Json).map_err(|refusal| refusal.answer(&headers));
    ([(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")], answer).into_response()
}

/// `POST /oauth2/revoke`: revokes a refresh token (RFC 7009). An unknown token is answered with success, as the RFC
/// requires.
pub(super) async fn revoke(State(sign_in): State<SignIn>, headers: HeaderMap, form: Form) -> Response {
    let revoked = parameters(&headers, form).and_then(|parameters| {
        match sign_in.client(&headers, &parameters)? {
            Client::Web => {}
            Client::Machine(_) => return Err(OAuthError::UnauthorizedClient),
        }
        let token = parameters.require("token", "token is missing")?;
        if token.contains('.') {
            return Err(OAuthError::UnsupportedTokenType);
        }
        sign_in.grants.revoke(token);
        Ok(())
    });
    let answer = revoked.map_err(|refusal| refusal.answer(&headers));
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}

pub(super) async fn method_not_allowed(headers: HeaderMap) -> Response {
    let answer = OAuthError::InvalidRequest("use POST").answer(&headers);
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")], answer).into_response()
}

impl SignIn {
    fn tokens_for(&self, headers: &HeaderMap, parameters: &Parameters) -> Result<Value, OAuthError> {
        let now = self.clock.now();
        let client = self.client(headers, parameters)?;
        match (parameters.require("grant_type", "grant_type is missing")?, client) {
            ("client_credentials", Client::Machine(role)) => self.for_machine(role, parameters, now),
            ("authorization_code", Client::Web) => self.for_code(parameters, now),
            ("refresh_token", Client::Web) => {
                let token = parameters.require("refresh_token", "refresh_token is missing")?;
                self.for_person(&self.grants.signed_in(token, now)?, None, now)
            }
            ("client_credentials" | "authorization_code" | "refresh_token", _) => Err(OAuthError::UnauthorizedClient),
            _ => Err(OAuthError::UnsupportedGrantType),
        }
    }

    fn for_machine(&self, role: Role, parameters: &Parameters, now: Instant) -> Result<Value, OAuthError> {
        let unknown = OAuthError::InvalidScope(
            "the scope must consist of key-automat/admin, key-automat/operator and key-automat/viewer, none above the client's own role",
        );
        let scope = granted_scopes(role, parameters.get("scope")?).ok_or(unknown)?;
        let token = self.tokens.issue(role, &scope, now).map_err(OAuthError::broken)?;
        Ok(json!({ "access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_SECONDS, "scope": scope }))
    }

    fn for_code(&self, parameters: &Parameters, now: Instant) -> Result<Value, OAuthError> {
        let code = parameters.require("code", "code is missing")?;
        let redirect_uri = parameters.require("redirect_uri", "redirect_uri is missing")?;
        let verifier = parameters.require("code_verifier", "code_verifier is missing")?;
        let redeemed = self.grants.redeem(code, redirect_uri, verifier, now)?;
        let mut tokens = self.for_person(&redeemed.signed_in, redeemed.nonce.as_deref(), now)?;
        tokens["refresh_token"] = redeemed.refresh_token.into();
        Ok(tokens)
    }

    fn for_person(&self, signed_in: &SignedIn, nonce: Option<&str>, now: Instant) -> Result<Value, OAuthError> {
        let access = self.tokens.access(signed_in, now).map_err(OAuthError::broken)?;
        let mut tokens =
            json!({ "access_token": access, "token_type": "Bearer", "expires_in": PERSON_LIFETIME_SECONDS });
        if signed_in.is_openid() {
            let identity = self.tokens.identity(signed_in, &access, nonce, now);
            tokens["id_token"] = identity.map_err(OAuthError::broken)?.into();
        }
        Ok(tokens)
    }
}

fn parameters(headers: &HeaderMap, form: Form) -> Result<Parameters, OAuthError> {
    Parameters::of_form(
        headers,
        &form.map_err(|_| OAuthError::InvalidRequest("the request body was incomplete or too large"))?,
    )
}

impl SignIn {
    /// Authenticates the client by HTTP Basic authentication or by the form. A request that does both with different
    /// values is refused.
    fn client(&self, headers: &HeaderMap, parameters: &Parameters) -> Result<Client, OAuthError> {
        let (in_form, secret) = (parameters.get("client_id")?, parameters.get("client_secret")?);
        let basic = basic_client(headers)?;
        let (id, secret) = match (&basic, in_form) {
            (Some(_), _) if secret.is_some() => {
                return Err(OAuthError::InvalidRequest("use only one method of client authentication"));
            }
            (Some((basic, _)), Some(form)) if basic != form => {
                return Err(OAuthError::InvalidRequest("the client_id differs between header and form"));
            }
            (Some((id, secret)), _) => (id.as_str(), Some(secret.as_str())),
            (None, Some(id)) => (id, secret),
            (None, None) => return Err(OAuthError::InvalidClient),
        };
        let is_known = match (Client::of_id(id), &self.secrets) {
            (Some(Client::Web), _) => secret.is_none(),
            (Some(Client::Machine(role)), Some(secrets)) => secrets.knows_client(role, secret),
            (Some(Client::Machine(_)), None) => true,
            (None, _) => false,
        };
        Client::of_id(id).filter(|_| is_known).ok_or(OAuthError::InvalidClient)
    }
}

/// The client and secret that a request presents by HTTP Basic authentication.
pub(crate) fn shown_client(headers: &HeaderMap) -> Option<(String, String)> {
    basic_client(headers).ok().flatten()
}

/// The client and secret of HTTP Basic authentication, which are form-encoded by RFC 6749, section 2.3.1.
fn basic_client(headers: &HeaderMap) -> Result<Option<(String, String)>, OAuthError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let decoded = value.to_str().ok().and_then(|text| {
        let (scheme, credentials) = text.split_once(' ')?;
        let credentials = scheme.eq_ignore_ascii_case("basic").then(|| credentials.trim())?;
        let credentials = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
        let (client_id, secret) = credentials.split_once(':')?;
        let decoded = |text: &str| form_urlencoded::parse(text.as_bytes()).next().map(|(name, _)| name.into_owned());
        Some((decoded(client_id)?, decoded(secret).unwrap_or_default()))
    });
    decoded.map(Some).ok_or(OAuthError::InvalidClient)
}
