//! The clients: the dashboard, where people sign in, and a machine of each role.

use api::{PERSON_SCOPE, Role};

use crate::people::OPENID;
use crate::tokens::WEB_CLIENT;

/// A client of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    /// The dashboard. It runs in browsers, so it has no secret.
    Web,
    /// A machine, with its secret; on loopback, with any.
    Machine(Role),
}

impl Client {
    pub(super) fn of_id(id: &str) -> Option<Self> {
        if id == WEB_CLIENT { Some(Self::Web) } else { Role::named(id).map(Self::Machine) }
    }
}

/// The addresses of the dashboard, by which a browser comes back from here. What is asked for must be the very text.
#[derive(Debug)]
pub(super) struct Addresses {
    /// Its origin, which is the local cloud's own.
    pub(super) origin: String,
    /// Where it takes a code.
    pub(super) callback: String,
    /// Where it is for whoever has signed out.
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

/// The scopes that the dashboard may ask for.
pub(super) const WEB_SCOPES: [&str; 2] = [OPENID, PERSON_SCOPE];

/// The scopes of a sign-in for which `wanted` is asked, or for which nothing particular is: `None` when the dashboard
/// may not have one of them.
pub(super) fn granted(wanted: Option<&str>) -> Option<String> {
    let Some(wanted) = wanted else { return Some(WEB_SCOPES.join(" ")) };
    wanted.split(' ').all(|scope| WEB_SCOPES.contains(&scope)).then(|| wanted.to_owned())
}
