//! The constraints of each field and parameter, by name. A name means the same in every body, response and parameter,
//! so its constraints are given once. The numbers are the domain's own, and a test compares the patterns with what the
//! domain accepts.

use domain::{
    AddressLine, Columns, Contact, ContractKeys, Firmware, FirstNumber, FreeText, LeaseHours, LockerCount, Name,
    PinDigits, Property, Schedule,
};
use utoipa::openapi::path::{Parameter, ParameterIn, ParameterStyle};
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, SchemaType};
use utoipa::openapi::{ArrayBuilder, KnownFormat, Object, OneOfBuilder, Ref, RefOr, Schema, SchemaFormat, Type};

/// An automat's identifier: ASCII, since it also names a thing in AWS IoT Core.
pub const ASCII_ID: &str = "^[A-Za-z0-9][A-Za-z0-9_.-]*$";
/// The identifier of a key or a contract, in Unicode NFC.
pub const ID: &str = r"^[\p{Alphabetic}\p{N}][\p{Alphabetic}\p{N}_.-]*$";
/// A ULID: 26 characters of Crockford's base 32, the first at most 7.
pub const ULID: &str = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$";
pub const PIN: &str = "^[0-9]{4,9}$";
/// A PIN, or its mask in responses.
const PIN_OR_MASK: &str = r"^([0-9]{4,9}|\*{6})$";
pub const RETURN_CODE: &str = "^[0-9]{4}$";
/// A return code, or its mask in responses.
const RETURN_CODE_OR_MASK: &str = r"^([0-9]{4}|\*{4})$";
pub const PHONE_NUMBER: &str = "^\\+[1-9][0-9]{7,14}$";
pub const TIME_ZONE: &str = "^[A-Za-z][A-Za-z0-9_+/-]*$";
/// Days of the week and hours, once or more often.
pub const SCHEDULE: &str = "^((; ?)?(Mo|Tu|We|Th|Fr|Sa|Su)([,-](Mo|Tu|We|Th|Fr|Sa|Su))* [0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9](, ?[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9])*)+$";
const CURSOR: &str = "^[A-Za-z0-9_-]+$";
/// Visible ASCII characters (RFC 20), which a header can carry everywhere.
const VISIBLE: &str = "^[!-~]+$";
/// One entity tag or `*` (RFC 9110, section 13.1.1).
const ENTITY_TAG: &str = r#"^(\*|(W/)?"[!#-~]*")$"#;

/// In characters.
const ID_LENGTH: usize = 64;
/// Of what a row of an import has as its id, in characters.
const IMPORT_ID_LENGTH: usize = 100;
/// In characters (RFC 5321, section 4.5.3.1.3, without the angle brackets).
const EMAIL_LENGTH: usize = 254;
/// `Mo 08:00-17:00`, in characters.
const SHORTEST_SCHEDULE: usize = 14;
/// In characters.
const CURSOR_LENGTH: usize = 4096;
/// In characters.
const IDEMPOTENCY_KEY_LENGTH: usize = 255;

/// Where a field occurs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Answer,
}

