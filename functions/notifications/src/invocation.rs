//! The events that Lambda calls the function with.

use serde_json::Value;

use crate::Error;
use crate::messenger::email::REFERENCE;

#[derive(Debug)]
pub(crate) enum Invocation<'a> {
    /// Records of the table's stream, in order.
    Records(Vec<StreamRecord<'a>>),
    /// The schedule, once a minute.
    Tick,
    /// An email bounced permanently: the address does not exist, or its owner does not want email.
    Bounce {
        /// Our reference of the message.
        reference: &'a str,
        /// SES's identifier of the attempt.
        provider_id: &'a str,
    },
    /// An event from SES that nothing here depends on.
    Ignored,
}

/// A record of the stream, and what the response to the batch needs of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StreamRecord<'a> {
    /// Identifies the record in the response.
    pub(crate) sequence_number: &'a str,
    /// The partition key of its item. Records of one partition are processed in order.
    pub(crate) partition: &'a str,
    pub(crate) record: &'a Value,
}

impl<'a> Invocation<'a> {
    pub(crate) fn of(event: &'a Value) -> Result<Self, Error> {
        if event["source"] == "aws.events" {
            return Ok(Self::Tick);
        }
        if event["source"] == "aws.ses" {
            return Ok(Self::of_email(&event["detail"]).unwrap_or(Self::Ignored));
        }
        let records = event["Records"].as_array().ok_or(Error::Unreadable)?;
        let records = records.iter().map(|record| StreamRecord::of(record).ok_or(Error::Unreadable));
        Ok(Self::Records(records.collect::<Result<_, _>>()?))
    }

    /// The permanent bounce of one of our emails. SES has retried a temporary one, such as a full mailbox, for hours,
    /// and the address is still correct.
    fn of_email(detail: &'a Value) -> Option<Self> {
        let mail = &detail["mail"];
        let (reference, provider_id) = (mail["tags"][REFERENCE][0].as_str()?, mail["messageId"].as_str()?);
        (detail["bounce"]["bounceType"] == "Permanent").then_some(Self::Bounce { reference, provider_id })
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
    fn an_eventbridge_event_is_a_tick() {
        let event = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} });
        assert!(matches!(Invocation::of(&event), Ok(Invocation::Tick)));
    }

    #[test]
    fn records_have_a_sequence_number_and_a_partition() {
        let record = json!({ "dynamodb": { "SequenceNumber": "17", "Keys": { "PK": { "S": "KEY#k" } } } });
        let event = json!({ "Records": [record] });
        let Ok(Invocation::Records(records)) = Invocation::of(&event) else { panic!("records") };
        assert_eq!((records[0].sequence_number, records[0].partition), ("17", "KEY#k"));
    }

    #[test]
    fn only_permanent_bounces_are_processed() {
        let event = |kind: &str| {
            let mail =
                json!({ "messageId": "0100-ses", "tags": { "message": ["cmVm"], "ses:caller-identity": ["x"] } });
            let bounce = json!({ "bounceType": kind, "bounceSubType": "OnAccountSuppressionList" });
            json!({ "source": "aws.ses", "detail-type": "Email Bounced",
                    "detail": { "eventType": "Bounce", "bounce": bounce, "mail": mail } })
        };
        let permanent = event("Permanent");
        let bounce = Invocation::of(&permanent).unwrap();
        assert!(matches!(bounce, Invocation::Bounce { reference: "cmVm", provider_id: "0100-ses" }), "{bounce:?}");
        assert!(matches!(Invocation::of(&event("Transient")), Ok(Invocation::Ignored)));
        let delivered = json!({ "source": "aws.ses", "detail": { "eventType": "Delivery", "mail": {} } });
        assert!(matches!(Invocation::of(&delivered), Ok(Invocation::Ignored)));
    }

    #[test]
    fn unknown_events_are_refused_as_a_whole() {
        for event in [json!({}), json!({ "Records": [{ "dynamodb": {} }] }), json!("tick"), json!(null)] {
            assert!(matches!(Invocation::of(&event), Err(Error::Unreadable)), "{event}");
        }
    }
}
