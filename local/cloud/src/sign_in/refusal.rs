//! What may be wrong with what a client asks for, by the names of RFC 6749, 7009 and 7636.

use axum::response::{IntoResponse, Json, Response};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

/// A refusal, with what to tell a developer where there is something to tell. Nothing of the request is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
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

impl Refusal {
    /// A thing of ours that does not work.
    pub(super) fn broken(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a token cannot be made");
        Self::Broken
    }

    /// Its name.
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

    /// What to tell a developer.
    pub(super) fn description(self) -> &'static str {
        match self {
            Self::InvalidRequest(why) | Self::InvalidGrant(why) | Self::InvalidScope(why) => why,
            Self::InvalidClient => {
                "the clients are admin, operator and viewer, each with its secret (on loopback, any), and dashboard, which has none"
            }
            Self::UnauthorizedClient => {
                "this client may not do that: machines use client_credentials, dashboard the rest"
            }
            Self::UnsupportedGrantType => {
                "the grant types are authorization_code, client_credentials and refresh_token"
            }
            Self::UnsupportedResponseType => "the response_type is code",
            Self::UnsupportedTokenType => "only refresh tokens can be revoked; the others end by themselves",
            Self::Broken => "no token can be made",
        }
    }

    /// The answer to a client that asked with these headers (RFC 6749, section 5.2).
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
