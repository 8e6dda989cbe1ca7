//! Every reason for refusing a request, with its stable name and its status.

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};
use utoipa::ToSchema;

/// A reason for refusing a request. Its name is stable; `docs/api.md` lists all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Code {
    MalformedJson,
    InvalidRequest,
    BodyTooLarge,
    UnsupportedMediaType,
    InvalidQuery,
    /// `after` is not a cursor of this list.
    InvalidCursor,
    InvalidHeader,
    RouteNotFound,
    MethodNotAllowed,
    Unauthenticated,
    Forbidden,
    AutomatNotFound,
    KeyNotFound,
    ContractNotFound,
    /// The path has a locker index that the automat does not have.
    LockerNotFound,
    OpeningNotFound,
    MessageNotFound,
    AutomatExists,
    KeyExists,
    ContractExists,
    /// The body has a locker index that the automat does not have.
    LockerIndexTooBig,
    LockerOccupied,
    NoFreeLocker,
    /// A smaller automat would lose a locker that has a key.
    LockersInUse,
    AutomatHoldsKeys,
    /// Its time zone cannot change while contracts have not ended.
    AutomatHasContracts,
    ReturnCodeInUse,
    /// Contracts overlap, so the key must stay shared.
    ContractsOverlap,
    NotStarted,
    KeyOut,
    /// The key is out with the contract, so its start cannot be in the future.
    HolderHasKey,
    KeyBeingRemoved,
    ContractOverlap,
    TooManyContracts,
    PinInUse,
    LockerBusy,
    AutomatOffline,
    MessageUnderWay,
    /// The contract has changed, so the message would no longer be true.
    MessageOutdated,
    StaleVersion,
    /// The key was used with another body.
    IdempotencyKeyReused,
    /// The resource in the stored response has been changed or removed since.
    IdempotencyOutdated,
    /// The automat's shadow cannot hold more openings.
    AutomatBusy,
    /// Too many requests at once, for one resource or for the database.
    Busy,
    Internal,
}

impl Code {
    /// All codes, in the order of the documentation.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable name: `code` of the problem, and the end of its `type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    #[must_use]
    pub fn status(self) -> u16 {
        self.entry().0
    }

    /// The summary, the same for every problem of this code.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.entry().1
    }

    /// After how many seconds a retry may succeed.
    #[must_use]
    pub fn retry_after(self) -> Option<u8> {
        matches!(self, Self::Busy | Self::AutomatBusy | Self::LockerBusy | Self::KeyBeingRemoved).then_some(1)
    }

    fn entry(self) -> (u16, &'static str) {
        match self {
            Self::MalformedJson => (400, "The body is not JSON"),
            Self::InvalidRequest => (422, "The body has invalid fields"),
            Self::BodyTooLarge => (413, "The body is too large"),
            Self::UnsupportedMediaType => (415, "The body must be JSON"),
            Self::InvalidQuery => (400, "Invalid query parameters"),
            Self::InvalidCursor => (400, "The cursor does not belong to this list"),
            Self::InvalidHeader => (400, "A header is invalid"),
            Self::RouteNotFound => (404, "Unknown path"),
            Self::MethodNotAllowed => (405, "The path does not support this method"),
            Self::Unauthenticated => (401, "A valid access token is required"),
            Self::Forbidden => (403, "The role is insufficient"),
            Self::AutomatNotFound => (404, "Automat not found"),
            Self::KeyNotFound => (404, "Key not found"),
            Self::ContractNotFound => (404, "Contract not found"),
            Self::LockerNotFound => (404, "Locker not found"),
            Self::MessageNotFound => (404, "Message not found"),
            Self::OpeningNotFound => (404, "Opening not found"),
            Self::AutomatExists => (409, "The automatId is already in use"),
            Self::KeyExists => (409, "The keyId is already in use"),
            Self::ContractExists => (409, "The contractId is already in use"),
            Self::LockerIndexTooBig => (409, "The automat has no such locker"),
            Self::LockerOccupied => (409, "The locker has a key"),
            Self::NoFreeLocker => (409, "No free locker"),
            Self::LockersInUse => (409, "A locker that would be removed has a key"),
            Self::AutomatHoldsKeys => (409, "The automat still holds keys"),
            Self::AutomatHasContracts => (409, "Contracts of the automat's keys have not ended"),
            Self::ReturnCodeInUse => (409, "The return code is already in use"),
            Self::ContractsOverlap => (409, "Contracts on the key overlap"),
            Self::NotStarted => (409, "The contract has not started yet"),
            Self::KeyOut => (409, "The key is out of its locker"),
            Self::HolderHasKey => (409, "The person already has the key"),
            Self::KeyBeingRemoved => (409, "The key is being removed"),
            Self::ContractOverlap => (409, "The key is already booked for this time"),
            Self::TooManyContracts => (409, "The key has too many contracts"),
            Self::PinInUse => (409, "The PIN is already in use"),
            Self::LockerBusy => (409, "The locker is being opened"),
            Self::MessageUnderWay => (409, "The message is already being sent"),
            Self::MessageOutdated => (409, "The message is no longer true"),
            Self::AutomatOffline => (409, "The automat is offline"),
            Self::StaleVersion => (412, "The resource was modified since you read it"),
            Self::IdempotencyKeyReused => (422, "The idempotency key was used with a different body"),
            Self::IdempotencyOutdated => (409, "The response for this idempotency key is out of date"),
            Self::AutomatBusy => (503, "Too many lockers are being opened"),
            Self::Busy => (503, "Too many requests at once"),
            Self::Internal => (500, "Unexpected error"),
        }
    }
}

/// Why a field or a query parameter was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema, VariantArray)]
#[serde(rename_all = "snake_case")]
pub enum FieldCode {
    /// Missing, or null where it cannot be.
    Required,
    UnknownField,
    DuplicateField,
    /// Another JSON type than expected.
    WrongType,
    ConflictingFields,
    Immutable,
    TooMany,
    Empty,
    TooLong,
    IdCharacters,
    IdReserved,
    ControlCharacters,
    PinForm,
    PinTooShort,
    ReturnCodeForm,
    InstantForm,
    OutOfRange,
    TimeZoneUnknown,
    EmailForm,
    PhoneNumberForm,
    LanguageUnknown,
    /// Not a kind of message that a contact can choose.
    MessageKindUnknown,
    EndNotAfterStart,
    /// The end is not in the future.
    EndNotAhead,
    UnknownParameter,
    RepeatedParameter,
    /// Not a value of the enumeration.
    UnknownValue,
    /// The search has no letter or digit.
    NothingToSearch,
    ToNotAfterFrom,
}

impl FieldCode {
    /// All codes, in the order of the documentation.
    pub const ALL: &[Self] = Self::VARIANTS;
}
