//! OAuth clients: the dashboard, where people sign in, and a machine client for each role.

use api::{PERSON_SCOPE, Role};

use crate::people::OPENID;
use crate::tokens::WEB_CLIENT;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    /// The dashboard. It runs in browsers, so it has no secret.
    Web,
    /// A machine client with a secret; on loopback any secret is accepted.
    Machine(Role),
}

impl Client {
    pub(super) fn of_id(id: &str) -> Option<Self> {
        if id == WEB_CLIENT { Some(Self::Web) } else { id.parse().ok().map(Self::Machine) }
    }
}

/// The dashboard's URLs to which a browser may return after sign-in or sign-out. A requested URL must match exactly.
#[derive(Debug)]
pub(super) struct Addresses {
    /// Origin of the dashboard, the same as that of the local cloud.
    pub(super) origin: String,
    /// Where the authorization code is sent.
    pub(super) callback: String,
    /// Where the browser goes after signing out.
    pub(super) signed_out: String,
}

impl Addresses {
    pub(super) fn at(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            callback: format!("{origin}/auth/callback"),
            signed_out: format!("{origin}/"),
        }
    }
}

/// The scopes that the dashboard may request.
pub(super) const WEB_SCOPES: [&str; 2] = [OPENID, PERSON_SCOPE];

/// The scopes to grant for the requested ones, by default all; `None` when the dashboard may not have one of them.
pub(super) fn granted(wanted: Option<&str>) -> Option<String> {
    let Some(wanted) = wanted else { return Some(WEB_SCOPES.join(" ")) };
    wanted.split(' ').all(|scope| WEB_SCOPES.contains(&scope)).then(|| wanted.to_owned())
}
