//! Authorization requests, by which an application sends a person here to sign in.

use super::client::{self, Addresses, Client};
use super::oauth_error::OAuthError;
use super::parameters::Parameters;

/// A valid authorization request (RFC 6749, section 4.1.1, with PKCE by RFC 7636). It has no `Debug`: `state` and
/// `nonce` are confidential between the application and the browser.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    pub(super) challenge: String,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
}

/// How to answer an invalid request.
pub(super) enum RequestError {
    /// Show the person an error page: the client or its redirect URI is unknown, so the browser must not be redirected.
    Page(&'static str),
    /// Redirect the browser to the application with an error.
    Redirect { to: String, refusal: OAuthError, state: Option<String> },
}

impl Request {
    /// Validates the parameters of a query string, or of the form that repeats them.
    pub(super) fn read(parameters: &Parameters, addresses: &Addresses) -> Result<Self, RequestError> {
        match parameters.get("client_id").ok().flatten().and_then(Client::of_id) {
            Some(Client::Web) => {}
            Some(Client::Machine(_)) => return Err(RequestError::Page("A machine client cannot sign people in.")),
            None => return Err(RequestError::Page("Unknown client_id.")),
        }
        let redirect_uri = parameters.get("redirect_uri").ok().flatten();
        let Some(to) = redirect_uri.filter(|uri| *uri == addresses.callback) else {
            return Err(RequestError::Page("The redirect_uri is not registered for this application."));
        };
        let state = parameters.get("state");
        let sent_back = |refusal| RequestError::Redirect {
            to: to.to_owned(),
            refusal,
            state: state.ok().flatten().map(str::to_owned),
        };
        state.and_then(|state| Self::trusted(parameters, to, state)).map_err(sent_back)
    }

    fn trusted(parameters: &Parameters, redirect_uri: &str, state: Option<&str>) -> Result<Self, OAuthError> {
        if parameters.require("response_type", "response_type is missing")? != "code" {
            return Err(OAuthError::UnsupportedResponseType);
        }
        let challenge = parameters.require("code_challenge", "code_challenge is missing: PKCE is required")?;
        if parameters.get("code_challenge_method")? != Some("S256") {
            return Err(OAuthError::InvalidRequest("the code_challenge_method must be S256"));
        }
        if challenge.len() != 43 || !challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        {
            return Err(OAuthError::InvalidRequest("the code_challenge is not a SHA-256 digest in base64url"));
        }
        let scope = client::granted(parameters.get("scope")?);
        Ok(Self {
            redirect_uri: redirect_uri.to_owned(),
            scope: scope.ok_or(OAuthError::InvalidScope("the scope must consist of openid and key-automat/person"))?,
            challenge: challenge.to_owned(),
            state: state.map(str::to_owned),
            nonce: parameters.get("nonce")?.map(str::to_owned),
        })
    }

    /// The redirect URI with a code.
    pub(super) fn redirect_with_code(&self, code: &str) -> String {
        back(&self.redirect_uri, &[("code", Some(code)), ("state", self.state.as_deref())])
    }
}

/// The redirect URI with an error.
pub(super) fn redirect_with_error(to: &str, refusal: OAuthError, state: Option<&str>) -> String {
    let description = refusal.description();
    back(to, &[("error", Some(refusal.error())), ("error_description", Some(description)), ("state", state)])
}

fn back(to: &str, parameters: &[(&str, Option<&str>)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    format!("{to}?{}", query.finish())
}
