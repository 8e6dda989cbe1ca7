//! How far a mapping has come, and the file that keeps it from one start to the next.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Sequence;

/// How far each lane of a mapping has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checkpoint {
    lanes: Vec<Option<Sequence>>,
}

/// The file's content.
#[derive(Serialize, Deserialize)]
struct Kept {
    stream: String,
    lanes: Vec<Option<Sequence>>,
}

impl Checkpoint {
    pub(crate) fn new(lanes: Vec<Option<Sequence>>) -> Self {
        Self { lanes }
    }

    /// The positions for so many lanes. If there were more or fewer, items change their lanes, so all begin at the
    /// earliest.
    pub(crate) fn for_lanes(self, count: usize) -> Vec<Option<Sequence>> {
        if self.lanes.len() == count {
            return self.lanes;
        }
        vec![self.lanes.into_iter().min().flatten(); count]
    }

    /// What was kept for this stream. A file that cannot be read, or of another stream, is as none: the stream is told
    /// from its beginning, and functions know what they have done.
    pub(crate) fn of_file(file: &Path, stream: &str) -> Self {
        let Ok(text) = std::fs::read(file) else { return Self::default() };
        match serde_json::from_slice::<Kept>(&text) {
            Ok(kept) if kept.stream == stream => Self::new(kept.lanes),
            Ok(_) => Self::default(),
            Err(error) => {
                tracing::warn!(%error, "cannot read how far the stream was told; it is told again");
                Self::default()
            }
        }
    }

    /// Keeps it, whole or not at all: aside, and then renamed.
    pub(crate) fn keep(&self, file: &Path, stream: &str) -> io::Result<()> {
        let kept = Kept { stream: stream.to_owned(), lanes: self.lanes.clone() };
        let aside = file.with_extension("new");
        std::fs::write(&aside, serde_json::to_vec(&kept)?)?;
        std::fs::rename(aside, file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;

    fn position(sequence: u64) -> Sequence {
        record(sequence, "c", 0).sequence
    }

    #[test]
    fn is_kept_for_its_stream_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stream.json");
        assert_eq!(Checkpoint::of_file(&file, "a"), Checkpoint::default());
        let checkpoint = Checkpoint::new(vec![Some(position(3)), None]);
        checkpoint.keep(&file, "a").unwrap();
        assert_eq!(Checkpoint::of_file(&file, "a"), checkpoint);
        assert_eq!(Checkpoint::of_file(&file, "b"), Checkpoint::default());
        std::fs::write(&file, "{").unwrap();
        assert_eq!(Checkpoint::of_file(&file, "a"), Checkpoint::default());
    }

    #[test]
    fn other_lanes_begin_at_the_earliest() {
        let checkpoint = Checkpoint::new(vec![Some(position(3)), Some(position(2))]);
        assert_eq!(checkpoint.clone().for_lanes(2), [Some(position(3)), Some(position(2))]);
        assert_eq!(checkpoint.for_lanes(1), [Some(position(2))]);
        assert_eq!(Checkpoint::new(vec![Some(position(3)), None]).for_lanes(3), [None, None, None]);
        assert_eq!(Checkpoint::default().for_lanes(1), [None]);
    }
}
