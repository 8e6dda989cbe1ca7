//! The data folder: its files, its lock, and its permissions.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The table, as a single SQLite file.
const TABLE: &str = "table.sqlite";
/// Files that SQLite keeps beside it while it is open, and after a crash.
const BESIDE_TABLE: [&str; 2] = ["table.sqlite-wal", "table.sqlite-shm"];
/// The checkpoint of the table's stream.
const STREAM: &str = "stream.json";
/// The master secret that seals PINs.
const SECRET: &str = "secret";
/// Passwords and client secrets, with `--network`.
const SIGN_IN: &str = "sign-in.json";
/// Folder of the certificate authority for the broker, the devices and HTTPS.
const AUTHORITY: &str = "authority";
/// Folder of the devices' credentials, with a folder for each automat.
const AUTOMATS: &str = "automats";
const SHADOWS: &str = "shadows";
/// Locked while a local cloud uses the folder.
const LOCK: &str = "lock";

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another running local cloud uses it.
    #[error(
        "the data folder {0} is in use by another running local cloud: stop that one, or give this one its own with --data DIR"
    )]
    InUse(PathBuf),
    /// The operating system reports an error.
    #[error("cannot {action} {path}")]
    Io {
        /// What was attempted, as a verb phrase.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The error of the operating system.
        source: std::io::Error,
    },
}

impl FolderError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

/// A data folder that is locked until this is dropped or the process ends.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Creates the folder if it does not exist, restricts it to its owner, and locks it.
    pub fn claim(path: &Path) -> Result<Self, FolderError> {
        std::fs::create_dir_all(path).map_err(FolderError::io("create the data folder", path))?;
        #[cfg(unix)]
        restrict_to_owner(path)?;
        let lock_path = path.join(LOCK);
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(FolderError::io("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(FolderError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(FolderError::io("lock", &lock_path)(source)),
        }
    }

    /// Deletes the files of an earlier local cloud, and no others.
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

    /// Path of the table's file.
    #[must_use]
    pub fn table(&self) -> PathBuf {
        self.path.join(TABLE)
    }

    /// Path of the stream's checkpoint.
    #[must_use]
    pub fn stream(&self) -> PathBuf {
        self.path.join(STREAM)
    }

    /// Path of the passwords and client secrets.
    #[must_use]
    pub fn sign_in(&self) -> PathBuf {
        self.path.join(SIGN_IN)
    }

    /// Path of the certificate authority's folder.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.path.join(AUTHORITY)
    }

    /// Path of the folder with the devices' credentials.
    #[must_use]
    pub fn automats(&self) -> PathBuf {
        self.path.join(AUTOMATS)
    }

    /// Path of the shadows' folder.
    #[must_use]
    pub fn shadows(&self) -> PathBuf {
        self.path.join(SHADOWS)
    }

    /// Path of the master secret.
    #[must_use]
    pub fn secret(&self) -> PathBuf {
        self.path.join(SECRET)
    }
}

/// Removes all access of other users from a folder and everything in it: an earlier local cloud may have left files
/// open to others, and files that were copied in may be, too. Files created later are private because of the umask (set
/// in `main`).
#[cfg(unix)]
fn restrict_to_owner(path: &Path) -> Result<(), FolderError> {
    use std::os::unix::fs::PermissionsExt;
    let meta = std::fs::symlink_metadata(path).map_err(FolderError::io("inspect", path))?;
    if !meta.is_symlink() {
        let mode = if meta.is_dir() { 0o700 } else { 0o600 };
        if meta.permissions().mode() & 0o777 != mode {
            let restricted = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(path, restricted).map_err(FolderError::io("restrict the permissions of", path))?;
        }
    }
    if meta.is_dir() {
        for entry in std::fs::read_dir(path).map_err(FolderError::io("list", path))? {
            restrict_to_owner(&entry.map_err(FolderError::io("list", path))?.path())?;
        }
    }
    Ok(())
}

/// Writes a file that only its owner can read, atomically: to a temporary file, which is then renamed.
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
    fn is_locked_by_one_at_a_time_and_free_again_afterwards() {
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
    fn clears_only_files_of_the_local_cloud() {
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
        assert!(matches!(Folder::claim(parent.path()), Err(FolderError::InUse(_))), "the lock is kept");
    }

    #[test]
    fn the_error_names_the_folder_that_cannot_be_created() {
        let parent = tempfile::tempdir().unwrap();
        std::fs::write(parent.path().join("file"), "").unwrap();
        let refusal = Folder::claim(&parent.path().join("file/data")).unwrap_err();
        assert!(refusal.to_string().contains("file/data"), "{refusal}");
    }
}
