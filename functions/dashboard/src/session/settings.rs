//! The settings of the sign-in.

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInSettings {
    /// The origin of the sign-in pages.
    pub pages: String,
    /// The issuer of the tokens.
    pub issuer: String,
    /// The address of the issuer's public keys.
    pub keys: String,
    /// The dashboard's client id.
    pub client: String,
    /// The dashboard's own origin.
    pub dashboard: String,
}

impl SignInSettings {
    /// The redirect target after signing in.
    pub(super) fn callback(&self) -> String {
        format!("{}/auth/callback", self.dashboard)
    }

    /// The redirect target after signing out.
    pub(super) fn signed_out(&self) -> String {
        format!("{}/", self.dashboard)
    }

    /// The host and port of the dashboard.
    pub(super) fn authority(&self) -> &str {
        self.dashboard.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// Whether the dashboard uses TLS. The local cloud does not.
    pub(super) fn is_https(&self) -> bool {
        self.dashboard.starts_with("https://")
    }
}
