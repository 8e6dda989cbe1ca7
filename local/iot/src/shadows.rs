//! The shadows of all things: in memory, and in a folder too if they are to outlive the process.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::shadow::{Address, Handled, Operation, Rejection, Shadow};

/// Shadows by their addresses.
#[derive(Debug, Default)]
pub struct Shadows {
    held: Mutex<BTreeMap<Address, Shadow>>,
    folder: Option<PathBuf>,
}

/// What a request leads to.
#[derive(Debug)]
pub struct Exchange {
    /// The answer, for who asked by HTTP.
    pub answer: Result<Value, Rejection>,
    /// What is published: topics and payloads.
    pub messages: Vec<(String, Vec<u8>)>,
}

/// A shadow's file. Names are in it, so that none has to be read out of a file's name.
#[derive(Serialize, Deserialize)]
struct Stored {
    thing: String,
    name: Option<String>,
    shadow: Shadow,
}

impl Exchange {
    /// What comes of a request that a shadow has handled, or was not even asked.
    #[must_use]
    pub fn of(address: &Address, handled: Handled) -> Self {
        let messages = handled.messages.into_iter();
        let messages =
            messages.map(|message| (address.topic(&message.topic), message.payload.to_string().into_bytes())).collect();
        Self { answer: handled.answer, messages }
    }
}

impl Shadows {
    /// Shadows that end with the process.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// The shadows of a folder, which is made if it is not there.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let mut held = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let stored: Stored = serde_json::from_slice(&fs::read(&path)?)?;
                let address = Address::new(&stored.thing, stored.name.as_deref())
                    .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a shadow of no valid name"))?;
                held.insert(address, stored.shadow);
            }
        }
        Ok(Self { held: Mutex::new(held), folder: Some(folder.to_owned()) })
    }

    /// Does what is asked of a shadow, and has it stored before it is answered.
    pub fn request(&self, address: &Address, operation: Operation, payload: &[u8], now_millis: i64) -> Exchange {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let none = Shadow::default();
        let shadow = held.get(address).unwrap_or(&none);
        let handled = shadow.handle(address.name().unwrap_or_default(), operation, payload, now_millis);
        if let Some(shadow) = &handled.shadow {
            if let Err(error) = self.store(address, shadow) {
                tracing::error!(%error, thing = address.thing(), "a shadow was not stored");
                return Exchange { answer: Err(Rejection::Internal), messages: Vec::new() };
            }
            held.insert(address.clone(), shadow.clone());
        }
        Exchange::of(address, handled)
    }

    /// Writes a file beside the old one and puts it in its place, so that no crash leaves half a shadow.
    fn store(&self, address: &Address, shadow: &Shadow) -> io::Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        // `:` is not for every file system, and neither `.` nor `@` is in any name
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
    fn shadows_are_apart_by_thing_and_by_name() {
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
    fn shadows_in_a_folder_outlive_the_process() {
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
        assert_eq!(exchange.answer.unwrap()["version"], 2, "the number outlives the deletion");
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
