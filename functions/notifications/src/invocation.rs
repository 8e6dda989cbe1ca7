//! What Lambda calls the function with.

use serde_json::Value;

use crate::Error;
use crate::messenger::email::REFERENCE;

/// One call.
#[derive(Debug)]
pub(crate) enum Invocation<'a> {
    /// Some records of the table's stream, in order.
    Records(Vec<StreamRecord<'a>>),
    /// A minute has passed.
    Tick,
    /// An email came back, for good: there is no such address, or its owner does not want to be written to.
    Bounce {
        /// Our name of the message.
        reference: &'a str,
        /// SES's name of the try.
        provider_id: &'a str,
    },
    /// Something that SES tells and nobody here asks.
    Nothing,
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
        if event["source"] == "aws.ses" {
            return Ok(Self::of_mail(&event["detail"]).unwrap_or(Self::Nothing));
        }
        let records = event["Records"].as_array().ok_or(Error::Unreadable)?;
        let records = records.iter().map(|record| StreamRecord::of(record).ok_or(Error::Unreadable));
        Ok(Self::Records(records.collect::<Result<_, _>>()?))
    }

    /// What SES tells of an email of ours. A bounce that passes, such as a full mailbox, SES has tried for hours; the
    /// address is right all the same.
    fn of_mail(detail: &'a Value) -> Option<Self> {
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
    fn of_what_ses_tells_only_a_bounce_for_good_matters() {
        let event = |kind: &str| {
            let mail =
                json!({ "messageId": "0100-ses", "tags": { "message": ["cmVm"], "ses:caller-identity": ["x"] } });
            let bounce = json!({ "bounceType": kind, "bounceSubType": "OnAccountSuppressionList" });
            json!({ "source": "aws.ses", "detail-type": "Email Bounced",
                    "detail": { "eventType": "Bounce", "bounce": bounce, "mail": mail } })
        };
        let told = event("Permanent");
        let bounce = Invocation::of(&told).unwrap();
        assert!(matches!(bounce, Invocation::Bounce { reference: "cmVm", provider_id: "0100-ses" }), "{bounce:?}");
        assert!(matches!(Invocation::of(&event("Transient")), Ok(Invocation::Nothing)));
        let delivered = json!({ "source": "aws.ses", "detail": { "eventType": "Delivery", "mail": {} } });
        assert!(matches!(Invocation::of(&delivered), Ok(Invocation::Nothing)));
    }

    #[test]
    fn what_cannot_be_answered_record_by_record_is_refused_as_a_whole() {
        for event in [json!({}), json!({ "Records": [{ "dynamodb": {} }] }), json!("tick"), json!(null)] {
            assert!(matches!(Invocation::of(&event), Err(Error::Unreadable)), "{event}");
        }
    }
}
