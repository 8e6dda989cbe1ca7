//! The enumerations of the document that are plain text in the bodies.
//!
//! A closed one lists all values that a client may send. An open one lists those that there are today in an answer, and
//! may get more: a client must bear a value that it does not know. A generated client then has the known values by name
//! and takes any other as text.

use domain::{ContractField, KeyField, Language, MessageKind};
use strum::VariantArray as _;
use utoipa::openapi::schema::AnyOfBuilder;
use utoipa::openapi::{Object, ObjectBuilder, RefOr, Schema, Type};

use crate::event;
use crate::problem::Code;

/// Enumerations of the code that grow with the product, by their names in the document.
pub(super) const OPEN: [&str; 3] = ["EventType", "FieldCode", "MessageReason"];

/// The enumerations that no type of the code describes, each by its name.
pub(super) fn all() -> Vec<(&'static str, Schema)> {
    let additional = MessageKind::ALL.into_iter().filter(|kind| kind.is_additional());
    let changed = KeyField::VARIANTS.iter().map(|field| event::key_field(*field));
    let changed = changed.chain(ContractField::VARIANTS.iter().map(|field| event::contract_field(*field)));
    vec![
        ("Language", closed("The language of messages (ISO 639-1).", Language::ALL.map(Language::code))),
        ("Order", closed("The order of a list.", ["asc", "desc"])),
        (
            "AdditionalMessage",
            closed("A kind of message that a contact gets on request.", additional.map(MessageKind::word)),
        ),
        ("MessageKind", open("The kind of a message to a contact.", MessageKind::ALL.map(MessageKind::word))),
        ("ProblemCode", open("The kind of a problem. docs/api.md explains each.", Code::ALL.map(Code::name))),
        ("OpeningOutcome", open("How an opening ended.", named(event::opening_outcome))),
        ("Purpose", open("What a keypad entry opened a locker for.", named(event::purpose))),
        ("CodeKind", open("What was typed at the keypad.", named(event::code_kind))),
        ("EntryRefusal", open("Why a keypad entry opened nothing.", named(event::refusal))),
        ("GuessingPeriod", open("In what time entries were wrong.", named(event::period))),
        ("ChangedField", open("A field that an edit changed.", changed)),
    ]
}

/// Makes an enumeration of the code an open one.
pub(super) fn widen(schema: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = schema
        && object.enum_values.is_some()
    {
        *schema = RefOr::T(or_any_text(object.clone()));
    }
}

fn named<T: strum::VariantArray + Copy>(name: fn(T) -> &'static str) -> impl Iterator<Item = &'static str> {
    T::VARIANTS.iter().map(move |value| name(*value))
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
