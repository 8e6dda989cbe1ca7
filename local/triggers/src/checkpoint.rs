//! The checkpoint of a mapping, and the file that keeps it between runs.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Sequence;

/// How far a mapping has processed its stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Everything up to this record is done; `None` before the first one.
    pub(crate) done: Option<Sequence>,
}

/// The content of the file.
#[derive(Serialize, Deserialize)]
struct Kept {
    stream: String,
    done: Option<Sequence>,
}

impl Checkpoint {
    /// Reads the checkpoint for this stream. If the file is unreadable or belongs to another stream, the stream is read
    /// from its start, which is safe because functions are idempotent.
    pub(crate) fn of_file(file: &Path, stream: &str) -> Self {
        let Ok(text) = std::fs::read(file) else { return Self::default() };
        match serde_json::from_slice::<Kept>(&text) {
            Ok(kept) if kept.stream == stream => Self { done: kept.done },
            Ok(_) => Self::default(),
            Err(error) => {
                tracing::warn!(%error, "cannot read the stream's checkpoint; reading the stream from its start");
                Self::default()
            }
        }
    }

    /// Writes the checkpoint atomically: to a temporary file, which is then renamed.
    pub(crate) fn keep(&self, file: &Path, stream: &str) -> io::Result<()> {
        let kept = Kept { stream: stream.to_owned(), done: self.done.clone() };
        let aside = file.with_extension("new");
        std::fs::write(&aside, serde_json::to_vec(&kept)?)?;
        std::fs::rename(aside, file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;

    #[test]
    fn is_valid_only_for_its_own_stream() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stream.json");
        assert_eq!(Checkpoint::of_file(&file, "a"), Checkpoint::default());
        let checkpoint = Checkpoint { done: Some(record(3, "c", 0).sequence) };
        checkpoint.keep(&file, "a").unwrap();
        assert_eq!(Checkpoint::of_file(&file, "a"), checkpoint);
        assert_eq!(Checkpoint::of_file(&file, "b"), Checkpoint::default());
        std::fs::write(&file, "{").unwrap();
        assert_eq!(Checkpoint::of_file(&file, "a"), Checkpoint::default());
    }
}
