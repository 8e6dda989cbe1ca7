//! An edit of something that somebody else has edited meanwhile: both versions, side by side.

use super::Form;

/// Where two versions of a thing differ. There may be nothing: somebody else has done the same.
#[derive(Debug, Clone)]
pub(crate) struct Differences(Vec<Difference>);

/// One field of both.
#[derive(Clone)]
pub(crate) struct Difference {
    /// What the field is called.
    pub(crate) label: String,
    /// What stands there now.
    pub(crate) theirs: String,
    /// What was typed.
    pub(crate) yours: String,
}

impl Differences {
    /// Between what stands there now and what was typed, in these fields.
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

    /// The fields that differ.
    pub(crate) fn fields(&self) -> &[Difference] {
        &self.0
    }
}

impl std::fmt::Debug for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Difference").field("label", &self.label).finish_non_exhaustive()
    }
}
