//! What the IoT rules of `template.yaml` hand on: one form a rule, told apart by `message`.

use std::collections::BTreeMap;

use protocol::{Door, Entry, Word};
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
    Lockers(Sent<LockersReport>),
    /// A lifecycle event of AWS IoT Core: `automat_presence`.
    Presence(LifecycleEvent),
    /// A thing sent something of which nothing can be used.
    NotUnderstood(String),
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
            Kind::Openings => match Words::read(thing.clone(), event) {
                Some(words) => Self::Openings(words),
                None => Self::NotUnderstood(thing),
            },
            Kind::Keypad => match Entry::deserialize(event) {
                Ok(content) => Self::Keypad(Sent { thing, content }),
                Err(_) => match EntryId::deserialize(event) {
                    Ok(content) => Self::MalformedEntry(Sent { thing, content }),
                    Err(_) => Self::NotUnderstood(thing),
                },
            },
            Kind::Lockers => match LockersReport::read(event) {
                Some(content) => Self::Lockers(Sent { thing, content }),
                None => Self::NotUnderstood(thing),
            },
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Which thing, by the topic.
    pub thing: String,
    /// The words by locker; nothing where one was taken away.
    pub by_locker: BTreeMap<u16, Option<Word>>,
    /// The openings of results that we do not understand: they must not stay in the shadow.
    pub unclear: Vec<String>,
    /// Whether all of it was understood.
    pub is_understood: bool,
}

impl Words {
    /// Takes what is known; `None` if nothing can be used.
    fn read(thing: String, event: &Value) -> Option<Self> {
        let mut words = Self { thing, by_locker: BTreeMap::new(), unclear: Vec::new(), is_understood: true };
        for (index, word) in event.get("words")?.as_object()? {
            match (index.parse(), Option::<Word>::deserialize(word)) {
                (Ok(index), Ok(word)) => {
                    words.by_locker.insert(index, word);
                }
                (index, _) => {
                    words.is_understood = false;
                    let opening = word.get(0).and_then(Value::as_str).map(str::to_owned);
                    words.unclear.extend(index.ok().and(opening));
                }
            }
        }
        Some(words)
    }
}

/// What a device reports of its lockers, as far as we understand it: a newer device may know more than we do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockersReport {
    /// The number of the message.
    pub n: u64,
    /// The lockers by index.
    pub lockers: BTreeMap<u16, LockerReport>,
    /// The ids of the device's keys.
    pub device_keys: Vec<String>,
    /// Whether all of it was understood.
    pub is_understood: bool,
}

/// What a device reports of one locker; `None` where it says nothing that we know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockerReport {
    /// Whether a key is inside.
    pub key: Option<bool>,
    /// Its door.
    pub door: Option<Door>,
    /// What opened it last.
    pub by: Option<String>,
}

impl LockersReport {
    /// Takes what is known; `None` without a number or lockers, which are needed to use any of it.
    fn read(event: &Value) -> Option<Self> {
        let n = event.get("n")?.as_u64()?;
        let device_keys = match event.get("deviceKeys") {
            None | Some(Value::Null) => Some(Vec::new()),
            Some(keys) => Vec::deserialize(keys).ok(),
        };
        let is_understood = device_keys.is_some();
        let mut report =
            Self { n, lockers: BTreeMap::new(), device_keys: device_keys.unwrap_or_default(), is_understood };
        for (index, locker) in event.get("lockers")?.as_object()? {
            let (locker, is_understood) = LockerReport::read(locker);
            report.is_understood &= is_understood;
            match index.parse() {
                Ok(index) => {
                    report.lockers.insert(index, locker);
                }
                Err(_) => report.is_understood = false,
            }
        }
        Some(report)
    }
}

