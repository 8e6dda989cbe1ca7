//! What clients and people show to be who they say, once other machines reach the local cloud: secrets made at the first
//! start and kept in the data folder, for its owner to read.

use std::collections::BTreeMap;
use std::path::Path;

use api::Role;
use clock::Random;
use serde::{Deserialize, Serialize};

use crate::folder::{FolderError, write_private};
use crate::people::PEOPLE;
use crate::secret::{SecretError, fresh, is_same};

/// What a password is made of: digits and letters that nobody takes for one another (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A secret of each client that is a machine, and a password of each person. No `Debug`.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    clients: BTreeMap<String, String>,
    people: BTreeMap<String, String>,
}

impl Secrets {
    /// New ones.
    pub fn fresh(random: &Random) -> Result<Self, SecretError> {
        let clients = Role::ALL.map(Role::name).into_iter();
        let clients = clients.map(|id| Ok((id.to_owned(), fresh(random)?))).collect::<Result<_, SecretError>>()?;
        let people = PEOPLE.iter().map(|person| person.word);
        let people = people.map(|word| Ok((word.to_owned(), password(random)?))).collect::<Result<_, SecretError>>()?;
        Ok(Self { clients, people })
    }

    /// Those of the file; made, readable by its owner only, where there is none.
    pub fn of_file(path: &Path, random: &Random) -> Result<Self, SecretError> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let secrets: Self = serde_json::from_str(&text).map_err(|_| SecretError::NotSignIn(path.to_owned()))?;
                let has_all = Role::ALL.iter().all(|role| secrets.client(*role).is_some())
                    && PEOPLE.iter().all(|person| secrets.person(person.word).is_some());
                if has_all { Ok(secrets) } else { Err(SecretError::NotSignIn(path.to_owned())) }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let secrets = Self::fresh(random)?;
                let text = serde_json::to_string_pretty(&secrets).unwrap_or_default();
                write_private(path, &text)?;
                Ok(secrets)
            }
            Err(error) => Err(FolderError::io("read", path)(error).into()),
        }
    }

    /// A client's secret.
    #[must_use]
    pub fn client(&self, role: Role) -> Option<&str> {
        named(&self.clients, role.name())
    }

    /// A person's password, by their word.
    #[must_use]
    pub fn person(&self, word: &str) -> Option<&str> {
        named(&self.people, word)
    }

    /// Whether this is the secret of a client.
    pub(crate) fn knows_client(&self, role: Role, given: Option<&str>) -> bool {
        is_right(self.client(role), given)
    }

    /// Whether this is the password of a person.
    pub(super) fn knows_person(&self, word: &str, given: Option<&str>) -> bool {
        is_right(self.person(word), given)
    }
}

/// A secret that is too short counts as none, so that nobody opens the door by editing the file.
fn named<'s>(secrets: &'s BTreeMap<String, String>, name: &str) -> Option<&'s str> {
    secrets.get(name).map(String::as_str).filter(|secret| secret.len() >= 16)
}

fn is_right(kept: Option<&str>, given: Option<&str>) -> bool {
    kept.zip(given).is_some_and(|(kept, given)| is_same(kept.as_bytes(), given.as_bytes()))
}

/// 80 random bits, to be typed on a phone: `k7wm-3qpa-0zxd-94hs`.
fn password(random: &Random) -> Result<String, SecretError> {
    let bytes = random.bytes::<16>()?;
    let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    Ok(letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_made_once_and_readable_by_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sign-in.json");
        let made = Secrets::of_file(&path, &Random::system()).unwrap();
        let kept = Secrets::of_file(&path, &Random::system()).unwrap();
        assert_eq!(made.client(Role::Admin), kept.client(Role::Admin));
        assert!(kept.knows_person("viewer", made.person("viewer")));
        assert!(!kept.knows_person("viewer", made.person("admin")) && !kept.knows_person("viewer", None));
        assert!(!kept.knows_client(Role::Viewer, made.client(Role::Admin)));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(&path, r#"{"clients": {"admin": ""}, "people": {}}"#).unwrap();
        assert!(matches!(Secrets::of_file(&path, &Random::system()), Err(SecretError::NotSignIn(_))));
    }
}
