//! What an application asks for when it sends somebody here to sign in.

use super::client::{self, Addresses, Client};
use super::parameters::Parameters;
use super::refusal::Refusal;

/// A good authorization request (RFC 6749, section 4.1.1, with PKCE by RFC 7636). No `Debug`: `state` and `nonce` are
/// between the application and the browser.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    pub(super) challenge: String,
    pub(super) state: Option<String>,
    pub(super) nonce: Option<String>,
}

/// What to do about one that is no good.
pub(super) enum Bad {
    /// Tell the person: who sent them here, or where they would be sent, is not ours to trust.
    Page(&'static str),
    /// Send them back with an error.
    Back { to: String, refusal: Refusal, state: Option<String> },
}

impl Request {
    /// Reads one from a query string or from the form that came of it.
    pub(super) fn read(parameters: &Parameters, addresses: &Addresses) -> Result<Self, Bad> {
        match parameters.get("client_id").ok().flatten().and_then(Client::of_id) {
            Some(Client::Web) => {}
            Some(Client::Machine(_)) => return Err(Bad::Page("A machine's client signs nobody in.")),
            None => return Err(Bad::Page("No application is known by that client_id.")),
        }
        let redirect_uri = parameters.get("redirect_uri").ok().flatten();
        let Some(to) = redirect_uri.filter(|uri| *uri == addresses.callback) else {
            return Err(Bad::Page("The redirect_uri is not one of the application's."));
        };
        let state = parameters.get("state");
        let sent_back =
            |refusal| Bad::Back { to: to.to_owned(), refusal, state: state.ok().flatten().map(str::to_owned) };
        state.and_then(|state| Self::trusted(parameters, to, state)).map_err(sent_back)
    }

    fn trusted(parameters: &Parameters, redirect_uri: &str, state: Option<&str>) -> Result<Self, Refusal> {
        if parameters.need("response_type", "response_type is missing")? != "code" {
            return Err(Refusal::UnsupportedResponseType);
        }
        let challenge = parameters.need("code_challenge", "code_challenge is missing: PKCE is needed")?;
        if parameters.get("code_challenge_method")? != Some("S256") {
            return Err(Refusal::InvalidRequest("the code_challenge_method is S256"));
        }
        if challenge.len() != 43 || !challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        {
            return Err(Refusal::InvalidRequest("the code_challenge is no SHA-256 digest in base64url"));
        }
        let scope = client::granted(parameters.get("scope")?);
        Ok(Self {
            redirect_uri: redirect_uri.to_owned(),
            scope: scope.ok_or(Refusal::InvalidScope("the scopes are openid and key-automat/person"))?,
            challenge: challenge.to_owned(),
            state: state.map(str::to_owned),
            nonce: parameters.get("nonce")?.map(str::to_owned),
        })
    }

    /// Where the browser goes with a code.
    pub(super) fn answered(&self, code: &str) -> String {
        back(&self.redirect_uri, &[("code", Some(code)), ("state", self.state.as_deref())])
    }
}

/// Where the browser goes with an error.
pub(super) fn refused(to: &str, refusal: Refusal, state: Option<&str>) -> String {
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
