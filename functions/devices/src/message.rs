//! What the IoT rules of `template.yaml` hand on: one form a rule, told apart by `message`.

use std::collections::BTreeMap;

use protocol::{Entry, LockersMessage, Word};
use serde::Deserialize;
use serde_json::Value;

/// A message of an automat, or about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// The device's words on openings, from its shadow: `automat_openings`.
    Openings(Words),
    /// A keypad entry: `automat_keypad`.
    Keypad(Sent<Entry>),
    /// What should be a keypad entry and has another form, but an id that can be answered.
    MalformedEntry(Sent<EntryId>),
    /// Doors and keys: `automat_lockers`.
    Lockers(Sent<LockersMessage>),
    /// A lifecycle event of AWS IoT Core: `automat_presence`.
    Presence(LifecycleEvent),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Openings,
    Keypad,
    Lockers,
    Presence,
}

#[derive(Deserialize)]
struct Envelope {
    message: Kind,
    thing: String,
}

impl Message {
    /// Reads what a rule hands on.
    pub(crate) fn read(event: &Value) -> Result<Self, serde_json::Error> {
        // In two steps: serde's own tagged and flattened forms cannot read the lockers' numbers as keys of a map.
        let Envelope { message, thing } = Envelope::deserialize(event)?;
        Ok(match message {
            Kind::Openings => Self::Openings(Words::deserialize(event)?),
            Kind::Keypad => match Entry::deserialize(event) {
                Ok(content) => Self::Keypad(Sent { thing, content }),
                Err(error) => {
                    Self::MalformedEntry(Sent { thing, content: EntryId::deserialize(event).map_err(|_| error)? })
                }
            },
            Kind::Lockers => Self::Lockers(Sent { thing, content: LockersMessage::deserialize(event)? }),
            Kind::Presence => Self::Presence(LifecycleEvent::deserialize(event)?),
        })
    }
}

/// Something that a thing sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent<T> {
    /// Which thing, by the topic: the device's policy lets it use no other's.
    pub thing: String,
    /// What it sent.
    pub content: T,
}

/// All that is read of an entry of another form than ours.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EntryId {
    /// The device's own name for the entry.
    pub id: String,
}

/// The device's words on openings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Words {
    /// Which thing, by the topic.
    pub thing: String,
    /// The words by locker; nothing where one was taken away.
    #[serde(rename = "words")]
    pub by_locker: BTreeMap<u16, Option<Word>>,
}

/// A client connected or disconnected, or could not connect.
/// See <https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html>.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LifecycleEvent {
    /// The client, which of an automat is its thing.
    pub thing: String,
    /// Which of these.
    pub event_type: EventType,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Rises with every connection of the client.
    #[serde(default)]
    pub number: u64,
}

/// Kinds of lifecycle events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    /// The client is there.
    Connected,
    /// The client is gone.
    Disconnected,
    /// Somebody was not let in under the client's name.
    ConnectFailed,
}

#[cfg(test)]
mod tests {
    use protocol::{CodeKind, Door, LockerState, Outcome};
    use serde_json::json;

    use super::*;

    fn read(event: &Value) -> Message {
        Message::read(event).unwrap()
    }

    #[test]
    fn words_are_read_by_locker_and_removals_among_them() {
        let event = json!({
            "message": "openings", "thing": "lobby",
            "words": {"7": ["01KB", "opened", 1_795_521_601], "8": null},
        });
        let word = Word { id: "01KB".to_owned(), outcome: Outcome::Opened, at: 1_795_521_601 };
        let by_locker = BTreeMap::from([(7, Some(word)), (8, None)]);
        assert_eq!(read(&event), Message::Openings(Words { thing: "lobby".to_owned(), by_locker }));
    }

    #[test]
    fn entries_and_lockers_are_read_beside_their_thing() {
        let event = json!({
            "message": "keypad", "thing": "lobby",
            "id": "01KB", "kind": "returnCode", "code": "c29tZQ", "at": 1_795_521_600, "inside": "81",
        });
        let mut both = event.clone();
        both["other"] = json!("b3RoZXI");
        let Message::Keypad(Sent { content, .. }) = read(&both) else { panic!("an entry") };
        assert_eq!(content.other.as_deref(), Some("b3RoZXI"));
        let Message::Keypad(Sent { thing, content }) = read(&event) else { panic!("an entry") };
        assert_eq!(content.other, None);
        assert_eq!((thing.as_str(), content.kind, content.inside.has(7)), ("lobby", CodeKind::ReturnCode, true));

        let event = json!({
            "message": "lockers", "thing": "lobby", "n": 5, "lockers": {"7": {"key": false, "door": "open"}},
        });
        let Message::Lockers(Sent { content, .. }) = read(&event) else { panic!("lockers") };
        let state = LockerState { key: false, door: Door::Open, by: None };
        assert_eq!(content, LockersMessage { n: 5, lockers: BTreeMap::from([(7, state)]), device_keys: Vec::new() });
    }

    #[test]
    fn lifecycle_events_are_read_as_aws_sends_them() {
        let event = json!({
            "message": "presence", "thing": "lobby", "eventType": "disconnected", "at": 1_795_521_600_123_i64, "number": 3,
        });
        let event_type = EventType::Disconnected;
        let expected = LifecycleEvent { thing: "lobby".to_owned(), event_type, at: 1_795_521_600_123, number: 3 };
        assert_eq!(read(&event), Message::Presence(expected));

        let event = json!({ "message": "presence", "thing": "lobby", "eventType": "connect_failed", "at": 1 });
        let event_type = EventType::ConnectFailed;
        let expected = LifecycleEvent { thing: "lobby".to_owned(), event_type, at: 1, number: 0 };
        assert_eq!(read(&event), Message::Presence(expected));
    }
}