impl LockerReport {
    /// What is known of it, and whether that is all.
    fn read(locker: &Value) -> (Self, bool) {
        let by = match locker.get("by") {
            None | Some(Value::Null) => Ok(None),
            Some(by) => by.as_str().map(|by| Some(by.to_owned())).ok_or(()),
        };
        let key = locker.get("key").and_then(Value::as_bool);
        let door = locker.get("door").and_then(|door| Door::deserialize(door).ok());
        let is_understood = by.is_ok() && key.is_some() && door.is_some();
        (Self { key, door, by: by.unwrap_or_default() }, is_understood)
    }
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
    /// Why the client was disconnected, in AWS's word.
    #[serde(default)]
    pub reason: Option<String>,
}

impl LifecycleEvent {
    /// Whether another client has connected under the same client id, which is bound to the certificate. AWS:
    /// "`DUPLICATE_CLIENTID`: The client is using a client ID that is already in use. In this case, the client that is
    /// already connected will be disconnected with this disconnect reason."
    /// <https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html>
    pub(crate) fn is_duplicate_client(&self) -> bool {
        self.event_type == EventType::Disconnected && self.reason.as_deref() == Some("DUPLICATE_CLIENTID")
    }
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
    use protocol::{CodeKind, Outcome};
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
        assert_eq!(
            read(&event),
            Message::Openings(Words { thing: "lobby".to_owned(), by_locker, unclear: vec![], is_understood: true })
        );
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
        let state = LockerReport { key: Some(false), door: Some(Door::Open), by: None };
        let lockers = BTreeMap::from([(7, state)]);
        assert_eq!(content, LockersReport { n: 5, lockers, device_keys: Vec::new(), is_understood: true });
    }

    #[test]
    fn of_a_message_with_unknown_words_the_known_ones_are_read() {
        let event = json!({ "message": "lockers", "thing": "lobby", "n": 5, "lockers": {
            "0": {"key": false, "door": "open"}, "1": {"key": true, "door": "ajar"}, "2": {"door": "closed", "by": 7}, "x": {},
        }});
        let Message::Lockers(Sent { content, .. }) = read(&event) else { panic!("lockers") };
        let report = |key, door| LockerReport { key, door, by: None };
        assert!(!content.is_understood);
        let lockers = [
            (0, report(Some(false), Some(Door::Open))),
            (1, report(Some(true), None)),
            (2, report(None, Some(Door::Closed))),
        ];
        assert_eq!(content.lockers, BTreeMap::from(lockers));

        let event = json!({ "message": "openings", "thing": "lobby", "words": {
            "7": ["01KB", "opened", 1_795_521_601], "8": ["01KC", "jammed", 1_795_521_601], "9": 5,
        }});
        let Message::Openings(words) = read(&event) else { panic!("words") };
        assert_eq!((words.by_locker.len(), words.is_understood), (1, false));
        assert_eq!(words.unclear, ["01KC"]);

        for nothing in [
            json!({ "message": "lockers", "thing": "lobby", "n": -1, "lockers": {} }),
            json!({ "message": "keypad", "thing": "lobby", "id": 7, "kind": "pin" }),
        ] {
            assert_eq!(read(&nothing), Message::NotUnderstood("lobby".to_owned()));
        }
    }

    #[test]
    fn lifecycle_events_are_read_as_aws_sends_them() {
        let event = json!({
            "message": "presence", "thing": "lobby", "eventType": "disconnected", "at": 1_795_521_600_123_i64, "number": 3,
            "reason": "DUPLICATE_CLIENTID",
        });
        let event_type = EventType::Disconnected;
        let expected = LifecycleEvent {
            thing: "lobby".to_owned(),
            event_type,
            at: 1_795_521_600_123,
            number: 3,
            reason: Some("DUPLICATE_CLIENTID".to_owned()),
        };
        assert!(expected.is_duplicate_client());
        assert_eq!(read(&event), Message::Presence(expected));

        let event = json!({ "message": "presence", "thing": "lobby", "eventType": "connect_failed", "at": 1 });
        let event_type = EventType::ConnectFailed;
        let expected = LifecycleEvent { thing: "lobby".to_owned(), event_type, at: 1, number: 0, reason: None };
        assert_eq!(read(&event), Message::Presence(expected));
    }
}
