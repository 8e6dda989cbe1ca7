//! How far a mapping has come, and the file that keeps it from one start to the next.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Sequence;

/// How far a mapping has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Everything up to here is done; `None` before the first record.
    pub(crate) done: Option<Sequence>,
}

/// The file's content.
#[derive(Serialize, Deserialize)]
struct Kept {
    stream: String,
    done: Option<Sequence>,
}

impl Checkpoint {
    /// What was kept for this stream. A file that cannot be read, or of another stream, is as none: the stream is told
    /// from its beginning, and functions know what they have done.
    pub(crate) fn of_file(file: &Path, stream: &str) -> Self {
        let Ok(text) = std::fs::read(file) else { return Self::default() };
        match serde_json::from_slice::<Kept>(&text) {
            Ok(kept) if kept.stream == stream => Self { done: kept.done },
            Ok(_) => Self::default(),
            Err(error) => {
                tracing::warn!(%error, "cannot read how far the stream was told; it is told again");
                Self::default()
            }
        }
    }

    /// Keeps it, whole or not at all: aside, and then renamed.
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
    fn is_kept_for_its_stream_alone() {
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
