//! Times and time ranges in API responses.

use domain::{Conflict, Entry, TimeRange};
use serde::Serialize;
use utoipa::ToSchema;

/// A time range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimeRange)]
pub struct RangeView {
    /// The start, inclusive.
    #[schema(format = DateTime)]
    pub start: String,
    /// The end, exclusive; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    pub end: Option<String>,
}

impl From<TimeRange> for RangeView {
    fn from(range: TimeRange) -> Self {
        Self { start: range.start().to_string(), end: range.end().map(|end| end.to_string()) }
    }
}

/// The time range of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Booking)]
#[serde(rename_all = "camelCase")]
pub struct EntryView {
    /// Which contract.
    pub contract_id: String,
    /// The start, inclusive.
    #[schema(format = DateTime)]
    pub start: String,
    /// The end, exclusive; absent for a permanent contract.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    pub end: Option<String>,
}

impl From<&Entry> for EntryView {
    fn from(entry: &Entry) -> Self {
        let RangeView { start, end } = entry.range.into();
        Self { contract_id: entry.contract.as_str().to_owned(), start, end }
    }
}

/// A contract that has a key at a time at which another contract should have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Conflict)]
#[serde(rename_all = "camelCase")]
pub struct ConflictView {
    /// The key that both need.
    pub key_id: String,
    #[serde(flatten)]
    pub entry: EntryView,
}

impl From<&Conflict> for ConflictView {
    fn from(conflict: &Conflict) -> Self {
        Self { key_id: conflict.key.as_str().to_owned(), entry: (&conflict.entry).into() }
    }
}
