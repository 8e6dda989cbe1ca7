//! The named shadow `open`: what the cloud asks of lockers and what the device says of it.
//!
//! ```json
//! {"state": {"desired":  {"o": {"7": [12, "01KB…", 1795521600, 1795521620]}},
//!            "reported": {"o": {"7": [12, "01KB…", 1795521600, 1795521620]},
//!                         "r": {"7": ["01KB…", "opened", 1795521601]}}}}
//! ```
//!
//! A locker's request is an array, because a shadow replaces arrays whole: a reader never sees half of one request and
//! half of another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the cloud asks of one locker: `[seq, openingId, issuedAt, expiresAt]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, String, i64, i64)", into = "(u64, String, i64, i64)")]
pub struct Request {
    /// Rises with every request for the locker: the larger of the last one plus one and [`Self::issued_at`]. A device never
    /// acts on one that is not above all before.
    pub seq: u64,
    /// The opening that this is.
    pub id: String,
    /// When it was asked for, in seconds since 1970.
    pub issued_at: i64,
    /// From when on it must not be acted on, in seconds since 1970.
    pub expires_at: i64,
}

/// How an opening ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The lock's motor ran and the device saw it open.
    Opened,
    /// The device did not try: an older request than one it has acted on, or a locker that it does not have.
    Refused,
    /// The device tried and does not know that it opened: the lock is jammed, or it lost power half-way.
    Failed,
    /// The request reached the device when its life was over. The motor did not run.
    Expired,
}

/// The device's word on one opening: `[openingId, outcome, at]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(String, Outcome, i64)", into = "(String, Outcome, i64)")]
pub struct Word {
    /// Which opening.
    pub id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// When, in seconds since 1970 by the device's estimate.
    pub at: i64,
}

/// The part of the shadow that the cloud writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desired {
    /// Requests by locker index. `None`, written as `null`, takes one away.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub o: BTreeMap<u16, Option<Request>>,
}

/// The part of the shadow that the device writes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// The requests that the device has seen, just as they were, so that the shadow sends no more deltas for them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub o: BTreeMap<u16, Option<Request>>,
    /// Its word on each.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub r: BTreeMap<u16, Option<Word>>,
}

/// The state of the shadow, or an update to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowUpdate {
    /// What the cloud wants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired: Option<Desired>,
    /// What the device says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported: Option<Reported>,
}

impl ShadowUpdate {
    /// Takes lockers out of both parts, once the device's words on them are stored: a document of 8 KB must not fill up.
    #[must_use]
    pub fn clearing(lockers: impl IntoIterator<Item = u16>) -> Self {
        let lockers: Vec<u16> = lockers.into_iter().collect();
        let requests = || lockers.iter().map(|&locker| (locker, None)).collect();
        let results = lockers.iter().map(|&locker| (locker, None)).collect();
        Self { desired: Some(Desired { o: requests() }), reported: Some(Reported { o: requests(), r: results }) }
    }
}

impl From<(u64, String, i64, i64)> for Request {
    fn from((seq, id, issued_at, expires_at): (u64, String, i64, i64)) -> Self {
        Self { seq, id, issued_at, expires_at }
    }
}

impl From<Request> for (u64, String, i64, i64) {
    fn from(request: Request) -> Self {
        (request.seq, request.id, request.issued_at, request.expires_at)
    }
}

impl From<(String, Outcome, i64)> for Word {
    fn from((id, outcome, at): (String, Outcome, i64)) -> Self {
        Self { id, outcome, at }
    }
}

impl From<Word> for (String, Outcome, i64) {
    fn from(word: Word) -> Self {
        (word.id, word.outcome, word.at)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request() -> Request {
        Request { seq: 12, id: "01KB".to_owned(), issued_at: 1_795_521_600, expires_at: 1_795_521_620 }
    }

    #[test]
    fn requests_and_words_are_arrays_under_their_lockers_index() {
        let update = ShadowUpdate {
            desired: Some(Desired { o: BTreeMap::from([(7, Some(request()))]) }),
            reported: Some(Reported {
                o: BTreeMap::new(),
                r: BTreeMap::from([(
                    7,
                    Some(Word { id: "01KB".to_owned(), outcome: Outcome::Opened, at: 1_795_521_601 }),
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
