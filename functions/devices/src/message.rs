//! The messages that the IoT rules of `template.yaml` pass on, distinguished by their field `message`.

use std::collections::BTreeMap;

use protocol::{AccessRequest, CodeKind, Door, EntryMessage, OfflineEntry, OpeningReport, ThingName, Times};
use serde::Deserialize;
use serde_json::Value;

use crate::health::DeviceHealth;

/// The longest name of a question or a journal.
const MAX_NAME_BYTES: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Results of openings, from the shadow: rule `automat_openings`.
    Openings(OpeningReports),
    /// A keypad entry: rule `automat_keypad`.
    Keypad(EntryMessage),
    /// A keypad entry that cannot be read except for its id, so it can be answered.
    MalformedEntry(EntryId),
    /// Doors and keys: rule `automat_lockers`.
    Lockers(LockersReport),
    /// A question for what may be opened without the cloud: rule `automat_access`.
    Access(AccessRequest),
    /// What the device did without the cloud: rule `automat_journal`.
    Journal(Journal),
    /// What the device says about itself: rule `automat_health`.
    Health(DeviceHealth),
    /// A lifecycle event of AWS IoT Core: rule `automat_presence`.
    Presence(LifecycleEvent),
    /// Nothing in the message can be used.
    NotUnderstood,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Kind {
    Openings,
    Keypad,
    Lockers,
    Access,
    Journal,
    Health,
    Presence,
}

#[derive(Deserialize)]
struct Envelope {
    message: Kind,
    /// Taken from the topic, not from the payload: the device's policy allows it no other thing's topics. In a
    /// lifecycle event the client id, which is the thing's name for an automat.
    thing: String,
}

impl Message {
    /// The message, and the thing that it is from.
    pub(crate) fn read(event: &Value) -> Result<(ThingName, Self), serde_json::Error> {
        // In two steps: serde's tagged and flattened enums cannot read numbers as keys of a map.
        let Envelope { message, thing } = Envelope::deserialize(event)?;
        let message = match message {
            Kind::Openings => OpeningReports::read(event).map(Self::Openings),
            Kind::Keypad => EntryMessage::deserialize(event)
                .map(Self::Keypad)
                .or_else(|_| EntryId::deserialize(event).map(Self::MalformedEntry))
                .ok(),
            Kind::Lockers => LockersReport::read(event).map(Self::Lockers),
            Kind::Access => read_access(event).map(Self::Access),
            Kind::Journal => Journal::read(event).map(Self::Journal),
            Kind::Health => DeviceHealth::read(event).map(Self::Health),
            Kind::Presence => Some(Self::Presence(LifecycleEvent::deserialize(event)?)),
        };
        Ok((ThingName::new(&thing), message.unwrap_or(Self::NotUnderstood)))
    }
}

/// `None` if the question or its id cannot be read: nobody could tell which question an answer belongs to.
fn read_access(event: &Value) -> Option<AccessRequest> {
    AccessRequest::deserialize(event).ok().filter(|request| is_name(&request.id))
}

/// Whether a device may name a question or a journal like this.
fn is_name(text: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&text.len())
}

/// Lines of a device's journal, as far as they are understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    pub journal: String,
    pub lines: Vec<Line>,
}

/// One line; `None` for what is not understood. Such a line is passed over and does not block those after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub number: u64,
    pub at: Option<Times>,
    pub what: Option<LineFact>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineFact {
    Entry(OfflineEntry),
    WrongEntry(CodeKind),
    Lockers(LockersReport),
}

impl Journal {
    /// Reads what is known; `None` if it is not known which lines these are. A line without a readable number has the one after the
    /// line before.
    fn read(event: &Value) -> Option<Self> {
        let journal = event.get("journal")?.as_str().filter(|journal| is_name(journal))?.to_owned();
        let mut lines: Vec<Line> = Vec::new();
        for line in event.get("lines")?.as_array()? {
            let written = line.get("j").and_then(Value::as_u64).filter(|number| *number > 0);
            let number = written.or_else(|| lines.last()?.number.checked_add(1))?;
            let at = line.get("at").and_then(|at| Times::deserialize(at).ok());
            lines.push(Line { number, at, what: line.get("what").and_then(LineFact::read) });
        }
        Some(Self { journal, lines })
    }
}

impl LineFact {
    /// It has one member, whose name says what it is.
    fn read(what: &Value) -> Option<Self> {
        let mut members = what.as_object()?.iter();
        let (Some((kind, fact)), None) = (members.next(), members.next()) else { return None };
        match kind.as_str() {
            "entry" => OfflineEntry::deserialize(fact).ok().map(Self::Entry),
            "wrongEntry" => CodeKind::deserialize(fact).ok().map(Self::WrongEntry),
            "lockers" => LockersReport::read(fact).map(Self::Lockers),
            _ => None,
        }
    }
}

