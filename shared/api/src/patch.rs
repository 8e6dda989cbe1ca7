//! A field of an edit: left out, null, or a value (RFC 7396).

use serde::{Deserialize, Deserializer};

/// A field of an edit. Needs `#[serde(default)]`, so that a field that is left out is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Left out: it stays as it is.
    #[default]
    Absent,
    /// Null: it is cleared.
    Clear,
    /// It becomes this.
    Set(T),
}

impl<T> Patch<T> {
    /// Clearing means this value.
    #[must_use]
    pub fn cleared_to(self, value: T) -> Self {
        match self {
            Self::Clear => Self::Set(value),
            other => other,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::<T>::deserialize(deserializer).map(|value| value.map_or(Self::Clear, Self::Set))
    }
}
