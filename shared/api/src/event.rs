//! Events in API responses. Their serialized form is the domain's; this describes it for the OpenAPI document.

use serde::Serialize;
use std::borrow::Cow;

use domain::Event;
use utoipa::openapi::{ArrayBuilder, KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// Something that happened.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct EventView(Event);

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        Self(event)
    }
}

impl ToSchema for EventView {
    fn name() -> Cow<'static, str> {
        "Event".into()
    }
}

/// One object with the fields of all kinds. Generated clients handle that better than a choice between 40 types, and
/// can read kinds added later.
impl PartialSchema for EventView {
    fn schema() -> RefOr<Schema> {
        let text = |description: &str| of_type(Type::String).description(Some(description));
        let time = |description| text(description).format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)));
        let count = |description: &str| {
            let int32 = SchemaFormat::KnownFormat(KnownFormat::Int32);
            of_type(Type::Integer).format(Some(int32)).minimum(Some(0)).description(Some(description))
        };
        let degrees = |description: &str| {
            let int32 = SchemaFormat::KnownFormat(KnownFormat::Int32);
            let of_degrees = of_type(Type::Integer).format(Some(int32)).minimum(Some(-100)).maximum(Some(200));
            of_degrees.description(Some(description))
        };
        let changes = "`key-changed`, `contract-changed`: the fields that an edit changed, without their values.";
        let mut schema = ObjectBuilder::new()
            .description(Some("Something that happened."))
            .property("eventId", text("Its identifier, in order of time."))
            .property("at", time("When it was recorded. Without `offline`, this is also when it happened."))
            .property("offline", offline())
            .property(
                "afterRemoval",
                of_type(Type::Boolean).description(Some(
                    "`pin-accepted`, `key-fetched`: `true` if the automat had no connection, and the contract had been removed or no \
                     longer had the key. Otherwise absent.",
                )),
            )
            .property(
                "actor",
                text("Who did it: the `sub` of a token, or `automat:` and the `automatId` for what the device did."),
            )
            .property("type", text("The kind of event."))
            .property("automatId", text("The automat where it happened."))
            .property("lockerIndex", count("The locker, where there is one."))
            .property("keyId", text("The key, where there is one."))
            .property("contractId", text("The contract, where there is one."))
            .property("changes", ArrayBuilder::new().items(of_type(Type::String)).description(Some(changes)))
            .property(
                "start",
                time("`contract-created`, `contract-changed`, `contract-ended`: when the contract starts."),
            )
            .property(
                "end",
                time(
                    "`contract-created`, `contract-changed`, `contract-ended`: when it ends; absent when it is permanent.",
                ),
            )
            .property("liveContracts", count("`key-removed`: how many contracts that had not ended went with it."))
            .property("openingId", text("`opening-requested`, `opening-finished`: which opening."))
            .property("outcome", text("`opening-finished`: how it ended."))
            .property(
                "confirmedByDevice",
                of_type(Type::Boolean)
                    .description(Some("`opening-finished`: whether that is what the device itself reported.")),
            )
            .property("purpose", text("`pin-accepted`: whether the locker was opened to fetch or to return the key."))
            .property("codeKind", text("`entry-refused`: what was typed."))
            .property("reason", text("`entry-refused`: why it was refused."))
            .property("wrongEntries", count("`keypad-guessing`: how many entries were wrong within that period."))
            .property("within", text("`keypad-guessing`: the period: `hour`, or `day` for 24 hours."))
            .property("battery", count("`automat-battery-low`: the charge, in percent."))
            .property("temperature", degrees("`automat-temperature`: inside the cabinet, in °C."))
            .property("limit", degrees("`automat-temperature`: the highest or lowest that it should be, in °C."))
            .property("from", text("`automat-firmware-changed`: the version before."))
            .property("to", text("`automat-firmware-changed`: the version since then."))
            .property("lines", count("`automat-journal-nearly-full`: the lines that the cloud may not have."))
            .property("room", count("`automat-journal-nearly-full`: how many lines there is room for."));
        for field in ["eventId", "at", "actor", "type", "automatId"] {
            schema = schema.required(field);
        }
        schema.into()
    }
}

/// An object of two times.
fn offline() -> ObjectBuilder {
    let time = |description: &str| {
        let date_time = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        of_type(Type::String).format(Some(date_time)).description(Some(description))
    };
    let description = "Between which times it happened, if the automat had no connection and reported it afterwards.";
    ObjectBuilder::new()
        .description(Some(description))
        .property("from", time("The earliest time at which it can have happened."))
        .property("to", time("The latest time at which it can have happened. Absent if the automat had lost power and did not know the time."))
        .required("from")
}

fn of_type(of: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(of)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::{Actor, AutomatId, ContractId, Instant, KeyId, LockerIndex, OfflineTimes, Subject};
    use serde_json::Value;

    use super::*;

    fn fields(object: &Value) -> BTreeSet<String> {
        object.as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn the_schema_has_exactly_the_fields_of_events() {
        let written = testkit::every_event_kind().into_iter().map(|kind| {
            let subject = Subject {
                automat: AutomatId::parse("lobby").unwrap(),
                locker: LockerIndex::new(1).ok(),
                key: KeyId::parse("A").ok(),
                contract: ContractId::parse("c").ok(),
            };
            let id = "01KB3CFY80000000000000000Z".to_owned();
            let offline = Some(OfflineTimes { from: Instant::EPOCH, to: Some(Instant::EPOCH) });
            let event =
                Event { id, at: Instant::EPOCH, actor: Actor::new("ada"), offline, after_removal: true, kind, subject };
            serde_json::to_value(EventView::from(event)).unwrap()
        });
        let written: Vec<_> = written.collect();
        let schema = serde_json::to_value(EventView::schema()).unwrap();
        let all: BTreeSet<_> = written.iter().flat_map(fields).collect();
        assert_eq!(all, fields(&schema["properties"]));
        for required in schema["required"].as_array().unwrap() {
            assert!(written.iter().all(|event| event.get(required.as_str().unwrap()).is_some()), "{required}");
        }
    }
}
