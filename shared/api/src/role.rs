//! The three roles, and how a token says which of them its holder has.

use std::collections::HashMap;

/// What a caller may do; each role may also do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads; codes are masked.
    Viewer,
    /// Also makes contracts and sees PINs.
    Operator,
    /// Also sets up automats and keys.
    Admin,
}

/// The claim in which Amazon Cognito lists a person's groups.
const GROUPS: &str = "cognito:groups";
/// The claim that lists a machine client's scopes, apart by spaces (RFC 8693, section 4.2).
const SCOPE: &str = "scope";
/// The resource server whose scopes are roles.
const SCOPE_PREFIX: &str = "key-automat/";

impl Role {
    /// The name: a group, and the end of a scope.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// The highest role among a token's groups and scopes; none at all is possible.
    ///
    /// API Gateway hands claims on as text: a list of groups arrives as `[admin operator]`. Other gateways write
    /// commas or JSON, so all of these are taken apart alike.
    #[must_use]
    pub fn of_claims(claims: &HashMap<String, String>) -> Option<Self> {
        let groups = claims.get(GROUPS).map(String::as_str).unwrap_or_default();
        let scopes = claims.get(SCOPE).map(String::as_str).unwrap_or_default();
        let from_groups = groups.split([' ', ',', '[', ']', '"']).filter_map(Self::named);
        let from_scopes =
            scopes.split(' ').filter_map(|scope| scope.strip_prefix(SCOPE_PREFIX)).filter_map(Self::named);
        from_groups.chain(from_scopes).max()
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Viewer, Self::Operator, Self::Admin].into_iter().find(|role| role.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(claim: &str, value: &str) -> Option<Role> {
        Role::of_claims(&HashMap::from([(claim.to_owned(), value.to_owned())]))
    }

    #[test]
    fn groups_are_read_in_every_form_a_gateway_writes_them() {
        for text in ["[admin operator]", "admin,operator", "[\"operator\",\"admin\"]", "admin", "[other admin]"] {
            assert_eq!(role("cognito:groups", text), Some(Role::Admin), "{text}");
        }
        assert_eq!(role("cognito:groups", "[operator]"), Some(Role::Operator));
    }

    #[test]
    fn the_highest_scope_wins() {
        assert_eq!(role("scope", "openid key-automat/viewer key-automat/operator"), Some(Role::Operator));
    }

    #[test]
    fn what_only_looks_like_a_role_is_none() {
        for (claim, value) in [
            ("cognito:groups", "[administrator admins Admin]"),
            ("scope", "admin other/admin key-automat/admin/x"),
            ("groups", "admin"),
            ("scope", ""),
        ] {
            assert_eq!(role(claim, value), None, "{claim} {value}");
        }
    }
}
