//! A field of an edit: left out, null, or a value (RFC 7396).

use serde::{Deserialize, Deserializer};

/// A field of an edit. Needs `#[serde(default)]` to be [`Absent`](Self::Absent) when left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Left out: unchanged.
    #[default]
    Absent,
    /// Null.
    Clear,
    Set(T),
}

impl<T> Patch<T> {
    /// Treats null as this value.
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
