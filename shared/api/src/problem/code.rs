//! Every way in which a request may be refused, with its stable name and its status.

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};
use utoipa::ToSchema;

/// A reason for refusing a request. Its name is the API's promise to clients; `docs/api.md` lists them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Code {
    /// The body is not JSON in UTF-8.
    MalformedJson,
    /// Fields of the body are not what they must be.
    InvalidRequest,
    /// The body is too big.
    BodyTooLarge,
    /// The body is of another media type than JSON.
    UnsupportedMediaType,
    /// Query parameters are not what they must be.
    InvalidQuery,
    /// `after` was not given out by this list.
    InvalidCursor,
    /// `If-Match` or `Idempotency-Key` is not what it must be.
    InvalidHeader,
    /// There is no such path.
    RouteNotFound,
    /// The path does not serve this method.
    MethodNotAllowed,
    /// There is no valid token.
    Unauthenticated,
    /// The caller's role is not enough.
    Forbidden,
    /// Automat not found.
    AutomatNotFound,
    /// Key not found.
    KeyNotFound,
    /// There is no such contract.
    ContractNotFound,
    /// The automat has no locker of the index in the path.
    LockerNotFound,
    /// Opening not found.
    OpeningNotFound,
    /// Message not found about the contract.
    MessageNotFound,
    /// The `automatId` is taken.
    AutomatExists,
    /// The `keyId` is taken.
    KeyExists,
    /// The `contractId` is taken on this key.
    ContractExists,
    /// The automat has no locker of this index.
    LockerIndexTooBig,
    /// The locker has a key.
    LockerOccupied,
    /// Every locker of the automat has a key.
    NoFreeLocker,
    /// The automat would lose a locker that has a key.
    LockersInUse,
    /// The automat still holds keys.
    AutomatHoldsKeys,
    /// Its time zone would change under contracts that have not ended.
    AutomatHasContracts,
    /// Another key of the automat has this return code.
    ReturnCodeInUse,
    /// Contracts overlap, so the key must stay shared.
    ContractsOverlap,
    /// The contract has yet to start.
    NotStarted,
    /// The physical key is out of its locker.
    KeyOut,
    /// The person who takes the key over has it already.
    HolderHasKey,
    /// The key is being removed.
    KeyBeingRemoved,
    /// The key is already booked for this time.
    ContractOverlap,
    /// The key has as many live contracts as it can hold.
    TooManyContracts,
    /// Another contract of the automat has this PIN.
    PinInUse,
    /// An opening of the locker is under way.
    LockerBusy,
    /// The automat is known to be offline.
    AutomatOffline,
    /// The message is being sent, or will be.
    MessageUnderWay,
    /// What the message says has been overtaken.
    MessageOutdated,
    /// `If-Match` names another version than the current one.
    StaleVersion,
    /// The `Idempotency-Key` was used for another request.
    IdempotencyKeyReused,
    /// What was answered under the `Idempotency-Key` is no longer so.
    IdempotencyOutdated,
    /// As many openings are under way at the automat as it can hold.
    AutomatBusy,
    /// Too many requests at once, for one thing or for the database.
    Busy,
    /// Something is wrong with us.
    Internal,
}

impl Code {
    /// All of them, in the order of the documentation.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable name: `code` of the problem, and the end of its `type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        self.entry().0
    }

    /// The short text, the same for every problem of this code.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.entry().1
    }

    /// After how many seconds asking again may help.
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
    /// It is missing, or null where it cannot be.
    Required,
    /// There is no such field.
    UnknownField,
    /// It stands there twice.
    DuplicateField,
    /// It is a value of another JSON type.
    WrongType,
    /// It contradicts another field.
    ConflictingFields,
    /// It cannot be edited.
    Immutable,
    /// It has too many elements.
    TooMany,
    /// It is empty.
    Empty,
    /// It has too many characters.
    TooLong,
    /// It has a character that identifiers do not have.
    IdCharacters,
    /// It has control characters.
    ControlCharacters,
    /// It is not 4 to 9 digits.
    PinForm,
    /// It is a PIN of fewer digits than the automat asks for.
    PinTooShort,
    /// It is not exactly 4 digits.
    ReturnCodeForm,
    /// It is not an RFC 3339 instant from 1970 to 9999.
    InstantForm,
    /// It is a number outside its bounds.
    OutOfRange,
    /// It is not a TZ identifier.
    TimeZoneUnknown,
    /// It is not an email address.
    EmailForm,
    /// It is not a phone number in E.164 form.
    PhoneNumberForm,
    /// It is not a language that messages are written in.
    LanguageUnknown,
    /// It is not a kind of message that a contact may ask for.
    MessageKindUnknown,
    /// The contract would not end after its start.
    EndNotAfterStart,
    /// The contract would have ended already.
    EndNotAhead,
    /// There is no such query parameter.
    UnknownParameter,
    /// The query parameter stands there twice.
    RepeatedParameter,
    /// It is none of the values that it can have.
    UnknownValue,
    /// The search text has no letter or digit.
    NothingToSearch,
    /// `to` is not after `from`.
    ToNotAfterFrom,
}

impl FieldCode {
    /// All of them, in the order of the documentation.
    pub const ALL: &[Self] = Self::VARIANTS;
}
