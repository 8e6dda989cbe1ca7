//! Events: the record of who did what, and when. An event never contains a secret.
//!
//! An event is serialized in one form everywhere: in the table, the API and the topic. Its kind is the name of the
//! variant, and its other fields are those of the variant.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantNames};

use crate::{
    AutomatId, CodeKind, ContractField, ContractId, Firmware, GuessingPeriod, Instant, Key, KeyField, KeyId,
    KeypadRefusal, LockerIndex, OpeningId, OpeningOutcome, Percent, Purpose, TimeRange,
};

/// The prefix of an actor that is an automat.
const AUTOMAT: &str = "automat:";

/// Who did something: the subject of a person's or a machine client's token, or an automat.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(String);

impl Actor {
    /// The holder of a token, by the token's `sub`.
    #[must_use]
    pub fn new(subject: &str) -> Self {
        Self(subject.to_owned())
    }

    /// An automat's device, or whoever stood at its keypad.
    #[must_use]
    pub fn automat(id: &AutomatId) -> Self {
        Self(format!("{AUTOMAT}{id}"))
    }

    #[must_use]
    pub fn is_automat(&self) -> bool {
        self.0.starts_with(AUTOMAT)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantNames)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
#[strum(serialize_all = "kebab-case")]
pub enum EventKind {
    AutomatAdded,
    AutomatChanged,
    AutomatRemoved,
    KeyAdded,
    KeyChanged {
        /// The fields that the edit changed, without their values.
        changes: Vec<KeyField>,
    },
    KeyRemoved {
        /// How many contracts that had not ended were removed with it.
        live_contracts: usize,
    },
    ContractCreated(TimeRange),
    ContractChanged {
        /// The fields that the edit changed, without their values.
        changes: Vec<ContractField>,
        /// The times of the contract after the edit.
        #[serde(flatten)]
        range: TimeRange,
    },
    /// A contract was ended before its time.
    ContractEnded(TimeRange),
    ContractRemoved,
    /// An automat has confirmed that it knows the contract: the PIN also works there without a connection.
    ContractArmed,
    /// Somebody viewed a contract's PIN.
    PinRevealed,
    /// A person's data was exported, and this contract was part of it.
    PersonalDataExported,
    /// A person's data was erased from this contract and from its messages.
    PersonalDataErased,
    OpeningRequested {
        #[serde(rename = "openingId")]
        opening: OpeningId,
    },
    OpeningFinished {
        #[serde(rename = "openingId")]
        opening: OpeningId,
        outcome: OpeningOutcome,
        confirmed_by_device: bool,
    },
    KeyFetched,
    KeyReturned,
    /// The contract that a key is out with has ended, and the key is not back.
    KeyNotReturned,
    /// A PIN opened a locker.
    PinAccepted {
        purpose: Purpose,
    },
    /// A return code opened a locker.
    ReturnCodeAccepted,
    /// A code was typed at the keypad, and no locker was opened.
    EntryRefused {
        code_kind: CodeKind,
        reason: KeypadRefusal,
    },
    /// There were so many wrong entries that somebody may be guessing codes.
    KeypadGuessing {
        wrong_entries: usize,
        within: GuessingPeriod,
    },
    AutomatConnected,
    AutomatDisconnected,
    /// The cloud's counter of the device's messages was reset.
    AutomatReset,
    /// A device sent a time or number from the future. Its message was refused.
    AutomatClockWrong,
    /// A device sent something that the cloud does not understand. The rest of the message was processed.
    AutomatMessageNotUnderstood,
    /// A second connection with the automat's certificate ended the first one.
    AutomatDuplicateClient,
    /// A door was opened, or a key taken, without an opening or a keypad entry.
    LockerForced,
    /// A key was put into a locker that no key belongs in.
    KeyUnexpected,
    /// A door has been open for [`DoorState::LEFT_OPEN_MILLIS`](crate::DoorState::LEFT_OPEN_MILLIS).
    DoorLeftOpen,
    /// A device reported the result of an opening that nobody requested.
    OpeningUnexpected,
    /// It runs on its battery.
    AutomatMainsLost,
    AutomatMainsRestored,
    AutomatBatteryLow {
        battery: Percent,
    },
    /// The cover over its electronics was opened.
    AutomatCoverOpened,
    /// The cabinet was moved, shaken or tilted.
    AutomatMoved,
    /// It is hotter or colder than it should be, in °C.
    AutomatTemperature {
        temperature: i16,
        /// The highest or lowest that it should be.
        limit: i16,
    },
    AutomatFirmwareChanged {
        from: Firmware,
        to: Firmware,
    },
    /// Its device has nearly no room for what it does without the cloud.
    AutomatJournalNearlyFull {
        lines: u32,
        room: u32,
    },
}

impl EventKind {
    /// The `type` of the event in its serialized form.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Whether somebody should look at it soon.
    #[must_use]
    pub fn is_alert(&self) -> bool {
        matches!(
            self,
            Self::KeypadGuessing { .. }
                | Self::LockerForced
                | Self::KeyUnexpected
                | Self::DoorLeftOpen
                | Self::AutomatClockWrong
                | Self::AutomatMainsLost
                | Self::AutomatBatteryLow { .. }
                | Self::AutomatCoverOpened
                | Self::AutomatMoved
                | Self::AutomatTemperature { .. }
                | Self::AutomatJournalNearlyFull { .. }
        )
    }
}

/// What it happened to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    #[serde(rename = "automatId")]
    pub automat: AutomatId,
    #[serde(rename = "lockerIndex", skip_serializing_if = "Option::is_none")]
    pub locker: Option<LockerIndex>,
    #[serde(rename = "keyId", skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    #[serde(rename = "contractId", skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractId>,
}

impl Subject {
    #[must_use]
    pub fn of_automat(automat: &AutomatId) -> Self {
        Self { automat: automat.clone(), locker: None, key: None, contract: None }
    }

    #[must_use]
    pub fn of_locker(automat: &AutomatId, locker: LockerIndex, key: Option<&KeyId>) -> Self {
        Self { locker: Some(locker), key: key.cloned(), ..Self::of_automat(automat) }
    }

    /// A key, or a contract on it.
    #[must_use]
    pub fn of_key(key: &Key, contract: Option<&ContractId>) -> Self {
        Self { contract: contract.cloned(), ..Self::of_locker(&key.automat, key.locker, Some(&key.id)) }
    }
}

/// Between which times something happened that a device did without the cloud, and reported afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfflineTimes {
    /// Not before this time.
    pub from: Instant,
    /// Not after it. `None`: the device did not know the time, because it had lost power.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Instant>,
}

/// Something that happened, and what it happened to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Sorts by time.
    #[serde(rename = "eventId")]
    pub id: String,
    /// When it was recorded.
    pub at: Instant,
    pub actor: Actor,
    /// When it happened, if the device reported it afterwards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline: Option<OfflineTimes>,
    /// Whether a device without a connection opened a locker for a contract that had been removed, or no longer had the key.
    #[serde(rename = "afterRemoval", default, skip_serializing_if = "std::ops::Not::not")]
    pub after_removal: bool,
    #[serde(flatten)]
    pub kind: EventKind,
    #[serde(flatten)]
    pub subject: Subject,
}

impl Event {
    /// When it happened, or the earliest time at which it can have happened.
    #[must_use]
    pub fn happened_at(&self) -> Instant {
        self.offline.map_or(self.at, |offline| offline.from)
    }
}