/// The part that is read of a malformed entry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EntryId {
    pub id: String,
}

/// The results of openings that a device reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningReports {
    /// By locker; `None` where one was removed.
    pub by_locker: BTreeMap<u16, Option<OpeningReport>>,
    /// The openings whose result cannot be read. They must not stay in the shadow.
    pub unclear: Vec<String>,
    /// Whether every value was understood.
    pub is_understood: bool,
}

impl OpeningReports {
    /// Reads what is known; `None` if nothing can be used.
    fn read(event: &Value) -> Option<Self> {
        let mut reports = Self { by_locker: BTreeMap::new(), unclear: Vec::new(), is_understood: true };
        for (index, report) in event.get("reports")?.as_object()? {
            match (index.parse(), Option::<OpeningReport>::deserialize(report)) {
                (Ok(index), Ok(report)) => {
                    reports.by_locker.insert(index, report);
                }
                (index, _) => {
                    reports.is_understood = false;
                    let opening = report.get(0).and_then(Value::as_str).map(str::to_owned);
                    reports.unclear.extend(index.ok().and(opening));
                }
            }
        }
        Some(reports)
    }
}

/// A report about lockers, as far as it is understood: a newer device may send more than we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockersReport {
    /// See [`protocol::LockersMessage::n`].
    pub n: u64,
    pub lockers: BTreeMap<u16, LockerReport>,
    pub device_keys: Vec<String>,
    /// Whether every value was understood.
    pub is_understood: bool,
}

/// A report about one locker; `None` where it has no value that we know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LockerReport {
    pub key: Option<bool>,
    pub door: Option<Door>,
    /// The entry or opening that last opened it.
    pub by: Option<String>,
}

impl LockersReport {
    /// Reads what is known; `None` without a number or lockers, which everything else needs.
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
    /// The known values, and whether these are all.
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

/// A client connected, disconnected or failed to connect.
///
/// See <https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html>.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LifecycleEvent {
    pub event_type: EventType,
    /// In milliseconds since 1970.
    pub at: i64,
    /// Increases with every connection of the client.
    #[serde(default)]
    pub number: u64,
    /// AWS's name for the reason of a disconnect.
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventType {
    Connected,
    Disconnected,
    /// A connection under this client id was rejected.
    ConnectFailed,
}

#[cfg(test)]
mod tests {
    use protocol::{CodeKind, OpeningResult};
    use serde_json::json;

    use super::*;

    fn read(event: &Value) -> Message {
        let (thing, message) = Message::read(event).unwrap();
        assert_eq!(thing, ThingName::new("lobby"));
        message
    }

    #[test]
    fn reports_and_removals_are_read_by_locker() {
        let event = json!({
            "message": "openings", "thing": "lobby",
            "reports": {"7": ["01KB", "opened", 1_795_521_601], "8": null},
        });
        let report = OpeningReport { id: "01KB".to_owned(), result: OpeningResult::Opened, at: 1_795_521_601 };
        let by_locker = BTreeMap::from([(7, Some(report)), (8, None)]);
        assert_eq!(read(&event), Message::Openings(OpeningReports { by_locker, unclear: vec![], is_understood: true }));
    }

    #[test]
    fn entries_and_lockers_are_read_with_their_thing() {
        let event = json!({
            "message": "keypad", "thing": "lobby",
            "id": "01KB", "kind": "returnCode", "code": "c29tZQ", "at": 1_795_521_600, "inside": "81",
        });
        let mut both = event.clone();
        both["other"] = json!("b3RoZXI");
        let Message::Keypad(content) = read(&both) else { panic!("an entry") };
        assert_eq!(content.other.as_deref(), Some("b3RoZXI"));
        let Message::Keypad(content) = read(&event) else { panic!("an entry") };
        assert_eq!(content.other, None);
        assert_eq!((content.kind, content.inside.has(7)), (CodeKind::ReturnCode, true));

        let event = json!({
            "message": "lockers", "thing": "lobby", "n": 5, "lockers": {"7": {"key": false, "door": "open"}},
        });
        let Message::Lockers(content) = read(&event) else { panic!("lockers") };
        let state = LockerReport { key: Some(false), door: Some(Door::Open), by: None };
        let lockers = BTreeMap::from([(7, state)]);
        assert_eq!(content, LockersReport { n: 5, lockers, device_keys: Vec::new(), is_understood: true });
    }

