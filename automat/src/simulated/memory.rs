//! Where the keys are, kept over the end of the process: real ones stay in their lockers too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The lockers that held a key when the cabinet was last seen in this folder.
pub(super) fn recall(folder: &Path) -> Option<BTreeSet<u16>> {
    serde_json::from_slice(&fs::read(file(folder)).ok()?).ok()
}

/// Keeps them. A simulation that cannot is only less like the real thing.
pub(super) fn keep(folder: &Path, keys: &BTreeSet<u16>) {
    let kept = serde_json::to_vec(keys).map_err(std::io::Error::from).and_then(|json| fs::write(file(folder), json));
    if let Err(error) = kept {
        tracing::warn!(%error, "the simulated keys are not kept");
    }
}

fn file(folder: &Path) -> PathBuf {
    folder.join("keys-inside.json")
}
