//! Stores the shadows of all things in memory, and optionally in a folder.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::shadow::{Address, Handled, Operation, Rejection, Shadow};

/// Shadows by address.
#[derive(Debug, Default)]
pub struct Shadows {
    held: Mutex<BTreeMap<Address, Shadow>>,
    folder: Option<PathBuf>,
}

/// The result of a request.
#[derive(Debug)]
pub struct Exchange {
    /// The answer to a client that uses HTTP.
    pub answer: Result<Value, Rejection>,
    /// The topics and payloads of the messages to publish.
    pub messages: Vec<(String, Vec<u8>)>,
}

/// The content of a shadow's file. It includes the names, so that they need not be parsed from the file name.
#[derive(Serialize, Deserialize)]
struct Stored {
    thing: String,
    name: Option<String>,
    shadow: Shadow,
}

impl Exchange {
    /// Addresses the result of an operation.
    #[must_use]
    pub fn of(address: &Address, handled: Handled) -> Self {
        let messages = handled.messages.into_iter();
        let messages =
            messages.map(|message| (address.topic(&message.topic), message.payload.to_string().into_bytes())).collect();
        Self { answer: handled.answer, messages }
    }
}

impl Shadows {
    /// Keeps shadows in memory only.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Loads the shadows of a folder, and creates the folder if it does not exist.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut held = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let stored: Stored = serde_json::from_slice(&fs::read(&path)?)?;
                let address = Address::new(&stored.thing, stored.name.as_deref())
                    .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a stored shadow has an invalid name"))?;
                held.insert(address, stored.shadow);
            }
        }
        Ok(Self { held: Mutex::new(held), folder: Some(folder.to_owned()) })
    }

    /// Performs an operation. A changed shadow is stored before the operation is answered.
    pub fn request(&self, address: &Address, operation: Operation, payload: &[u8], now_millis: i64) -> Exchange {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let none = Shadow::default();
        let shadow = held.get(address).unwrap_or(&none);
        let handled = shadow.handle(address.name().unwrap_or_default(), operation, payload, now_millis);
        if let Some(shadow) = &handled.shadow {
            if let Err(error) = self.store(address, shadow) {
                tracing::error!(%error, thing = address.thing(), "cannot store a shadow");
                return Exchange { answer: Err(Rejection::Internal), messages: Vec::new() };
            }
            held.insert(address.clone(), shadow.clone());
        }
        Exchange::of(address, handled)
    }

    /// Writes to a temporary file and renames it, so that a crash never leaves half a shadow.
    fn store(&self, address: &Address, shadow: &Shadow) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        // Some file systems do not allow `:`; names contain neither `.` nor `@`
        let file = format!("{}@{}", address.thing(), address.name().unwrap_or_default()).replace(':', ".");
        let stored = Stored {
            thing: address.thing().to_owned(),
            name: address.name().map(str::to_owned),
            shadow: shadow.clone(),
        };
        let written = folder.join(format!("{file}.new"));
        fs::write(&written, serde_json::to_vec(&stored)?)?;
        fs::rename(written, folder.join(format!("{file}.json")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_521_600_000;

    fn get(shadows: &Shadows, address: &Address) -> Result<Value, Rejection> {
        shadows.request(address, Operation::Get, b"", NOW).answer
    }

    #[test]
    fn shadows_are_separate_by_thing_and_name() {
        let shadows = Shadows::in_memory();
        let of = |thing, name| Address::new(thing, name).unwrap();
        let update = br#"{"state":{"desired":{"a":1}}}"#;
        let exchange = shadows.request(&of("lobby", Some("open")), Operation::Update, update, NOW);
        assert_eq!(exchange.messages[0].0, "$aws/things/lobby/shadow/name/open/update/accepted");
        assert!(get(&shadows, &of("lobby", Some("open"))).is_ok());
        for other in [of("lobby", None), of("lobby", Some("other")), of("yard", Some("open"))] {
            assert!(matches!(get(&shadows, &other), Err(Rejection::NoShadow(_))), "{other}");
        }
    }

    #[test]
    fn shadows_in_a_folder_survive_the_process() {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::new("lobby:2", Some("open")).unwrap();
        let before = Shadows::open(folder.path()).unwrap();
        before.request(&address, Operation::Update, br#"{"state":{"reported":{"a":1}}}"#, NOW);
        let said = get(&before, &address).unwrap();
        drop(before);
        let after = Shadows::open(folder.path()).unwrap();
        assert_eq!(get(&after, &address), Ok(said));
        after.request(&address, Operation::Delete, b"", NOW);
        let again = Shadows::open(folder.path()).unwrap();
        let exchange = again.request(&address, Operation::Update, br#"{"state":{}}"#, NOW);
        assert_eq!(exchange.answer.unwrap()["version"], 2, "the version continues after the deletion");
    }

    #[test]
    fn an_update_that_cannot_be_stored_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let shadows = Shadows::open(folder.path()).unwrap();
        let address = Address::new("lobby", Some("open")).unwrap();
        drop(folder);
        let exchange = shadows.request(&address, Operation::Update, br#"{"state":{}}"#, NOW);
        assert_eq!(exchange.answer, Err(Rejection::Internal));
        assert!(matches!(get(&shadows, &address), Err(Rejection::NoShadow(_))));
    }
}
