//! Errors of the token and revocation endpoints, with the codes of RFC 6749, 7009 and 7636.

use axum::response::{IntoResponse, Json, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

/// An error, in some cases with a description for the developer, which never repeats parts of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OAuthError {
    InvalidRequest(&'static str),
    InvalidClient,
    InvalidGrant(&'static str),
    InvalidScope(&'static str),
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    UnsupportedTokenType,
    Broken,
}

impl OAuthError {
    /// An internal error, which is logged.
    pub(super) fn broken(error: impl Into<anyhow::Error>) -> Self {
        tracing::error!(error = format!("{:#}", error.into()), "cannot create a token");
        Self::Broken
    }

    pub(super) fn error(self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant(_) => "invalid_grant",
            Self::InvalidScope(_) => "invalid_scope",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::Broken => "server_error",
        }
    }

    /// The description for the developer.
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::InvalidRequest(why) | Self::InvalidGrant(why) | Self::InvalidScope(why) => why,
            Self::InvalidClient => {
                "client authentication failed: use the client admin, operator or viewer with its secret (on loopback, any secret), or dashboard without one"
            }
            Self::UnauthorizedClient => {
                "this client may not use that grant: machines use client_credentials, dashboard uses the others"
            }
            Self::UnsupportedGrantType => {
                "the grant_type must be authorization_code, client_credentials or refresh_token"
            }
            Self::UnsupportedResponseType => "the response_type must be code",
            Self::UnsupportedTokenType => "only refresh tokens can be revoked; access and ID tokens expire",
            Self::Broken => "the server cannot create a token",
        }
    }

    /// The answer to a client that sent these headers (RFC 6749, section 5.2).
    pub(super) fn answer(self, headers: &HeaderMap) -> Response {
        let status = match self {
            Self::InvalidClient => StatusCode::UNAUTHORIZED,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        let body = json!({ "error": self.error(), "error_description": self.description() });
        let answer = (status, Json(body)).into_response();
        if status == StatusCode::UNAUTHORIZED && headers.contains_key(header::AUTHORIZATION) {
            return ([(header::WWW_AUTHENTICATE, r#"Basic realm="key-automat""#)], answer).into_response();
        }
        answer
    }
}
