//! The people who can sign in here: one for each role, and one whom nobody has given any. In AWS they are in the user
//! pool, and an admin puts them into its groups.

use api::Role;
use domain::Instant;

/// Somebody.
#[derive(Debug, PartialEq, Eq)]
pub struct Person {
    /// Names them in the sign-in form.
    pub word: &'static str,
    /// For people to read.
    pub name: &'static str,
    /// Their `sub` and, since Cognito makes it up where people sign in by email, their user name.
    pub subject: &'static str,
    /// Their group.
    pub group: Option<Role>,
    /// What they can do, in a few words.
    pub may: &'static str,
}

/// All of them. Their subjects stay the same from run to run, as events name people by them.
pub static PEOPLE: [Person; 4] = [
    Person {
        word: "viewer",
        name: "Vera Viitanen",
        subject: "203ce9bc-5081-7042-1d9a-6f1f0a5c7e01",
        group: Some(Role::Viewer),
        may: "sees automats, keys and contracts",
    },
    Person {
        word: "operator",
        name: "Otto Oksanen",
        subject: "50ac79dc-a0d1-7013-c0f4-0f3b6f0e9d02",
        group: Some(Role::Operator),
        may: "also makes contracts, sees PINs and opens lockers",
    },
    Person {
        word: "admin",
        name: "Ada Aalto",
        subject: "a0fc19ec-3001-70d4-8b6e-2c7d5a1b4f03",
        group: Some(Role::Admin),
        may: "also sets up automats and keys",
    },
    Person {
        word: "newcomer",
        name: "Nelli Niemi",
        subject: "e05c894c-f0b1-7098-44aa-93d18c2e6b04",
        group: None,
        may: "is new, and in no group yet",
    },
];

impl Person {
    /// The person of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<&'static Self> {
        PEOPLE.iter().find(|person| person.word == word)
    }
}

/// Somebody who has signed in, for as long as their refresh token is good.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub person: &'static Person,
    /// The scopes that they were asked for, apart by spaces.
    pub scope: String,
    /// When.
    pub since: Instant,
    /// Names this sign-in in all of its tokens: their `origin_jti`.
    pub origin: String,
}

impl SignedIn {
    /// Whether the application wants to know who it is, and not only to call the API.
    #[must_use]
    pub fn is_openid(&self) -> bool {
        self.scope.split(' ').any(|scope| scope == OPENID)
    }
}

/// The scope by which an application asks for an ID token.
pub const OPENID: &str = "openid";
