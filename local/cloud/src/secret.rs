//! The master secret under which PINs are sealed: what Secrets Manager holds in AWS, here a file in the data folder.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::{NoRandomness, Random};

use crate::folder::{FolderError, write_private};

/// What `store::Codes` asks for at least.
const LEAST_CHARACTERS: usize = 32;

/// Why there is no master secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The table was filled under a secret that is gone.
    #[error(
        "{0} is missing, and without it no PIN in the table beside it can be read: put it back, or start over with --fresh"
    )]
    Missing(PathBuf),
    /// The file is no secret.
    #[error(
        "{0} is not a master secret (it holds less than {LEAST_CHARACTERS} characters): put the right one back, or start over with --fresh"
    )]
    Unusable(PathBuf),
    /// The file does not hold what people and clients sign in with.
    #[error("{0} does not hold a secret for each client and person: delete it, and new ones are made")]
    NotSignIn(PathBuf),
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FolderError),
    /// The system has no random bytes.
    #[error("cannot draw random bytes")]
    Random(#[from] NoRandomness),
}

/// The secret of the file; made, readable by its owner only, where the table is new.
pub fn of_file(path: &Path, table_is_new: bool, random: &Random) -> Result<String, SecretError> {
    match std::fs::read_to_string(path) {
        Ok(text) if text.trim().len() >= LEAST_CHARACTERS => Ok(text.trim().to_owned()),
        Ok(_) => Err(SecretError::Unusable(path.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && table_is_new => {
            let secret = fresh(random)?;
            write_private(path, &secret)?;
            Ok(secret)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(SecretError::Missing(path.to_owned())),
        Err(error) => Err(FolderError::io("read", path)(error).into()),
    }
}

/// A new secret: 384 random bits, as 64 characters.
pub fn fresh(random: &Random) -> Result<String, SecretError> {
    let bytes: [u8; 48] = random.bytes()?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Compares two secrets byte by byte to the end, so that the time it takes tells nothing of them but their length.
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_made_once_and_read_by_its_owner_only() {
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
    fn is_not_replaced_under_a_table_that_needs_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let refusal = of_file(&path, false, &Random::system()).unwrap_err();
        assert!(matches!(refusal, SecretError::Missing(_)) && refusal.to_string().contains("--fresh"));
        std::fs::write(&path, "short").unwrap();
        assert!(matches!(of_file(&path, true, &Random::system()), Err(SecretError::Unusable(_))));
    }

    #[test]
    fn differs_from_one_to_the_next() {
        assert_ne!(fresh(&Random::system()).unwrap(), fresh(&Random::system()).unwrap());
    }
}
