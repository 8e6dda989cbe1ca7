//! Times and ranges of time as clients see them.

use domain::{Entry, TimeRange};
use utoipa::ToSchema;

/// A range of time: its end is no longer in it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ToSchema)]
#[schema(as = TimeRange)]
pub struct RangeView {
    /// Its first instant.
    #[schema(format = DateTime)]
    pub start: String,
    /// The first instant after it; absent when it lasts for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    pub end: Option<String>,
}

impl From<TimeRange> for RangeView {
    fn from(range: TimeRange) -> Self {
        Self { start: range.start().to_string(), end: range.end().map(|end| end.to_string()) }
    }
}

/// When a contract has its key.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ToSchema)]
#[schema(as = Booking)]
#[serde(rename_all = "camelCase")]
pub struct EntryView {
    /// Which contract.
    pub contract_id: String,
    /// Its first instant.
    #[schema(format = DateTime)]
    pub start: String,
    /// The first instant after it; absent when it is permanent.
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
