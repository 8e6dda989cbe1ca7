//! What is recorded of a change: who, what and when, and never a secret.
//!
//! An event is written in one form everywhere: the table, the API and the topic of events. A kind of event is named by its
//! variant, and its body is the variant's fields.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::{
    AutomatId, CodeKind, ContractField, ContractId, GuessingPeriod, Instant, KeyField, KeyId, KeypadRefusal,
    LockerIndex, OpeningId, OpeningOutcome, Purpose, TimeRange,
};

/// What is before an automat's identifier where it is the one who did something.
const AUTOMAT: &str = "automat:";

/// Who did something: the subject of a person's or a machine client's token, or an automat.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(String);

impl Actor {
    /// The holder of a token, by the token's own subject.
    #[must_use]
    pub fn new(subject: &str) -> Self {
        Self(subject.to_owned())
    }

    /// An automat's device, and whoever stood at its keypad.
    #[must_use]
    pub fn automat(id: &AutomatId) -> Self {
        Self(format!("{AUTOMAT}{id}"))
    }

    /// Whether it is an automat's device.
    #[must_use]
    pub fn is_automat(&self) -> bool {
        self.0.starts_with(AUTOMAT)
    }

    /// The subject.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[strum(serialize_all = "kebab-case")]
pub enum EventKind {
    /// An automat was added.
    AutomatAdded,
    /// An automat was edited.
    AutomatChanged,
    /// An automat was deleted.
    AutomatRemoved,
    /// A key was added to a locker.
    KeyAdded,
    /// A key was edited or moved.
    KeyChanged {
        /// The fields that the edit changed, without their values.
        changes: Vec<KeyField>,
    },
    /// A key was removed with everything on it.
    KeyRemoved {
        /// How many live contracts went with it.
        live_contracts: usize,
    },
    /// A contract was made.
    ContractCreated(TimeRange),
    /// A contract was edited.
    ContractChanged {
        /// The fields that the edit changed, without their values.
        changes: Vec<ContractField>,
        /// When the contract has the key now.
        #[serde(flatten)]
        range: TimeRange,
    },
    /// A contract was ended before its time.
    ContractEnded(TimeRange),
    /// A contract was removed.
    ContractRemoved,
    /// Somebody looked at a contract's PIN.
    PinRevealed,
    /// What is known of a person was handed out, and this contract was in it.
    PersonalDataExported,
    /// What was known of a person was taken out of this contract and of what was told of it.
    PersonalDataErased,
    /// Somebody asked for a locker to be opened.
    OpeningRequested {
        /// Their request.
        #[serde(rename = "openingId")]
        opening: OpeningId,
    },
    /// A request to open a locker has ended.
    OpeningFinished {
        /// Which one.
        #[serde(rename = "openingId")]
        opening: OpeningId,
        /// How.
        outcome: OpeningOutcome,
        /// Whether the device said so.
        confirmed_by_device: bool,
    },
    /// A key has been taken out of its locker.
    KeyFetched,
    /// A key has been put back into its locker.
    KeyReturned,
    /// The contract that a key is out with is over, and the key is not back.
    KeyNotReturned,
    /// A PIN opened its locker.
    PinAccepted {
        /// What the locker was opened for.
        purpose: Purpose,
    },
    /// A return code opened its locker.
    ReturnCodeAccepted,
    /// A code opened nothing.
    EntryRefused {
        /// What was typed.
        code_kind: CodeKind,
        /// Why it opened nothing.
        reason: KeypadRefusal,
    },
    /// So many entries were wrong that somebody may be guessing codes.
    KeypadGuessing {
        /// How many were wrong.
        wrong_entries: usize,
        /// In what time.
        within: GuessingPeriod,
    },
    /// An automat has come.
    AutomatConnected,
    /// An automat has gone.
    AutomatDisconnected,
    /// A reset made the cloud forget how far the device had counted.
    AutomatReset,
    /// A device sent a time or number from the future, and its message was refused.
    AutomatClockWrong,
    /// A device sent something that the cloud does not understand; the rest of the message was taken.
    AutomatMessageNotUnderstood,
    /// A second connection under the automat's certificate ended the first one.
    AutomatDuplicateClient,
    /// A door was opened, or a key taken, without an opening or a keypad entry.
    LockerForced,
    /// A key was put into a locker that no key belongs in.
    KeyUnexpected,
    /// A door has been open for five minutes.
    DoorLeftOpen,
    /// A device reported the result of an opening that nobody requested.
    OpeningUnexpected,
}

impl EventKind {
    /// Its name, the `type` of an event as it is written.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.into()
    }
}

/// What it happened to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The automat where it happened.
    #[serde(rename = "automatId")]
    pub automat: AutomatId,
    /// The locker, where there is one.
    #[serde(rename = "lockerIndex", skip_serializing_if = "Option::is_none")]
    pub locker: Option<LockerIndex>,
    /// The key, where there is one.
    #[serde(rename = "keyId", skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// The contract, where there is one.
    #[serde(rename = "contractId", skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its identifier, in order of time.
    #[serde(rename = "eventId")]
    pub id: String,
    /// When it happened.
    pub at: Instant,
    /// Who did it.
    pub actor: Actor,
    /// The kind of event.
    #[serde(flatten)]
    pub kind: EventKind,
    /// What it happened to.
    #[serde(flatten)]
    pub subject: Subject,
}
