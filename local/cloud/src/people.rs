//! The people who can sign in to the local cloud: one for each role, and one without a role. In AWS they are users of a
//! Cognito user pool, and an admin adds them to its groups.

use api::Role;
use domain::Instant;

/// Somebody who can sign in.
#[derive(Debug, PartialEq, Eq)]
pub struct LocalUser {
    /// Identifies the person in the sign-in form and in the password file.
    pub id: &'static str,
    pub name: &'static str,
    /// The `sub` claim and, because Cognito generates user names where people sign in by email, the user name.
    pub subject: &'static str,
    /// The person's group; `None` for a new user.
    pub group: Option<Role>,
    /// What the person can do, as a short phrase.
    pub may: &'static str,
}

/// All people. Their subjects are the same in every run, since events refer to people by subject.
pub static PEOPLE: [LocalUser; 4] = [
    LocalUser {
        id: "viewer",
        name: "Vera Viitanen",
        subject: "203ce9bc-5081-7042-1d9a-6f1f0a5c7e01",
        group: Some(Role::Viewer),
        may: "sees automats, keys and contracts",
    },
    LocalUser {
        id: "operator",
        name: "Otto Oksanen",
        subject: "50ac79dc-a0d1-7013-c0f4-0f3b6f0e9d02",
        group: Some(Role::Operator),
        may: "also makes contracts, sees PINs and opens lockers",
    },
    LocalUser {
        id: "admin",
        name: "Ada Aalto",
        subject: "a0fc19ec-3001-70d4-8b6e-2c7d5a1b4f03",
        group: Some(Role::Admin),
        may: "also sets up automats and keys",
    },
    LocalUser {
        id: "newcomer",
        name: "Nelli Niemi",
        subject: "e05c894c-f0b1-7098-44aa-93d18c2e6b04",
        group: None,
        may: "is new, and in no group yet",
    },
];

impl LocalUser {
    /// The person with this id.
    #[must_use]
    pub fn by_id(id: &str) -> Option<&'static Self> {
        PEOPLE.iter().find(|person| person.id == id)
    }
}

/// A person who has signed in; kept as long as the refresh token is valid.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub person: &'static LocalUser,
    /// The granted scopes, separated by spaces.
    pub scope: String,
    /// When the person signed in.
    pub since: Instant,
    /// Identifies the sign-in in all of its tokens: the claim `origin_jti`.
    pub origin: String,
}

impl SignedIn {
    /// Whether the application requested an ID token, and not only API access.
    #[must_use]
    pub fn is_openid(&self) -> bool {
        self.scope.split(' ').any(|scope| scope == OPENID)
    }
}

/// The scope by which an application requests an ID token.
pub const OPENID: &str = "openid";
