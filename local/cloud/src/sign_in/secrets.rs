//! Client secrets and passwords, required once other machines can connect. They are generated at the first start and
//! kept in the data folder, where the owner can read them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use api::Role;
use clock::Random;
use loopback::is_same;
use serde::{Deserialize, Serialize};

use crate::folder::{cannot, write_private};
use crate::people::PEOPLE;
use crate::secret::fresh;

/// Characters of a password: Crockford's base 32, which leaves out letters that are easily confused.
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A secret for each machine client and a password for each person. It has no `Debug`.
#[derive(Serialize, Deserialize)]
pub struct Secrets {
    clients: BTreeMap<String, String>,
    people: BTreeMap<String, String>,
}

impl Secrets {
    /// Generates all of them.
    pub fn fresh(random: &Random) -> Result<Self> {
        let clients = Role::ALL.iter().map(|role| Ok((role.name().to_owned(), fresh(random)?)));
        let people = PEOPLE.iter().map(|person| Ok((person.id.to_owned(), password(random)?)));
        Ok(Self { clients: clients.collect::<Result<_>>()?, people: people.collect::<Result<_>>()? })
    }

    /// Reads them from the file. A missing file is created, readable only by its owner.
    pub fn of_file(path: &Path, random: &Random) -> Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let secrets = serde_json::from_str(&text).ok().filter(Self::has_all);
                secrets.with_context(|| {
                    let path = path.display();
                    format!("{path} does not have a secret for each client and person: delete it to generate new ones")
                })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let secrets = Self::fresh(random)?;
                write_private(path, &serde_json::to_string_pretty(&secrets)?)?;
                Ok(secrets)
            }
            Err(error) => Err(error).with_context(|| cannot("read", path)),
        }
    }

    fn has_all(&self) -> bool {
        Role::ALL.iter().all(|role| self.client(*role).is_some())
            && PEOPLE.iter().all(|person| self.person(person.id).is_some())
    }

    /// The secret of a machine client.
    #[must_use]
    pub fn client(&self, role: Role) -> Option<&str> {
        named(&self.clients, role.name())
    }

    /// The password of a person, by id.
    #[must_use]
    pub fn person(&self, id: &str) -> Option<&str> {
        named(&self.people, id)
    }

    /// Whether this is the client's secret.
    pub(crate) fn knows_client(&self, role: Role, given: Option<&str>) -> bool {
        is_right(self.client(role), given)
    }

    /// Whether this is the person's password.
    pub(super) fn knows_person(&self, id: &str, given: Option<&str>) -> bool {
        is_right(self.person(id), given)
    }
}

/// A secret that is too short counts as absent, so that an empty value in an edited file grants no access.
fn named<'s>(secrets: &'s BTreeMap<String, String>, name: &str) -> Option<&'s str> {
    secrets.get(name).map(String::as_str).filter(|secret| secret.len() >= 16)
}

fn is_right(kept: Option<&str>, given: Option<&str>) -> bool {
    kept.zip(given).is_some_and(|(kept, given)| is_same(kept.as_bytes(), given.as_bytes()))
}

/// A password with 80 random bits that is easy to type on a phone: `k7wm-3qpa-0zxd-94hs`.
fn password(random: &Random) -> Result<String> {
    let bytes = random.bytes::<16>()?;
    let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    Ok(letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn are_created_once_and_readable_only_by_their_owner() {
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
        assert!(Secrets::of_file(&path, &Random::system()).is_err_and(|error| error.to_string().contains("delete it")));
    }
}
