//! A stale edit: both versions side by side.

use super::Form;

/// The differences between two versions. None if somebody else has made the same changes.
#[derive(Debug, Clone)]
pub(crate) struct Differences(Vec<Difference>);

#[derive(Clone)]
pub(crate) struct Difference {
    pub(crate) label: String,
    /// The stored value.
    pub(crate) theirs: String,
    /// The value that was typed.
    pub(crate) yours: String,
}

impl Differences {
    /// Compares the stored values with what was typed, in these fields.
    pub(crate) fn between<'n>(
        current: &Form,
        typed: &Form,
        fields: impl IntoIterator<Item = (&'n str, String)>,
    ) -> Self {
        let difference = |(name, label): (&str, String)| {
            let (theirs, yours) = (current.text(name).trim().to_owned(), typed.text(name).trim().to_owned());
            (theirs != yours).then_some(Difference { label, theirs, yours })
        };
        Self(fields.into_iter().filter_map(difference).collect())
    }

    pub(crate) fn fields(&self) -> &[Difference] {
        &self.0
    }
}

impl std::fmt::Debug for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Difference").field("label", &self.label).finish_non_exhaustive()
    }
}
