//! How far a reader of a stream has come, for those who delete what nobody will read again.

use std::sync::{Arc, Mutex, PoisonError};

use crate::Sequence;

/// The last record that a reader has processed, with all before it. The reader never asks for these again, not even
/// after a crash.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Mutex<Option<Sequence>>>);

impl Progress {
    pub(crate) fn new(done: Option<Sequence>) -> Self {
        Self(Arc::new(Mutex::new(done)))
    }

    pub(crate) fn set(&self, done: Option<Sequence>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = done;
    }

    fn get(&self) -> Option<Sequence> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The progress of the slowest reader; `None` if one of them has processed nothing yet.
    pub(crate) fn slowest(readers: &[Self]) -> Option<Sequence> {
        readers.iter().map(Self::get).min().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::tests::record;

    #[test]
    fn the_slowest_reader_counts() {
        let at = |number| Progress::new(Some(record(number, "c", 0).sequence));
        let slowest = |readers: &[Progress]| Progress::slowest(readers);
        assert_eq!(slowest(&[at(3), at(2), at(4)]), Some(record(2, "c", 0).sequence));
        assert_eq!(slowest(&[at(3), Progress::default()]), None, "one has not begun");
        assert_eq!(slowest(&[]), None);
    }
}
