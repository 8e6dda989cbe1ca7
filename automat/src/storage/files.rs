//! The slots as two files of a folder, `journal.a` and `journal.b`.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use super::{Slot, Storage, StorageError};

#[derive(Debug)]
pub struct FileStorage {
    a: File,
    b: File,
    _lock: File,
}

impl FileStorage {
    /// Opens the slots in a folder, or creates them.
    pub fn open(folder: &Path) -> Result<Self, StorageError> {
        fs::create_dir_all(folder)?;
        let lock = File::create(folder.join("journal.lock"))?;
        lock.try_lock().map_err(|refusal| match refusal {
            TryLockError::WouldBlock => StorageError::InUse,
            TryLockError::Error(error) => StorageError::Medium(error),
        })?;
        let open = |slot| {
            let path = folder.join(format!("journal.{slot}"));
            let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
            // A device that was stopped in an append leaves bytes that are only in the memory of the operating system.
            file.sync_data().map(|()| file)
        };
        let (a, b) = (open(Slot::A)?, open(Slot::B)?);
        File::open(folder)?.sync_all()?;
        Ok(Self { a, b, _lock: lock })
    }

    fn file(&mut self, slot: Slot) -> &mut File {
        match slot {
            Slot::A => &mut self.a,
            Slot::B => &mut self.b,
        }
    }
}

impl Storage for FileStorage {
    fn read(&mut self, slot: Slot, offset: u64, buffer: &mut [u8]) -> Result<usize, StorageError> {
        let file = self.file(slot);
        file.seek(SeekFrom::Start(offset))?;
        Ok(file.read(buffer)?)
    }

    fn append(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), StorageError> {
        let file = self.file(slot);
        file.write_all(bytes)?;
        Ok(file.sync_data()?)
    }

    fn erase(&mut self, slot: Slot) -> Result<(), StorageError> {
        let file = self.file(slot);
        file.set_len(0)?;
        Ok(file.sync_all()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_appended_is_there_after_reopening_until_it_is_erased() {
        let folder = tempfile::tempdir().unwrap();
        let mut storage = FileStorage::open(folder.path()).unwrap();
        storage.append(Slot::A, b"one\n").unwrap();
        storage.append(Slot::A, b"two\n").unwrap();
        storage.append(Slot::B, b"three\n").unwrap();
        drop(storage);
        let mut storage = FileStorage::open(folder.path()).unwrap();
        let mut buffer = [0; 5];
        assert_eq!(storage.read(Slot::A, 2, &mut buffer).unwrap(), 5);
        assert_eq!(&buffer, b"e\ntwo");
        assert_eq!(storage.read(Slot::A, 8, &mut buffer).unwrap(), 0);
        storage.erase(Slot::A).unwrap();
        storage.append(Slot::A, b"new\n").unwrap();
        assert_eq!(fs::read(folder.path().join("journal.a")).unwrap(), b"new\n");
        assert_eq!(fs::read(folder.path().join("journal.b")).unwrap(), b"three\n");
    }

    #[test]
    fn two_devices_cannot_share_a_storage() {
        let folder = tempfile::tempdir().unwrap();
        let first = FileStorage::open(folder.path()).unwrap();
        assert!(matches!(FileStorage::open(folder.path()), Err(StorageError::InUse)));
        drop(first);
        FileStorage::open(folder.path()).unwrap();
    }
}
