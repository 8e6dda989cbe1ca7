//! A record of a stream.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use domain::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A record's sequence number in its shard: 21 to 40 digits. Only the order is meaningful.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(String);

impl Sequence {
    /// The number in DynamoDB's notation.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Ord for Sequence {
    fn cmp(&self, other: &Self) -> Ordering {
        // Without leading zeros, the longer number is larger.
        (self.0.len(), &self.0).cmp(&(other.0.len(), &other.0))
    }
}

impl PartialOrd for Sequence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A record in Lambda's form. `Debug` omits the item's content.
#[derive(Clone, PartialEq)]
pub struct Record {
    pub(crate) sequence: Sequence,
    pub(crate) item: String,
    pub(crate) written_at: Instant,
    pub(crate) event: Value,
}

impl Record {
    /// Parses a record in Lambda's form; `None` if it is invalid.
    #[must_use]
    pub fn of_event(event: Value) -> Option<Self> {
        let change = event.get("dynamodb")?;
        let sequence = Sequence(change.get("SequenceNumber")?.as_str()?.to_owned());
        let keys: BTreeMap<_, _> = change.get("Keys")?.as_object()?.iter().collect();
        let item = keys.values().map(|value| text(value)).collect::<Option<Vec<_>>>()?.join(" ");
        let seconds = change.get("ApproximateCreationDateTime")?.as_i64()?;
        let written_at = Instant::from_millis(seconds.checked_mul(1_000)?)?;
        Some(Self { sequence, item, written_at, event })
    }

    #[must_use]
    pub fn sequence(&self) -> &Sequence {
        &self.sequence
    }

    /// The key of the written item: partition and sort key, separated by a space.
    #[must_use]
    pub fn item(&self) -> &str {
        &self.item
    }

    /// Its JSON in Lambda's form.
    #[must_use]
    pub fn event(&self) -> &Value {
        &self.event
    }
}

/// The value of a key attribute, without its type.
fn text(value: &Value) -> Option<&str> {
    value.as_object()?.values().next()?.as_str()
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("sequence", &self.sequence).field("item", &self.item).finish_non_exhaustive()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// A record of a contract, written this number of seconds after 1970.
    pub(crate) fn record(sequence: u64, contract: &str, seconds: i64) -> Record {
        Record::of_event(json!({
            "eventName": "INSERT",
            "dynamodb": {
                "SequenceNumber": format!("1{sequence:020}"),
                "Keys": {"PK": {"S": "KEY#k"}, "SK": {"S": format!("CONTRACT#{contract}")}},
                "NewImage": {"pin": {"S": "4711"}},
                "ApproximateCreationDateTime": seconds,
            },
        }))
        .unwrap()
    }

    #[test]
    fn sequence_numbers_are_ordered_as_numbers() {
        let sequence = |text: &str| Sequence(text.to_owned());
        assert!(sequence("999999999999999999999") < sequence("1000000000000000000000"));
        assert!(sequence("100000000000000000001") < sequence("100000000000000000002"));
    }

    #[test]
    fn debug_shows_only_the_items_key() {
        let shown = format!("{:?}", record(7, "c", 0));
        assert!(shown.contains("KEY#k CONTRACT#c") && !shown.contains("4711"), "{shown}");
    }

    #[test]
    fn an_invalid_record_is_refused() {
        assert_eq!(Record::of_event(json!({"dynamodb": {"SequenceNumber": "1"}})), None);
        assert_eq!(Record::of_event(json!("record")), None);
    }
}
