//! Where the sign-in is, and who we are there.

/// Where the sign-in is, and who we are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInSettings {
    /// The origin of the pages on which people sign in.
    pub pages: String,
    /// Who issues the tokens.
    pub issuer: String,
    /// Where the issuer's public keys are.
    pub keys: String,
    /// The dashboard's client.
    pub client: String,
    /// The dashboard's own origin, to which people come back.
    pub dashboard: String,
}

impl SignInSettings {
    /// Where people come back with a code.
    pub(super) fn callback(&self) -> String {
        format!("{}/auth/callback", self.dashboard)
    }

    /// Where people come back who have signed out.
    pub(super) fn signed_out(&self) -> String {
        format!("{}/", self.dashboard)
    }

    /// The name and port under which browsers know the dashboard.
    pub(super) fn authority(&self) -> &str {
        self.dashboard.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// Whether the dashboard is reached by TLS: on one machine it is not.
    pub(super) fn is_https(&self) -> bool {
        self.dashboard.starts_with("https://")
    }
}
