//! The enumerations that are plain strings in the bodies.
//!
//! A closed enumeration lists all values. An open one lists the values of today, and responses may have others later,
//! so a client must accept unknown values. Generated clients then have constants for the known values and treat any
//! other as text.

use domain::{
    AtAutomat, Channel, ClockQuality, CodeKind, Concern, ConnectionState, ContractField, ContractState, Cover,
    DoorState, EventKind, GuessingPeriod, KeyField, KeyState, KeypadRefusal, Language, MatchedField, MessageKind,
    MessageState, OpeningOutcome, OpeningStatus, Purpose, SendFailure,
};
use store::{ErasureOutcome, Order, PutOutcome};
use strum::{VariantArray, VariantNames as _};
use utoipa::openapi::schema::AnyOfBuilder;
use utoipa::openapi::{Object, ObjectBuilder, RefOr, Schema, Type};

use crate::problem::Code;

/// Enumerations derived from the code that may get more values, by their names in the document.
pub(super) const OPEN: [&str; 1] = ["FieldCode"];

/// The enumerations that no derived schema describes, by name.
pub(super) fn all() -> Vec<(&'static str, Schema)> {
    let changed = names::<KeyField>().chain(names::<ContractField>());
    vec![
        ("Language", closed("The language of messages (ISO 639-1).", names::<Language>())),
        ("Order", closed("The order of a list.", names::<Order>())),
        (
            "AdditionalMessage",
            closed(
                "A kind of message that a contact gets on request.",
                MessageKind::additional().map(MessageKind::name),
            ),
        ),
        ("MessageKind", open("The kind of a message to a contact.", names::<MessageKind>())),
        ("ProblemCode", open("The kind of a problem. docs/api.md explains each.", names::<Code>())),
        ("EventType", open("The kind of an event.", EventKind::VARIANTS.iter().copied())),
        ("MessageState", closed("The delivery status of a message.", MessageState::VARIANTS.iter().copied())),
        ("MessageReason", open("Why a message was not sent, or not yet.", names::<SendFailure>())),
        ("Channel", closed("How a message is sent.", names::<Channel>())),
        ("ContractState", closed("The state of a contract by time alone.", names::<ContractState>())),
        ("HeldState", closed("What an automat knows of a contract.", AtAutomat::VARIANTS.iter().copied())),
        ("KeyState", closed("Whether a key is in use or being removed.", names::<KeyState>())),
        (
            "ConnectionState",
            closed("Whether the automat is connected, as far as is known.", names::<ConnectionState>()),
        ),
        ("Cover", closed("The cover over an automat's electronics, as last reported.", names::<Cover>())),
        ("ClockQuality", closed("How well an automat's device knows the time.", names::<ClockQuality>())),
        ("Concern", open("A reason to look after an automat.", names::<Concern>())),
        ("Door", closed("A locker's door, as last reported.", names::<DoorState>())),
        ("MatchedField", closed("What matched the person.", names::<MatchedField>())),
        ("ErasureOutcome", closed("The result of an erasure for a contract.", names::<ErasureOutcome>())),
        ("ImportKind", closed("What an import is about.", ["keys", "contracts"])),
        ("ImportOutcome", closed("What was done with a row, or would be.", names::<PutOutcome>().chain(["refused"]))),
        ("Status", closed("The status of an opening.", names::<OpeningStatus>())),
        ("OpeningOutcome", open("How an opening ended.", names::<OpeningOutcome>())),
        ("Purpose", open("Whether a keypad entry fetched or returned the key.", names::<Purpose>())),
        ("CodeKind", open("What was typed at the keypad.", names::<CodeKind>())),
        ("EntryRefusal", open("Why a keypad entry was refused.", names::<KeypadRefusal>())),
        ("GuessingPeriod", open("The period in which entries were wrong.", names::<GuessingPeriod>())),
        ("ChangedField", open("A field that an edit changed.", changed)),
    ]
}

/// Turns a closed enumeration into an open one.
pub(super) fn widen(schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = schema
        && object.enum_values.is_some()
    {
        *schema = RefOr::T(or_any_text(object.clone()));
    }
}

fn names<T: VariantArray + Copy + Into<&'static str>>() -> impl Iterator<Item = &'static str> {
    T::VARIANTS.iter().map(|value| (*value).into())
}

fn closed(description: &str, values: impl IntoIterator<Item = &'static str>) -> Schema {
    enumeration(description, values).into()
}

fn open(description: &str, values: impl IntoIterator<Item = &'static str>) -> Schema {
    or_any_text(enumeration(description, values))
}

fn enumeration(description: &str, values: impl IntoIterator<Item = &'static str>) -> Object {
    let values: Vec<_> = values.into_iter().collect();
    ObjectBuilder::new().schema_type(Type::String).description(Some(description)).enum_values(Some(values)).build()
}

fn or_any_text(mut known: Object) -> Schema {
    let description = known.description.take();
    let any = ObjectBuilder::new().schema_type(Type::String).build();
    AnyOfBuilder::new().item(known).item(any).description(description).build().into()
}