    #[test]
    fn the_known_values_of_a_message_are_read_beside_unknown_ones() {
        let event = json!({ "message": "lockers", "thing": "lobby", "n": 5, "lockers": {
            "0": {"key": false, "door": "open"}, "1": {"key": true, "door": "ajar"}, "2": {"door": "closed", "by": 7}, "x": {},
        }});
        let Message::Lockers(content) = read(&event) else { panic!("lockers") };
        let report = |key, door| LockerReport { key, door, by: None };
        assert!(!content.is_understood);
        let lockers = [
            (0, report(Some(false), Some(Door::Open))),
            (1, report(Some(true), None)),
            (2, report(None, Some(Door::Closed))),
        ];
        assert_eq!(content.lockers, BTreeMap::from(lockers));

        let event = json!({ "message": "openings", "thing": "lobby", "reports": {
            "7": ["01KB", "opened", 1_795_521_601], "8": ["01KC", "jammed", 1_795_521_601], "9": 5,
        }});
        let Message::Openings(reports) = read(&event) else { panic!("reports") };
        assert_eq!((reports.by_locker.len(), reports.is_understood), (1, false));
        assert_eq!(reports.unclear, ["01KC"]);

        for nothing in [
            json!({ "message": "lockers", "thing": "lobby", "n": -1, "lockers": {} }),
            json!({ "message": "keypad", "thing": "lobby", "id": 7, "kind": "pin" }),
        ] {
            assert_eq!(read(&nothing), Message::NotUnderstood);
        }
    }

    #[test]
    fn a_question_without_a_usable_id_or_versions_is_not_understood() {
        let question = |id: Value, have: Value| {
            read(&json!({ "message": "access", "thing": "lobby", "id": id, "key": "a2bfbba4", "have": have }))
        };
        let have = [(1, 12)].into_iter().collect();
        let asked = AccessRequest { id: "a-1".to_owned(), key: "a2bfbba4".to_owned(), have };
        assert_eq!(question(json!("a-1"), json!("000000000000000c")), Message::Access(asked));
        for id in [json!(""), json!("x".repeat(65)), json!(7), Value::Null] {
            assert_eq!(question(id, json!("")), Message::NotUnderstood);
        }
        for have in [json!("0"), json!([7]), json!("0".repeat(8 * 513)), Value::Null] {
            assert_eq!(question(json!("a-1"), have), Message::NotUnderstood);
        }
    }

    #[test]
    fn an_unknown_line_of_a_journal_keeps_its_number_and_blocks_no_other() {
        let (entry, report) = (
            json!({"id": "e-1", "kind": "returnCode", "return": [7]}),
            json!({"n": 5, "lockers": {"7": {"key": true}}}),
        );
        let line = |j: Value, what: Value| json!({ "j": j, "at": { "from": 10, "to": 12 }, "what": what });
        let event = json!({ "message": "journal", "thing": "lobby", "journal": "f81c", "lines": [
            line(json!(41), json!({ "entry": entry })),
            line(json!(42), json!({ "smoke": true })),
            line(json!("x"), json!({ "wrongEntry": "pin" })),
            line(json!(44), json!({ "wrongEntry": "face" })),
            line(json!(45), json!({ "lockers": report })),
            { "j": 46, "what": { "wrongEntry": "pin" } },
            line(json!(47), json!({ "wrongEntry": "pin", "entry": entry })),
        ]});
        let Message::Journal(journal) = read(&event) else { panic!("a journal") };
        assert_eq!(journal.journal, "f81c");
        assert_eq!(journal.lines.iter().map(|line| line.number).collect::<Vec<_>>(), [41, 42, 43, 44, 45, 46, 47]);
        let known: Vec<_> = journal.lines.iter().map(|line| (line.at.is_some(), line.what.is_some())).collect();
        let expected =
            [(true, true), (true, false), (true, true), (true, false), (true, true), (false, true), (true, false)];
        assert_eq!(known, expected);
        let Some(LineFact::Lockers(report)) = &journal.lines[4].what else { panic!("lockers") };
        assert_eq!(report.lockers.len(), 1);
        for broken in [
            json!({ "message": "journal", "thing": "lobby", "journal": "", "lines": [] }),
            json!({ "message": "journal", "thing": "lobby", "lines": [] }),
            json!({ "message": "journal", "thing": "lobby", "journal": "f81c" }),
            json!({ "message": "journal", "thing": "lobby", "journal": "f81c", "lines": [{ "j": 0 }] }),
        ] {
            assert_eq!(read(&broken), Message::NotUnderstood, "{broken}");
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
            event_type,
            at: 1_795_521_600_123,
            number: 3,
            reason: Some("DUPLICATE_CLIENTID".to_owned()),
        };
        assert!(expected.is_duplicate_client());
        assert_eq!(read(&event), Message::Presence(expected));

        let event = json!({ "message": "presence", "thing": "lobby", "eventType": "connect_failed", "at": 1 });
        let event_type = EventType::ConnectFailed;
        let expected = LifecycleEvent { event_type, at: 1, number: 0, reason: None };
        assert_eq!(read(&event), Message::Presence(expected));
    }
}
