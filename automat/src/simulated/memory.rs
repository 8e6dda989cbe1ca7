//! Which lockers hold a key, kept across restarts of the process: real keys stay in their lockers too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The lockers that held a key when they were last saved in this folder.
pub(super) fn recall(folder: &Path) -> Option<BTreeSet<u16>> {
    serde_json::from_slice(&fs::read(file(folder)).ok()?).ok()
}

/// Saves them. A failure is only logged: the simulation is then less realistic.
pub(super) fn keep(folder: &Path, keys: &BTreeSet<u16>) {
    let kept = serde_json::to_vec(keys).map_err(std::io::Error::from).and_then(|json| fs::write(file(folder), json));
    if let Err(error) = kept {
        tracing::warn!(%error, "the simulated keys could not be saved");
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("keys-inside.json")
}
