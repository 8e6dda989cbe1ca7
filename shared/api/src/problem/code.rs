//! Every way in which a request may be refused, with its stable name and its status.

use utoipa::ToSchema;

/// A reason for refusing a request. Its name is the API's promise to clients; `docs/api.md` lists them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// `holder_has_key`
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
    pub const ALL: [Self; 45] = [
        Self::MalformedJson,
        Self::InvalidRequest,
        Self::BodyTooLarge,
        Self::UnsupportedMediaType,
        Self::InvalidQuery,
        Self::InvalidCursor,
        Self::InvalidHeader,
        Self::RouteNotFound,
        Self::MethodNotAllowed,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::AutomatNotFound,
        Self::KeyNotFound,
        Self::ContractNotFound,
        Self::LockerNotFound,
        Self::OpeningNotFound,
        Self::MessageNotFound,
        Self::AutomatExists,
        Self::KeyExists,
        Self::ContractExists,
        Self::LockerIndexTooBig,
        Self::LockerOccupied,
        Self::NoFreeLocker,
        Self::LockersInUse,
        Self::AutomatHoldsKeys,
        Self::AutomatHasContracts,
        Self::ReturnCodeInUse,
        Self::ContractsOverlap,
        Self::NotStarted,
        Self::KeyOut,
        Self::HolderHasKey,
        Self::KeyBeingRemoved,
        Self::ContractOverlap,
        Self::TooManyContracts,
        Self::PinInUse,
        Self::LockerBusy,
        Self::AutomatOffline,
        Self::MessageUnderWay,
        Self::MessageOutdated,
        Self::StaleVersion,
        Self::IdempotencyKeyReused,
        Self::IdempotencyOutdated,
        Self::AutomatBusy,
        Self::Busy,
        Self::Internal,
    ];

    /// The stable name: `code` of the problem, and the end of its `type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().0
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        self.entry().1
    }

    /// The short text, the same for every problem of this code.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.entry().2
    }

    /// After how many seconds asking again may help.
    #[must_use]
    pub fn retry_after(self) -> Option<u8> {
        matches!(self, Self::Busy | Self::AutomatBusy | Self::LockerBusy | Self::KeyBeingRemoved).then_some(1)
    }

    fn entry(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::MalformedJson => ("malformed_json", 400, "The body is not JSON"),
            Self::InvalidRequest => ("invalid_request", 422, "The body has invalid fields"),
            Self::BodyTooLarge => ("body_too_large", 413, "The body is too large"),
            Self::UnsupportedMediaType => ("unsupported_media_type", 415, "The body must be JSON"),
            Self::InvalidQuery => ("invalid_query", 400, "Invalid query parameters"),
            Self::InvalidCursor => ("invalid_cursor", 400, "The cursor does not belong to this list"),
            Self::InvalidHeader => ("invalid_header", 400, "A header is invalid"),
            Self::RouteNotFound => ("route_not_found", 404, "Unknown path"),
            Self::MethodNotAllowed => ("method_not_allowed", 405, "The path does not support this method"),
            Self::Unauthenticated => ("unauthenticated", 401, "A valid access token is required"),
            Self::Forbidden => ("forbidden", 403, "The role is insufficient"),
            Self::AutomatNotFound => ("automat_not_found", 404, "Automat not found"),
            Self::KeyNotFound => ("key_not_found", 404, "Key not found"),
            Self::ContractNotFound => ("contract_not_found", 404, "Contract not found"),
            Self::LockerNotFound => ("locker_not_found", 404, "Locker not found"),
            Self::MessageNotFound => ("message_not_found", 404, "Message not found"),
            Self::OpeningNotFound => ("opening_not_found", 404, "Opening not found"),
            Self::AutomatExists => ("automat_exists", 409, "The automatId is already in use"),
            Self::KeyExists => ("key_exists", 409, "The keyId is already in use"),
            Self::ContractExists => ("contract_exists", 409, "The contractId is already in use"),
            Self::LockerIndexTooBig => ("locker_index_too_big", 409, "The automat has no such locker"),
            Self::LockerOccupied => ("locker_occupied", 409, "The locker has a key"),
            Self::NoFreeLocker => ("no_free_locker", 409, "No free locker"),
            Self::LockersInUse => ("lockers_in_use", 409, "A locker that would be removed has a key"),
            Self::AutomatHoldsKeys => ("automat_holds_keys", 409, "The automat still holds keys"),
            Self::AutomatHasContracts => {
                ("automat_has_contracts", 409, "Contracts of the automat's keys have not ended")
            }
            Self::ReturnCodeInUse => ("return_code_in_use", 409, "The return code is already in use"),
            Self::ContractsOverlap => ("contracts_overlap", 409, "Contracts on the key overlap"),
            Self::NotStarted => ("not_started", 409, "The contract has not started yet"),
            Self::KeyOut => ("key_out", 409, "The key is out of its locker"),
            Self::HolderHasKey => ("holder_has_key", 409, "The person already has the key"),
            Self::KeyBeingRemoved => ("key_being_removed", 409, "The key is being removed"),
            Self::ContractOverlap => ("contract_overlap", 409, "The key is already booked for this time"),
            Self::TooManyContracts => ("too_many_contracts", 409, "The key has too many contracts"),
            Self::PinInUse => ("pin_in_use", 409, "The PIN is already in use"),
            Self::LockerBusy => ("locker_busy", 409, "The locker is being opened"),
            Self::MessageUnderWay => ("message_under_way", 409, "The message is already being sent"),
            Self::MessageOutdated => ("message_outdated", 409, "The message is no longer true"),
            Self::AutomatOffline => ("automat_offline", 409, "The automat is offline"),
            Self::StaleVersion => ("stale_version", 412, "The resource was modified since you read it"),
            Self::IdempotencyKeyReused => {
                ("idempotency_key_reused", 422, "The idempotency key was used with a different body")
            }
            Self::IdempotencyOutdated => {
                ("idempotency_outdated", 409, "The response for this idempotency key is out of date")
            }
            Self::AutomatBusy => ("automat_busy", 503, "Too many lockers are being opened"),
            Self::Busy => ("busy", 503, "Too many requests at once"),
            Self::Internal => ("internal", 500, "Unexpected error"),
        }
    }
}

/// Why a field or a query parameter was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, ToSchema)]
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
    pub const ALL: [Self; 28] = [
        Self::Required,
        Self::UnknownField,
        Self::DuplicateField,
        Self::WrongType,
        Self::ConflictingFields,
        Self::Immutable,
        Self::TooMany,
        Self::Empty,
        Self::TooLong,
        Self::IdCharacters,
        Self::ControlCharacters,
        Self::PinForm,
        Self::PinTooShort,
        Self::ReturnCodeForm,
        Self::InstantForm,
        Self::OutOfRange,
        Self::TimeZoneUnknown,
        Self::EmailForm,
        Self::PhoneNumberForm,
        Self::LanguageUnknown,
        Self::MessageKindUnknown,
        Self::EndNotAfterStart,
        Self::EndNotAhead,
        Self::UnknownParameter,
        Self::RepeatedParameter,
        Self::UnknownValue,
        Self::NothingToSearch,
        Self::ToNotAfterFrom,
    ];
}
