//! The data folder: its files, its lock, and its permissions.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// The table, as a single SQLite file.
const TABLE: &str = "table.sqlite";
/// Files that SQLite keeps beside it while it is open, and after a crash.
const BESIDE_TABLE: [&str; 2] = ["table.sqlite-wal", "table.sqlite-shm"];
/// The checkpoints of the table's stream, one for each function that reads it.
const STREAM: &str = "stream.json";
const PROJECTION: &str = "projection.json";
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

/// The context of an error about a file or folder; the action is a verb phrase.
pub(crate) fn cannot(action: &str, path: &Path) -> String {
    format!("cannot {action} {}", path.display())
}

/// A data folder that is locked until this is dropped or the process ends.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Creates the folder if it does not exist, restricts it to its owner, and locks it.
    pub fn claim(path: &Path) -> Result<Self> {
        std::fs::create_dir_all(path).with_context(|| cannot("create the data folder", path))?;
        #[cfg(unix)]
        restrict_to_owner(path)?;
        let lock_path = path.join(LOCK);
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.with_context(|| cannot("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => bail!(
                "the data folder {} is in use by another running local cloud: stop that one, or give this one its own with --data DIR",
                path.display()
            ),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| cannot("lock", &lock_path)),
        }
    }

    /// Deletes the files of an earlier local cloud, and no others.
    pub fn clear(&self) -> Result<()> {
        for name in BESIDE_TABLE.into_iter().chain([TABLE, STREAM, PROJECTION, SECRET, SIGN_IN]) {
            remove(&self.path.join(name), |path| std::fs::remove_file(path))?;
        }
        for name in [AUTHORITY, AUTOMATS, SHADOWS] {
            remove(&self.path.join(name), |path| std::fs::remove_dir_all(path))?;
        }
        Ok(())
    }

    /// Path of the table's file.
    #[must_use]
    pub fn table(&self) -> PathBuf {
        self.path.join(TABLE)
    }

    /// Path of the stream's checkpoint, as far as contacts have been notified.
    #[must_use]
    pub fn stream(&self) -> PathBuf {
        self.path.join(STREAM)
    }

    /// Path of the stream's checkpoint, as far as contracts have been projected.
    #[must_use]
    pub fn projection(&self) -> PathBuf {
        self.path.join(PROJECTION)
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

/// Deletes a file or folder, if it exists.
pub(crate) fn remove(path: &Path, delete: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<()> {
    match delete(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| cannot("delete", path))
        }
        _ => Ok(()),
    }
}

/// Removes all access of other users from a folder and everything in it: an earlier local cloud may have left files
/// open to others, and files that were copied in may be, too. Files created later are private because of the umask (set
/// in `main`).
#[cfg(unix)]
fn restrict_to_owner(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let meta = std::fs::symlink_metadata(path).with_context(|| cannot("inspect", path))?;
    if !meta.is_symlink() {
        let mode = if meta.is_dir() { 0o700 } else { 0o600 };
        if meta.permissions().mode() & 0o777 != mode {
            let restricted = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(path, restricted).with_context(|| cannot("restrict the permissions of", path))?;
        }
    }
    if meta.is_dir() {
        for entry in std::fs::read_dir(path).with_context(|| cannot("list", path))? {
            restrict_to_owner(&entry.with_context(|| cannot("list", path))?.path())?;
        }
    }
    Ok(())
}

/// Writes a file that only its owner can read, atomically: to a temporary file, which is then renamed.
pub(crate) fn write_private(path: &Path, text: &str) -> Result<()> {
    let aside = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside).with_context(|| cannot("make", &aside))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(|| cannot("write", &aside))?;
    std::fs::rename(&aside, path).with_context(|| cannot("make", path))
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
        assert!(refusal.to_string().contains("in use") && refusal.to_string().contains("--data"), "{refusal}");
        drop(first);
        Folder::claim(&path).unwrap();
    }

    #[test]
    fn clears_only_files_of_the_local_cloud() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::claim(parent.path()).unwrap();
        for name in ["table.sqlite", "table.sqlite-wal", "stream.json", "projection.json", "secret", "holiday.jpg"] {
            std::fs::write(parent.path().join(name), "x").unwrap();
        }
        std::fs::create_dir_all(folder.automats().join("lobby")).unwrap();
        folder.clear().unwrap();
        folder.clear().unwrap();
        assert!(
            !folder.table().exists()
                && !folder.stream().exists()
                && !folder.projection().exists()
                && !folder.secret().exists()
                && !folder.automats().exists()
        );
        assert!(parent.path().join("holiday.jpg").exists());
        assert!(Folder::claim(parent.path()).is_err(), "the lock is kept");
    }

    #[test]
    fn the_error_names_the_folder_that_cannot_be_created() {
        let parent = tempfile::tempdir().unwrap();
        std::fs::write(parent.path().join("file"), "").unwrap();
        let refusal = Folder::claim(&parent.path().join("file/data")).unwrap_err();
        assert!(refusal.to_string().contains("file/data"), "{refusal}");
    }
}
