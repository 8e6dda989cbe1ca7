//! Every reason for refusing a request: its stable name, status, title, and when it occurs.

use strum::{IntoStaticStr, VariantArray};

macro_rules! codes {
    ($($(#[doc = $when:literal])+ $code:ident($status:literal, $title:literal $(, field = $field:literal)?),)+) => {
        /// A reason for refusing a request. Its name is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, IntoStaticStr, VariantArray)]
        #[strum(serialize_all = "snake_case")]
        pub enum Code {
            $($(#[doc = $when])+ $code,)+
        }

        impl Code {
            #[must_use]
            pub fn status(self) -> u16 {
                match self {
                    $(Self::$code => $status,)+
                }
            }

            /// The summary, the same for every problem of this code.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$code => $title,)+
                }
            }

            /// When it occurs, and what more the problem says, in Markdown.
            #[must_use]
            pub fn when(self) -> &'static str {
                let lines = match self {
                    $(Self::$code => concat!($($when),+),)+
                };
                lines.trim_start()
            }

            /// The field of the body that it is about, if it is always the same.
            #[must_use]
            pub fn field(self) -> Option<&'static str> {
                match self {
                    $($(Self::$code => Some($field),)?)+
                    _ => None,
                }
            }
        }
    };
}

// In the order of the documentation: `cargo xtask openapi` writes the table in `docs/api.md` from the comments.
codes! {
    /// the body is not JSON in UTF-8
    MalformedJson(400, "The body is not JSON"),
    /// the body is not a table with a header row, in an encoding that we read
    MalformedCsv(400, "The body is not CSV"),
    /// fields of the body are invalid: `errors`
    InvalidRequest(422, "The body has invalid fields"),
    /// the body has more than 65,536 bytes, or that of an import more than 1,048,576
    BodyTooLarge(413, "The body is too large"),
    /// the body's `Content-Type` is not JSON; of an import, neither JSON nor CSV
    UnsupportedMediaType(415, "The body has an unsupported media type"),
    /// query parameters are invalid: `errors`
    InvalidQuery(400, "Invalid query parameters"),
    /// `after` is not a cursor of this list, or was truncated
    InvalidCursor(400, "The cursor does not belong to this list"),
    /// `If-Match` or `Idempotency-Key` is invalid
    InvalidHeader(400, "A header is invalid"),
    /// unknown path
    RouteNotFound(404, "Unknown path"),
    /// the path does not support this method; the header `Allow` lists those that it supports
    MethodNotAllowed(405, "The path does not support this method"),
    /// no valid access token
    Unauthenticated(401, "A valid access token is required"),
    /// the role is insufficient; `detail` names the required role and the actual one
    Forbidden(403, "The role is insufficient"),
    /// no such automat
    AutomatNotFound(404, "Automat not found"),
    /// no such key; if the request has several, `keyId` says which
    KeyNotFound(404, "Key not found"),
    /// no such contract
    ContractNotFound(404, "Contract not found"),
    /// the automat has no locker of the `lockerIndex` in the path: it has `lockerCount`
    LockerNotFound(404, "Locker not found"),
    /// no such opening
    OpeningNotFound(404, "Opening not found"),
    /// no such message about this contract
    MessageNotFound(404, "Message not found"),
    /// a different automat has this `automatId`
    AutomatExists(409, "The automatId is already in use", field = "automatId"),
    /// a different key has this `keyId`, or a key with it is still being removed
    KeyExists(409, "The keyId is already in use", field = "keyId"),
    /// a different contract has this `contractId`
    ContractExists(409, "The contractId is already in use", field = "contractId"),
    /// the automat has only `lockerCount` lockers
    LockerIndexTooBig(409, "The automat has no such locker", field = "lockerIndex"),
    /// the locker `lockerIndex` has a key
    LockerOccupied(409, "The locker has a key", field = "lockerIndex"),
    /// every locker of the automat has a key
    NoFreeLocker(409, "No free locker", field = "lockerIndex"),
    /// a locker that would be removed has a key; the highest locker in use is `highestLockerInUse`
    LockersInUse(409, "A locker that would be removed has a key", field = "lockerCount"),
    /// the automat still holds `keyCount` keys
    AutomatHoldsKeys(409, "The automat still holds keys"),
    /// the `timeZone` would change under `contractCount` contracts that have not ended; `?force=true` changes it and
    /// notifies their contacts
    AutomatHasContracts(409, "Contracts of the automat's keys have not ended"),
    /// another key of the automat has this return code
    ReturnCodeInUse(409, "The return code is already in use", field = "returnCode"),
    /// the key must stay shared: the contracts in `pairs` overlap
    ContractsOverlap(409, "Contracts on the key overlap", field = "shared"),
    /// the contract has yet to start, so it cannot be ended
    NotStarted(409, "The contract has not started yet"),
    /// the key is out of its locker, of the keys of a contract `keyId`; `?force=true` goes on all the same
    KeyOut(409, "The key is out of its locker"),
    /// the key `keyId` is out with a contract of this `contractId`, so its `start` cannot be in the future. `…/end` it,
    /// and book another one
    HolderHasKey(409, "The person already has the key"),
    /// the key, of the keys of a contract `keyId`, is being deleted: it is shown as `removing`, and nothing on it can be
    /// read or changed; see `Retry-After`
    KeyBeingRemoved(409, "The key is being removed"),
    /// a key is not shared and taken then: `conflicts`, and `nextFree` if all keys are ever free for so long
    ContractOverlap(409, "A key is already booked for this time"),
    /// the key `keyId` has 2,000 contracts that have not ended
    TooManyContracts(409, "The key has too many contracts"),
    /// another contract of one of the automats has this PIN
    PinInUse(409, "The PIN is already in use", field = "pin"),
    /// another opening of the locker, `openingId`, is in progress, at most until `until`; see `Retry-After`
    LockerBusy(409, "The locker is being opened"),
    /// the automat has been offline `since` then; `"force": true` sends the request anyway
    AutomatOffline(409, "The automat is offline"),
    /// an automat has no connection and may still open lockers by what would be withdrawn: `stillUsable`. Only with
    /// `ifRevocable=true`
    StillUsable(409, "An automat without a connection may still accept it"),
    /// the message is being sent or retried
    MessageUnderWay(409, "The message is already being sent"),
    /// the contract has changed since, and the message would no longer be true
    MessageOutdated(409, "The message is no longer true"),
    /// the resource has changed since: `If-Match` does not match `currentVersion`
    StaleVersion(412, "The resource was modified since you read it"),
    /// the `Idempotency-Key` was used with a different body
    IdempotencyKeyReused(422, "The idempotency key was used with a different body"),
    /// the response under this `Idempotency-Key` is out of date; use a new key for a new attempt
    IdempotencyOutdated(409, "The response for this idempotency key is out of date"),
    /// too many openings of the automat are in progress, or it accepts no more requests for now; nothing was opened;
    /// see `Retry-After`
    AutomatBusy(503, "Too many lockers are being opened"),
    /// too many requests at once, for the same thing or for the database; see `Retry-After`
    Busy(503, "Too many requests at once"),
    /// an unexpected error on our side
    Internal(500, "Unexpected error"),
}

impl Code {
    /// All codes, in the order of the documentation.
    pub const ALL: &[Self] = Self::VARIANTS;

    /// The stable name: `code` of the problem, and the end of its `type`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// After how many seconds a retry may succeed.
    #[must_use]
    pub fn retry_after(self) -> Option<u8> {
        matches!(self, Self::Busy | Self::AutomatBusy | Self::LockerBusy | Self::KeyBeingRemoved).then_some(1)
    }
}
