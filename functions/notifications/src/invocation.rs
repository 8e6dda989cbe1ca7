//! What Lambda calls the function with.

use serde_json::Value;

use crate::Error;

/// One call.
#[derive(Debug)]
pub(crate) enum Invocation<'a> {
    /// Some records of the table's stream, in order.
    Records(Vec<StreamRecord<'a>>),
    /// A minute has passed.
    Tick,
}

/// A record of the stream, with what a batch's answer needs of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StreamRecord<'a> {
    /// Its name in the answer.
    pub(crate) sequence_number: &'a str,
    /// The partition of its item: records of one are dealt with in order.
    pub(crate) partition: &'a str,
    /// All of it.
    pub(crate) record: &'a Value,
}

impl<'a> Invocation<'a> {
    pub(crate) fn of(event: &'a Value) -> Result<Self, Error> {
        if event["source"] == "aws.events" {
            return Ok(Self::Tick);
        }
        let records = event["Records"].as_array().ok_or(Error::Unreadable)?;
        let records = records.iter().map(|record| StreamRecord::of(record).ok_or(Error::Unreadable));
        Ok(Self::Records(records.collect::<Result<_, _>>()?))
    }
}

impl<'a> StreamRecord<'a> {
    fn of(record: &'a Value) -> Option<Self> {
        let dynamodb = &record["dynamodb"];
        let sequence_number = dynamodb["SequenceNumber"].as_str()?;
        Some(Self { sequence_number, partition: dynamodb["Keys"]["PK"]["S"].as_str()?, record })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_tick_is_what_a_rule_of_eventbridge_sends() {
        let event = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} });
        assert!(matches!(Invocation::of(&event), Ok(Invocation::Tick)));
    }

    #[test]
    fn records_come_with_their_names_and_partitions() {
        let record = json!({ "dynamodb": { "SequenceNumber": "17", "Keys": { "PK": { "S": "KEY#k" } } } });
        let event = json!({ "Records": [record] });
        let Ok(Invocation::Records(records)) = Invocation::of(&event) else { panic!("records") };
        assert_eq!((records[0].sequence_number, records[0].partition), ("17", "KEY#k"));
    }

    #[test]
    fn what_cannot_be_answered_record_by_record_is_refused_as_a_whole() {
        for event in [json!({}), json!({ "Records": [{ "dynamodb": {} }] }), json!("tick"), json!(null)] {
            assert!(matches!(Invocation::of(&event), Err(Error::Unreadable)), "{event}");
        }
    }
}
