//! The result of making something what a request says, whether or not it exists.

use strum::{IntoStaticStr, VariantArray};

use crate::Created;

/// What was done to make something as requested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put<T> {
    Created(T),
    Changed(T),
    /// It was like that already.
    Unchanged(T),
}

/// What was done, or would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "camelCase")]
pub enum PutOutcome {
    Created,
    Changed,
    Unchanged,
}

impl<T> Put<T> {
    /// After a creation, which may have found exactly what it was to create.
    pub(crate) fn of_creation(created: Created<T>) -> Self {
        match created {
            Created::New(thing) | Created::Replayed(thing) => Self::Created(thing),
            Created::Existing(thing) => Self::Unchanged(thing),
        }
    }

    /// After an edit, which leaves the version as it is if it changes nothing.
    pub(crate) fn of_edit(thing: T, is_changed: bool) -> Self {
        if is_changed { Self::Changed(thing) } else { Self::Unchanged(thing) }
    }

    pub fn outcome(&self) -> PutOutcome {
        match self {
            Self::Created(_) => PutOutcome::Created,
            Self::Changed(_) => PutOutcome::Changed,
            Self::Unchanged(_) => PutOutcome::Unchanged,
        }
    }

    pub fn into_created(self) -> Created<T> {
        match self {
            Self::Created(thing) => Created::New(thing),
            Self::Changed(thing) | Self::Unchanged(thing) => Created::Existing(thing),
        }
    }
}
