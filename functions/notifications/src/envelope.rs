//! Events as published on the topic.

use domain::{Event, Instant};
use serde_json::{Value, json};

/// The version of the envelope. It changes when readers of the old format would misread the new one.
const SPEC_VERSION: &str = "1.0";

/// An event for subscribers of the topic. Events have no PINs and no contact details.
#[derive(Debug)]
pub(crate) struct Envelope {
    /// The `type` of the event.
    pub(crate) kind: &'static str,
    pub(crate) automat_id: String,
    pub(crate) key_id: Option<String>,
    pub(crate) body: Value,
}

impl Envelope {
    /// `recorded_at` comes from DynamoDB, which rounds down to a second, so it may be before the event.
    pub(crate) fn new(event: &Event, recorded_at: Instant) -> Self {
        let automat_id = event.subject.automat.as_str().to_owned();
        let key_id = event.subject.key.as_ref().map(|key| key.as_str().to_owned());
        let mut data = serde_json::to_value(event).unwrap_or_default();
        let mut take = |name: &str| data.as_object_mut().and_then(|data| data.remove(name)).unwrap_or_default();
        let (kind, id, _) = (take("type"), take("eventId"), take("at"));
        let body = json!({
            "specVersion": SPEC_VERSION,
            "type": kind,
            "id": id,
            "occurredAt": event.happened_at().to_string(),
            "recordedAt": recorded_at.max(event.at).to_string(),
            "data": data,
        });
        Self { kind: event.kind.name(), automat_id, key_id, body }
    }
}

#[cfg(test)]
mod tests {
    use domain::{Actor, AutomatId, ContractId, EventKind, KeyId, LockerIndex, OfflineTimes, Subject};

    use super::*;

    #[test]
    fn what_a_device_reports_afterwards_occurred_when_it_happened() {
        let at = |second: i64| Instant::from_millis(1_795_521_600_000 + second * 1000).unwrap();
        let offline = OfflineTimes { from: at(-60), to: Some(at(-50)) };
        let automat = AutomatId::parse("lobby").unwrap();
        let event = Event {
            id: "01KAXHVNM0000000000000000A".to_owned(),
            at: at(0),
            actor: Actor::automat(&automat),
            offline: Some(offline),
            after_removal: false,
            kind: EventKind::KeyReturned,
            subject: Subject::of_automat(&automat),
        };
        let body = Envelope::new(&event, at(0)).body;
        assert_eq!((&body["occurredAt"], &body["recordedAt"]), (&json!(at(-60)), &json!(at(0))));
        assert_eq!(body["data"]["offline"], json!({ "from": at(-60), "to": at(-50) }));
    }

    #[test]
    fn an_event_in_its_envelope() {
        let at = |second: i64| Instant::from_millis(1_795_521_600_000 + second * 1000).unwrap();
        let event = Event {
            id: "01KAXHVNM0000000000000000A".to_owned(),
            at: at(0),
            actor: Actor::automat(&AutomatId::parse("lobby").unwrap()),
            offline: None,
            after_removal: false,
            kind: EventKind::KeyFetched,
            subject: Subject {
                automat: AutomatId::parse("lobby").unwrap(),
                locker: LockerIndex::new(3).ok(),
                key: KeyId::parse("A-12").ok(),
                contract: ContractId::parse("BK-1").ok(),
            },
        };
        let envelope = Envelope::new(&event, at(1));
        assert_eq!((envelope.kind, envelope.automat_id.as_str()), ("key-fetched", "lobby"));
        assert_eq!(envelope.key_id.as_deref(), Some("A-12"));
        insta::assert_json_snapshot!("an_event_in_its_envelope", envelope.body);
    }
}
