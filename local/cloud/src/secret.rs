//! The master secret that seals PINs. In AWS it is in Secrets Manager, here in a file of the data folder.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Random;

use crate::folder::{cannot, write_private};

/// The minimum that `store::CodeKeyring` requires.
const MIN_CHARACTERS: usize = 32;

/// Reads the secret from its file. If the table is new, a missing file is created, readable only by its owner.
pub fn of_file(path: &Path, table_is_new: bool, random: &Random) -> Result<String> {
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().len() >= MIN_CHARACTERS => Ok(text.trim().to_owned()),
        Ok(_) => bail!(
            "{} is not a master secret (it has fewer than {MIN_CHARACTERS} characters): restore the file, or delete all data with --fresh",
            path.display()
        ),
        Err(error) if error.kind() == ErrorKind::NotFound && table_is_new => {
            let secret = fresh(random)?;
            write_private(path, &secret)?;
            Ok(secret)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => bail!(
            "{} is missing, and without it the PINs in the table cannot be read: restore the file, or delete all data with --fresh",
            path.display()
        ),
        Err(error) => Err(error).with_context(|| cannot("read", path)),
    }
}

/// Generates a secret: 384 random bits, as 64 characters.
pub fn fresh(random: &Random) -> Result<String> {
    let bytes: [u8; 48] = random.bytes()?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_created_once_and_readable_only_by_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let made = of_file(&path, true, &Random::system()).unwrap();
        assert_eq!(made.len(), 64);
        assert_eq!(of_file(&path, false, &Random::system()).unwrap(), made);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn is_not_replaced_when_the_table_needs_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let refusal = of_file(&path, false, &Random::system()).unwrap_err();
        assert!(refusal.to_string().contains("is missing") && refusal.to_string().contains("--fresh"), "{refusal}");
        std::fs::write(&path, "short").unwrap();
        let refusal = of_file(&path, true, &Random::system()).unwrap_err();
        assert!(refusal.to_string().contains("not a master secret"), "{refusal}");
    }

    #[test]
    fn each_generated_secret_is_different() {
        assert_ne!(fresh(&Random::system()).unwrap(), fresh(&Random::system()).unwrap());
    }
}
