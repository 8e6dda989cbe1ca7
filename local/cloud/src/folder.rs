//! The data folder: who may use it, and what in it is ours.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The table, as one SQLite file.
const TABLE: &str = "table.sqlite";
/// What SQLite keeps beside it while it is open, and after a kill.
const BESIDE_TABLE: [&str; 2] = ["table.sqlite-wal", "table.sqlite-shm"];
/// How far the table's stream was told.
const STREAM: &str = "stream.json";
/// The master secret.
const SECRET: &str = "secret";
/// What people and clients sign in with on a network.
const SIGN_IN: &str = "sign-in.json";
/// The folder of the authority that signs the broker's and the devices' certificates.
const AUTHORITY: &str = "authority";
/// The folder of the devices, each with its credentials in one of its own.
const AUTOMATS: &str = "automats";
/// The folder of the device shadows.
const SHADOWS: &str = "shadows";
/// Held while a local cloud uses the folder.
const LOCK: &str = "lock";

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another local cloud is running on it.
    #[error(
        "the data folder {0} is in use by another running local cloud: stop that one, or give this one its own with --data DIR"
    )]
    InUse(PathBuf),
    /// The operating system refuses.
    #[error("cannot {action} {path}")]
    Io {
        /// What was being done.
        action: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
}

impl FolderError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

/// A data folder that is ours until this is dropped, or the process ends in whatever way.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if there is none, for its owner alone, and claims it.
    pub fn claim(path: &Path) -> Result<Self, FolderError> {
        std::fs::create_dir_all(path).map_err(FolderError::io("make the data folder", path))?;
        #[cfg(unix)]
        close_to_others(path)?;
        let lock_path = path.join(LOCK);
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(FolderError::io("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(FolderError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(FolderError::io("lock", &lock_path)(source)),
        }
    }

    /// Deletes what an earlier local cloud left, and nothing else that may lie there.
    pub fn clear(&self) -> Result<(), FolderError> {
        for name in BESIDE_TABLE.into_iter().chain([TABLE, STREAM, SECRET, SIGN_IN]) {
            let path = self.path.join(name);
            match std::fs::remove_file(&path) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(FolderError::io("delete", &path)(source));
                }
                _ => {}
            }
        }
        for name in [AUTHORITY, AUTOMATS, SHADOWS] {
            let path = self.path.join(name);
            match std::fs::remove_dir_all(&path) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(FolderError::io("delete", &path)(source));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Where the table is.
    #[must_use]
    pub fn table(&self) -> PathBuf {
        self.path.join(TABLE)
    }

    /// Where it is kept how far the table's stream was told.
    #[must_use]
    pub fn stream(&self) -> PathBuf {
        self.path.join(STREAM)
    }

    /// Where it is kept what people and clients sign in with on a network.
    #[must_use]
    pub fn sign_in(&self) -> PathBuf {
        self.path.join(SIGN_IN)
    }

    /// Where the authority's certificate and key are.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.path.join(AUTHORITY)
    }

    /// Where the devices' folders are.
    #[must_use]
    pub fn automats(&self) -> PathBuf {
        self.path.join(AUTOMATS)
    }

    /// Where the device shadows are.
    #[must_use]
    pub fn shadows(&self) -> PathBuf {
        self.path.join(SHADOWS)
    }

    /// Where the master secret is.
    #[must_use]
    pub fn secret(&self) -> PathBuf {
        self.path.join(SECRET)
    }
}

/// Takes a folder and all that is in it from everybody but its owner: an earlier local cloud left them open, and whatever
/// else was put there is not for others either. What is made later is made so (`main`).
#[cfg(unix)]
fn close_to_others(path: &Path) -> Result<(), FolderError> {
    use std::os::unix::fs::PermissionsExt;
    let meta = std::fs::symlink_metadata(path).map_err(FolderError::io("look at", path))?;
    if !meta.is_symlink() {
        let mode = if meta.is_dir() { 0o700 } else { 0o600 };
        if meta.permissions().mode() & 0o777 != mode {
            let closed = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(path, closed).map_err(FolderError::io("close to others", path))?;
        }
    }
    if meta.is_dir() {
        for entry in std::fs::read_dir(path).map_err(FolderError::io("list", path))? {
            close_to_others(&entry.map_err(FolderError::io("list", path))?.path())?;
        }
    }
    Ok(())
}

/// Writes a file that only its owner can read, whole or not at all: aside, and then renamed.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<(), FolderError> {
    let aside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside).map_err(FolderError::io("make", &aside))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(FolderError::io("write", &aside))?;
    std::fs::rename(&aside, path).map_err(FolderError::io("make", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_claimed_by_one_at_a_time_and_free_again_afterwards() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("deep/data");
        let first = Folder::claim(&path).unwrap();
        let refusal = Folder::claim(&path).unwrap_err();
        assert!(matches!(refusal, FolderError::InUse(_)));
        assert!(refusal.to_string().contains("--data"), "says what to do: {refusal}");
        drop(first);
        Folder::claim(&path).unwrap();
    }

    #[test]
    fn clears_our_own_files_only() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::claim(parent.path()).unwrap();
        for name in ["table.sqlite", "table.sqlite-wal", "stream.json", "secret", "holiday.jpg"] {
            std::fs::write(parent.path().join(name), "x").unwrap();
        }
        std::fs::create_dir_all(folder.automats().join("lobby")).unwrap();
        folder.clear().unwrap();
        folder.clear().unwrap();
        assert!(
            !folder.table().exists()
                && !folder.stream().exists()
                && !folder.secret().exists()
                && !folder.automats().exists()
        );
        assert!(parent.path().join("holiday.jpg").exists());
        assert!(matches!(Folder::claim(parent.path()), Err(FolderError::InUse(_))), "the claim is kept");
    }

    #[test]
    fn tells_which_folder_cannot_be_made() {
        let parent = tempfile::tempdir().unwrap();
        std::fs::write(parent.path().join("file"), "").unwrap();
        let refusal = Folder::claim(&parent.path().join("file/data")).unwrap_err();
        assert!(refusal.to_string().contains("file/data"), "{refusal}");
    }
}
