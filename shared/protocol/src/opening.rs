//! The named shadow `open`: the cloud's requests to open lockers, and the device's reports how they ended.
//!
//! ```json
//! {"state": {"desired":  {"o": {"7": [12, "01KB…", 1795521600, 1795521620]}},
//!            "reported": {"o": {"7": [12, "01KB…", 1795521600, 1795521620]},
//!                         "r": {"7": ["01KB…", "opened", 1795521601]}}}}
//! ```
//!
//! A request is an array because a shadow replaces arrays as a whole: a reader never sees parts of two requests mixed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A request to open one locker: `[seq, openingId, issuedAt, expiresAt]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, String, i64, i64)", into = "(u64, String, i64, i64)")]
pub struct OpeningRequest {
    /// Increases with every request for the locker: the larger of the last value plus one and [`Self::issued_at`]. A
    /// device never acts on a request whose `seq` is not above all earlier ones.
    pub seq: u64,
    pub id: String,
    /// In seconds since 1970.
    pub issued_at: i64,
    /// The device must not act on the request at or after this time, in seconds since 1970.
    pub expires_at: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OpeningResult {
    /// The motor ran and the device saw the lock open.
    Opened,
    /// The device did not try: it has already acted on a newer request, or it has no such locker.
    Refused,
    /// The device tried and cannot confirm that the lock opened: it is jammed, or power failed meanwhile.
    Failed,
    /// The request reached the device after it had expired. The motor did not run.
    Expired,
}

/// The device's report how an opening ended: `[openingId, result, at]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(String, OpeningResult, i64)", into = "(String, OpeningResult, i64)")]
pub struct OpeningReport {
    pub id: String,
    pub result: OpeningResult,
    /// In seconds since 1970, by the device's estimate.
    pub at: i64,
}

/// The part of the shadow that the cloud writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desired {
    /// Requests by locker index. `None`, written as `null`, removes one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub o: BTreeMap<u16, Option<OpeningRequest>>,
}

/// The part of the shadow that the device writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// The requests that the device has seen, unchanged, so that the shadow sends no more deltas for them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub o: BTreeMap<u16, Option<OpeningRequest>>,
    /// The results by locker index.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub r: BTreeMap<u16, Option<OpeningReport>>,
}

/// The state of the shadow, or an update to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowUpdate {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired: Option<Desired>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

impl ShadowUpdate {
    /// An update that removes lockers from both parts, once their results are stored: AWS limits the document to 8 KB.
    #[must_use]
    pub fn clearing(lockers: impl IntoIterator<Item = u16>) -> Self {
        let lockers: Vec<u16> = lockers.into_iter().collect();
        let requests = || lockers.iter().map(|&locker| (locker, None)).collect();
        let results = lockers.iter().map(|&locker| (locker, None)).collect();
        Self { desired: Some(Desired { o: requests() }), reported: Some(Reported { o: requests(), r: results }) }
    }
}

impl From<(u64, String, i64, i64)> for OpeningRequest {
    fn from((seq, id, issued_at, expires_at): (u64, String, i64, i64)) -> Self {
        Self { seq, id, issued_at, expires_at }
    }
}

impl From<OpeningRequest> for (u64, String, i64, i64) {
    fn from(request: OpeningRequest) -> Self {
        (request.seq, request.id, request.issued_at, request.expires_at)
    }
}

impl From<(String, OpeningResult, i64)> for OpeningReport {
    fn from((id, result, at): (String, OpeningResult, i64)) -> Self {
        Self { id, result, at }
    }
}

impl From<OpeningReport> for (String, OpeningResult, i64) {
    fn from(report: OpeningReport) -> Self {
        (report.id, report.result, report.at)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request() -> OpeningRequest {
        OpeningRequest { seq: 12, id: "01KB".to_owned(), issued_at: 1_795_521_600, expires_at: 1_795_521_620 }
    }

    #[test]
    fn requests_and_reports_are_arrays_under_their_lockers_index() {
        let update = ShadowUpdate {
            desired: Some(Desired { o: BTreeMap::from([(7, Some(request()))]) }),
            reported: Some(Reported {
                o: BTreeMap::new(),
                r: BTreeMap::from([(
                    7,
                    Some(OpeningReport { id: "01KB".to_owned(), result: OpeningResult::Opened, at: 1_795_521_601 }),
                )]),
            }),
        };
        let text = json!({
            "desired": {"o": {"7": [12, "01KB", 1_795_521_600, 1_795_521_620]}},
            "reported": {"r": {"7": ["01KB", "opened", 1_795_521_601]}},
        });
        assert_eq!(serde_json::to_value(&update).unwrap(), text);
        assert_eq!(serde_json::from_value::<ShadowUpdate>(text).unwrap(), update);
    }

    #[test]
    fn lockers_are_cleared_by_nulls() {
        let nulls = json!({"7": null, "8": null});
        let update = json!({"desired": {"o": nulls}, "reported": {"o": nulls, "r": nulls}});
        assert_eq!(serde_json::to_value(ShadowUpdate::clearing([7, 8])).unwrap(), update);
    }
}