/// The constraint of a field.
enum Rule {
    /// A pattern, and the minimum and maximum length in characters; of an array, for each element.
    Text(Option<&'static str>, usize, Option<usize>),
    Email,
    /// The minimum and maximum.
    Range(u32, Option<u32>),
    /// A value of this enumeration.
    Enumeration(&'static str),
    /// An array of values of this enumeration, with a maximum length.
    Enumerations(Option<usize>, &'static str),
    /// An array with a maximum length.
    AtMost(usize),
}

/// Adds the constraints of a schema's fields.
pub(super) fn constrain_schema(owner: &str, schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            let side = side_of(object);
            for (name, property) in &mut object.properties {
                constrain(rule(owner, name, side), property);
            }
        }
        RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(|part| constrain_schema(owner, part)),
        RefOr::T(_) | RefOr::Ref(_) => {}
    }
}

/// Adds the constraints of a parameter. A header or query parameter can be left out, but cannot be null.
pub(super) fn constrain_parameter(parameter: &mut Parameter) {
    let Some(schema) = &mut parameter.schema else { return };
    if let RefOr::T(Schema::Object(object)) = &mut *schema
        && let SchemaType::Array(types) = &object.schema_type
    {
        let given = types.iter().find(|of| !matches!(of, Type::Null)).cloned().unwrap_or_default();
        object.schema_type = SchemaType::Type(given);
    }
    match (&parameter.parameter_in, parameter.name.as_str()) {
        (ParameterIn::Query, "state") => {
            *schema = ArrayBuilder::new().items(Ref::from_schema_name("ContractState")).build().into();
            parameter.style = Some(ParameterStyle::Form);
            parameter.explode = Some(true);
        }
        (ParameterIn::Query, "kind") => *schema = Ref::from_schema_name("ImportKind").into(),
        (ParameterIn::Query, "from" | "to") => {
            if let RefOr::T(Schema::Object(object)) = schema
                && is(object, &Type::String)
            {
                object.format = Some(SchemaFormat::KnownFormat(KnownFormat::DateTime));
            }
        }
        (_, name) => {
            constrain(rule("", name, Side::Request), schema);
            if let RefOr::T(Schema::Array(keys)) = schema {
                (keys.min_items, keys.max_items) = (Some(1), Some(ContractKeys::MAX));
                parameter.style = Some(ParameterStyle::Form);
                parameter.explode = Some(true);
            }
        }
    }
}

/// Bodies of requests refuse unknown fields, which tells them from responses.
fn side_of(object: &Object) -> Side {
    match object.additional_properties.as_deref() {
        Some(AdditionalProperties::FreeForm(false)) => Side::Request,
        _ => Side::Answer,
    }
}

fn rule(owner: &str, name: &str, side: Side) -> Option<Rule> {
    use Rule::{AtMost, Email, Enumeration, Enumerations, Range, Text};
    let lockers = u32::from(LockerCount::MAX);
    Some(match (owner, name, side) {
        ("Problem" | "RowProblem", "code", _) => Enumeration("ProblemCode"),
        ("ImportRow", "id", _) => Text(None, 0, Some(IMPORT_ID_LENGTH)),
        ("ImportRow", "outcome", _) => Enumeration("ImportOutcome"),
        ("Problem", "type", _) => Text(Some("^/problems/[a-z_]+$"), 1, Some(ID_LENGTH)),
        ("Problem", "status", _) => Range(400, Some(599)),
        ("Message", "state", _) => Enumeration("MessageState"),
        ("Message", "reason", _) => Enumeration("MessageReason"),
        ("Contract", "state", _) => Enumeration("ContractState"),
        ("HeldContract", "state", _) => Enumeration("HeldState"),
        ("Key", "state", _) => Enumeration("KeyState"),
        ("Connection", "state", _) => Enumeration("ConnectionState"),
        ("Locker", "door", _) => Enumeration("Door"),
        ("AutomatHealth", "cover", _) => Enumeration("Cover"),
        ("AutomatHealth", "clock", _) => Enumeration("ClockQuality"),
        ("AutomatHealth", "concerns", _) => Enumerations(None, "Concern"),
        ("AutomatHealth", "firmware", _) | ("Event", "from" | "to", _) => Text(None, 1, Some(Firmware::MAX)),
        ("Opening", "status", _) => Enumeration("Status"),
        ("Erasure", "outcome", _) => Enumeration("ErasureOutcome"),
        (_, "foundBy", _) => Enumerations(None, "MatchedField"),
        (_, "channel", _) => Enumeration("Channel"),
        ("Event", "type", _) => Enumeration("EventType"),
        ("Event", "outcome", _) => Enumeration("OpeningOutcome"),
        ("Event", "purpose", _) => Enumeration("Purpose"),
        ("Event", "codeKind", _) => Enumeration("CodeKind"),
        ("Event", "reason", _) => Enumeration("EntryRefusal"),
        ("Event", "within", _) => Enumeration("GuessingPeriod"),
        ("Event", "changes", _) => Enumerations(None, "ChangedField"),
        (_, "schedule", _) => Text(Some(SCHEDULE), SHORTEST_SCHEDULE, Some(Schedule::MAX)),
        ("Pin", "pin", _) | (_, "pin", Side::Request) => Text(Some(PIN), 4, Some(9)),
        (_, "pin", Side::Answer) => Text(Some(PIN_OR_MASK), 4, Some(9)),
        (_, "returnCode", Side::Request) => Text(Some(RETURN_CODE), 4, Some(4)),
        (_, "returnCode", Side::Answer) => Text(Some(RETURN_CODE_OR_MASK), 4, Some(4)),
        (_, "automatId", _) => Text(Some(ASCII_ID), 1, Some(ID_LENGTH)),
        (_, "keyId" | "keyIds" | "out" | "contractId", _) => Text(Some(ID), 1, Some(ID_LENGTH)),
        (_, "openingId" | "messageId" | "eventId", _) => Text(Some(ULID), 26, Some(26)),
        (_, "name" | "person" | "contact", _) => Text(None, 1, Some(Name::MAX)),
        (_, "property", _) => Text(None, 0, Some(Property::MAX)),
        (_, "address" | "postalCode" | "postalOffice", _) => Text(None, 0, Some(AddressLine::MAX)),
        (_, "freeText" | "reason", _) => Text(None, 1, Some(FreeText::MAX)),
        (_, "search", _) => Text(None, 1, None),
        (_, "email", _) => Email,
        (_, "phoneNumber", _) => Text(Some(PHONE_NUMBER), 9, Some(16)),
        (_, "to", Side::Answer) => Text(None, 1, Some(EMAIL_LENGTH)),
        (_, "timeZone", _) => Text(Some(TIME_ZONE), 1, Some(ID_LENGTH)),
        (_, "language", _) => Enumeration("Language"),
        (_, "kind", _) => Enumeration("MessageKind"),
        (_, "additionalMessages", Side::Request) => Enumerations(Some(10), "AdditionalMessage"),
        (_, "additionalMessages", Side::Answer) => Enumerations(None, "MessageKind"),
        (_, "contacts", _) => AtMost(Contact::MAX_PER_CONTRACT),
        (_, "order", _) => Enumeration("Order"),
        (_, "after" | "next", _) => Text(Some(CURSOR), 1, Some(CURSOR_LENGTH)),
        (_, "Idempotency-Key", _) => Text(Some(VISIBLE), 1, Some(IDEMPOTENCY_KEY_LENGTH)),
        (_, "If-Match", _) => Text(Some(ENTITY_TAG), 1, Some(IDEMPOTENCY_KEY_LENGTH)),
        (_, "lockerIndex" | "highestLockerInUse", _) => Range(0, Some(lockers - 1)),
        (_, "lockerCount", _) => Range(1, Some(lockers)),
        (_, "columns", _) => Range(1, Some(u32::from(Columns::MAX))),
        (_, "firstNumber", _) => Range(0, Some(u32::from(FirstNumber::MAX))),
        (_, "pinDigits" | "minChosenPinDigits", _) => Range(PinDigits::MIN.get(), Some(PinDigits::MAX.get())),
        (_, "leaseHours", _) => Range(0, Some(u32::from(LeaseHours::MAX))),
        (_, "version" | "currentVersion", _) => Range(1, None),
        _ => return None,
    })
}

fn constrain(rule: Option<Rule>, property: &mut RefOr<Schema>) {
    match (rule, &mut *property) {
        (Some(Rule::Text(pattern, min, max)), RefOr::T(Schema::Object(object))) if is(object, &Type::String) => {
            object.pattern = pattern.map(str::to_owned);
            object.min_length = Some(min);
            object.max_length = max;
        }
        (Some(rule @ Rule::Text(..)), RefOr::T(Schema::Array(array))) => {
            if let ArrayItems::RefOrSchema(element) = &mut array.items {
                constrain(Some(rule), element);
            }
        }
        (Some(Rule::Email), RefOr::T(Schema::Object(object))) if is(object, &Type::String) => {
            object.format = Some(SchemaFormat::KnownFormat(KnownFormat::Email));
            object.max_length = Some(EMAIL_LENGTH);
        }
        (Some(Rule::Range(min, max)), RefOr::T(Schema::Object(object))) if is(object, &Type::Integer) => {
            object.minimum = Some(utoipa::Number::from(min));
            object.maximum = max.map(utoipa::Number::from);
        }
        (Some(Rule::Enumeration(name)), RefOr::T(Schema::Object(object))) if is(object, &Type::String) => {
            *property = reference(name, object);
        }
        (Some(Rule::Enumerations(max, name)), RefOr::T(Schema::Array(array))) => {
            array.max_items = max;
            array.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(name).into()));
        }
        (Some(Rule::AtMost(max)), RefOr::T(Schema::Array(array))) => array.max_items = Some(max),
        _ => {}
    }
}

fn reference(name: &str, was: &Object) -> RefOr<Schema> {
    let mut reference = Ref::from_schema_name(name);
    if is(was, &Type::Null) {
        let null = Schema::Object(Object::with_type(Type::Null));
        return Schema::OneOf(
            OneOfBuilder::new().item(reference).item(null).description(was.description.clone()).build(),
        )
        .into();
    }
    reference.description = was.description.clone().unwrap_or_default();
    reference.into()
}

fn is(object: &Object, wanted: &Type) -> bool {
    match &object.schema_type {
        SchemaType::Type(of) => of == wanted,
        SchemaType::Array(types) => types.contains(wanted),
        SchemaType::AnyValue => false,
    }
}
