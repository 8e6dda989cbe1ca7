//! The three roles, and how an access token states the role of its holder.
//!
//! A person has the role of their groups, a machine the role of its token's scopes. The two never mix: a machine's
//! scope gives a person nothing, and a person's groups count only in a token issued for this API, which has the scope
//! [`PERSON_SCOPE`] (`docs/adr/0016-who-may.md`).

use std::collections::HashMap;

use strum::{EnumString, IntoStaticStr, VariantArray};

/// A caller's role. Each role includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, VariantArray, EnumString)]
#[strum(serialize_all = "kebab-case")]
pub enum Role {
    /// Can read; codes are masked.
    Viewer,
    /// Can also create contracts and see PINs.
    Operator,
    /// Can also set up automats and keys.
    Admin,
}

/// The claim in which Amazon Cognito lists a person's groups.
const GROUPS: &str = "cognito:groups";
/// The claim that lists a token's scopes, separated by spaces (RFC 8693, section 4.2).
const SCOPE: &str = "scope";
/// The claim with a person's user name. Cognito adds it to every access token of a person and to none of a machine.
const USERNAME: &str = "username";
/// The scope of a person's token for this API. By itself it gives no role.
pub const PERSON_SCOPE: &str = "key-automat/person";

impl Role {
    /// All roles, lowest first.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The name of the role: also that of its Cognito group.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The scope that gives this role to a machine: the resource server's name, then the role's.
    #[must_use]
    pub fn scope(self) -> &'static str {
        match self {
            Self::Viewer => "key-automat/viewer",
            Self::Operator => "key-automat/operator",
            Self::Admin => "key-automat/admin",
        }
    }

    /// The scopes that API Gateway accepts on a route for this role: a token needs one of them. For a person, the
    /// function then checks the groups.
    #[must_use]
    pub fn scopes(self) -> Vec<&'static str> {
        let of_machines = Self::ALL.iter().filter(move |role| **role >= self).map(|role| role.scope());
        of_machines.chain([PERSON_SCOPE]).collect()
    }

    /// The highest role that an access token's claims give, if any.
    #[must_use]
    pub fn of_claims(claims: &HashMap<String, String>) -> Option<Self> {
        let mut scopes = claims.get(SCOPE).map(String::as_str).unwrap_or_default().split(' ');
        match claims.get(GROUPS) {
            Some(groups) if scopes.any(|scope| scope == PERSON_SCOPE) => {
                listed(groups).filter_map(|group| group.parse().ok()).max()
            }
            None if !claims.contains_key(USERNAME) => scopes.filter_map(Self::of_scope).max(),
            Some(_) | None => None,
        }
    }

    /// The role that this scope gives to a machine.
    #[must_use]
    pub fn of_scope(scope: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.scope() == scope)
    }
}

/// Splits a list as API Gateway formats it: `[admin operator]`. This is unambiguous, since a group's name in Cognito
/// has no spaces.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    inner.into_iter().flat_map(|inner| inner.split(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(claims: &[(&str, &str)]) -> Option<Role> {
        let claims = claims.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Role::of_claims(&claims.collect())
    }

    fn of_person(groups: &str, scope: &str) -> Option<Role> {
        role(&[("username", "5f0c"), ("cognito:groups", groups), ("scope", scope)])
    }

    #[test]
    fn a_person_has_the_highest_role_among_their_groups() {
        assert_eq!(of_person("[operator]", "openid key-automat/person"), Some(Role::Operator));
        assert_eq!(of_person("[other admin viewer]", "key-automat/person"), Some(Role::Admin));
        assert_eq!(role(&[("username", "5f0c"), ("scope", "key-automat/person")]), None, "in no group");
    }

    #[test]
    fn groups_count_only_in_a_token_for_this_api() {
        for scope in ["", "openid", "key-automat/personal", "person", "KEY-AUTOMAT/PERSON"] {
            assert_eq!(of_person("[admin]", scope), None, "{scope}");
        }
        assert_eq!(role(&[("username", "5f0c"), ("cognito:groups", "[admin]")]), None);
    }

    #[test]
    fn a_machines_scope_gives_a_person_nothing() {
        assert_eq!(of_person("[viewer]", "key-automat/admin"), None);
        assert_eq!(of_person("[viewer]", "key-automat/person key-automat/admin"), Some(Role::Viewer));
        assert_eq!(role(&[("username", "5f0c"), ("scope", "key-automat/person key-automat/admin")]), None);
    }

    #[test]
    fn a_machine_has_the_highest_role_among_its_scopes() {
        let of_machine = |scope| role(&[("client_id", "4c1a"), ("scope", scope)]);
        assert_eq!(of_machine("key-automat/viewer key-automat/operator"), Some(Role::Operator));
        assert_eq!(of_machine("key-automat/person"), None, "a person's scope without a user name gives nothing");
    }

    #[test]
    fn similar_names_are_not_roles() {
        for groups in ["[administrator admins Admin]", "admin", "[viewer,admin]", "[[admin]]", "[\"admin\"]", "[]", ""]
        {
            assert_eq!(of_person(groups, PERSON_SCOPE), None, "{groups}");
        }
        for scope in ["admin other/admin key-automat/admin/x", "", "key-automat/", "key-automat/Admin"] {
            assert_eq!(role(&[("scope", scope)]), None, "{scope}");
        }
        assert_eq!(role(&[("groups", "[admin]")]), None);
    }

    #[test]
    fn a_route_accepts_the_scopes_of_its_role_and_above_and_the_persons_scope() {
        assert_eq!(Role::Operator.scopes(), ["key-automat/operator", "key-automat/admin", "key-automat/person"]);
        assert_eq!(Role::Viewer.scopes().len(), 4);
        assert_eq!(Role::Admin.scopes().len(), 2);
    }
}
