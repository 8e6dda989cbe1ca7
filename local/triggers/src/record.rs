//! A record of a stream, and its place there.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use domain::Instant;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A record's place in its shard: 21 to 40 digits, of which only the order means something.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sequence(String);

impl Sequence {
    /// The number as DynamoDB writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Ord for Sequence {
    fn cmp(&self, other: &Self) -> Ordering {
        // Numbers without leading zeros: the longer one is the larger one.
        (self.0.len(), &self.0).cmp(&(other.0.len(), &other.0))
    }
}

impl PartialOrd for Sequence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A record, in the form in which Lambda hands it on. Its `Debug` leaves the item's content out.
#[derive(Clone, PartialEq)]
pub struct Record {
    pub(crate) sequence: Sequence,
    pub(crate) item: String,
    pub(crate) written_at: Instant,
    pub(crate) event: Value,
}

impl Record {
    /// Takes a record of Lambda's form; `None` if it is not one.
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

    /// Its place.
    #[must_use]
    pub fn sequence(&self) -> &Sequence {
        &self.sequence
    }

    /// The key of the item that was written: partition and sort key, with a space between.
    #[must_use]
    pub fn item(&self) -> &str {
        &self.item
    }

    /// Lambda's form of it.
    #[must_use]
    pub fn event(&self) -> &Value {
        &self.event
    }
}

/// A key attribute without its type.
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

    /// A record of a contract, written in the first seconds of 1970.
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
    fn is_known_by_its_items_key_and_shows_nothing_else() {
        let shown = format!("{:?}", record(7, "c", 0));
        assert!(shown.contains("KEY#k CONTRACT#c") && !shown.contains("4711"), "{shown}");
    }

    #[test]
    fn what_is_no_record_is_not_taken_for_one() {
        assert_eq!(Record::of_event(json!({"dynamodb": {"SequenceNumber": "1"}})), None);
        assert_eq!(Record::of_event(json!("record")), None);
    }
}
