//! Events as clients see them.

use domain::{
    CodeKind, ContractField, Event, EventKind, GuessingPeriod, KeyField, KeypadRefusal, OpeningId, OpeningOutcome,
    Purpose, TimeRange,
};
use utoipa::ToSchema;

use crate::RangeView;

/// Something that happened.
#[derive(Debug, Default, serde::Serialize, ToSchema)]
#[schema(as = Event)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// Its identifier, in order of time.
    event_id: String,
    /// When it happened.
    #[schema(format = DateTime)]
    at: String,
    /// Who did it: the subject of their token, or `automat:` and the `automatId` for what its device did.
    actor: String,
    /// What it was.
    #[serde(rename = "type")]
    kind: EventType,
    /// The automat that it happened at.
    automat_id: String,
    /// The locker, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u16, required = false)]
    locker_index: Option<u16>,
    /// The key, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    key_id: Option<String>,
    /// The contract, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    contract_id: Option<String>,
    /// `key-changed`, `contract-changed`: the fields that an edit changed, without their values.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<String>, required = false)]
    changes: Option<Vec<&'static str>>,
    /// `contract-created`, `contract-changed`, `contract-ended`: when the contract starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    start: Option<String>,
    /// `contract-created`, `contract-changed`, `contract-ended`: when it ends; absent when it is permanent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    end: Option<String>,
    /// `key-removed`: how many contracts that had not ended went with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    live_contracts: Option<usize>,
    /// `opening-requested`, `opening-finished`: which opening.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    opening_id: Option<String>,
    /// `opening-finished`: how it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    outcome: Option<&'static str>,
    /// `opening-finished`: whether that is the device's own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    confirmed_by_device: Option<bool>,
    /// `pin-accepted`: what the locker was opened for, `fetch` or `return`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    purpose: Option<&'static str>,
    /// `entry-refused`: what was typed, `pin` or `returnCode`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    code_kind: Option<&'static str>,
    /// `entry-refused`: why, `unknown`, `too-early`, `ended`, `key-out`, `key-inside`, `keypad-slow` or `late`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    reason: Option<&'static str>,
    /// `keypad-guessing`: how many entries were wrong within that time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    wrong_entries: Option<usize>,
    /// `keypad-guessing`: in what time: `hour`, or `day` for 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    within: Option<&'static str>,
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, Default, serde::Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventType {
    /// An automat was added.
    #[default]
    AutomatAdded,
    /// An automat was edited.
    AutomatChanged,
    /// An automat was deleted.
    AutomatRemoved,
    /// A key was added to a locker.
    KeyAdded,
    /// A key was edited or moved.
    KeyChanged,
    /// A key was removed with everything on it.
    KeyRemoved,
    /// A contract was made.
    ContractCreated,
    /// A contract was edited.
    ContractChanged,
    /// A contract was ended before its time.
    ContractEnded,
    /// A contract was removed.
    ContractRemoved,
    /// Somebody looked at a contract's PIN.
    PinRevealed,
    /// What is known of a person was handed out, and the contract was in it.
    PersonalDataExported,
    /// What was known of a person was taken out of the contract, and of what was told of it.
    PersonalDataErased,
    /// Somebody asked for a locker to be opened.
    OpeningRequested,
    /// A request to open a locker has ended.
    OpeningFinished,
    /// A key has been taken out of its locker.
    KeyFetched,
    /// A key has been put back into its locker.
    KeyReturned,
    /// The contract that a key is out with is over, and the key is not back.
    KeyNotReturned,
    /// A PIN opened its locker.
    PinAccepted,
    /// A return code opened its locker.
    ReturnCodeAccepted,
    /// A code opened nothing.
    EntryRefused,
    /// So many entries were wrong that somebody may be guessing codes.
    KeypadGuessing,
    /// The automat has come.
    AutomatConnected,
    /// The automat has gone.
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

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        let subject = event.subject;
        Self {
            event_id: event.id,
            at: event.at.to_string(),
            actor: event.actor.as_str().to_owned(),
            automat_id: subject.automat.as_str().to_owned(),
            locker_index: subject.locker.map(domain::LockerIndex::get),
            key_id: subject.key.map(|key| key.as_str().to_owned()),
            contract_id: subject.contract.map(|contract| contract.as_str().to_owned()),
            ..Self::of_kind(event.kind)
        }
    }
}

impl EventView {
    fn of_kind(kind: EventKind) -> Self {
        let plain = |kind| Self { kind, ..Self::default() };
        match kind {
            EventKind::AutomatAdded => plain(EventType::AutomatAdded),
            EventKind::AutomatChanged => plain(EventType::AutomatChanged),
            EventKind::AutomatRemoved => plain(EventType::AutomatRemoved),
            EventKind::KeyAdded => plain(EventType::KeyAdded),
            EventKind::KeyChanged(fields) => {
                Self { changes: Some(fields.into_iter().map(key_field).collect()), ..plain(EventType::KeyChanged) }
            }
            EventKind::KeyRemoved { live_contracts } => {
                Self { live_contracts: Some(live_contracts), ..plain(EventType::KeyRemoved) }
            }
            EventKind::ContractCreated(range) => plain(EventType::ContractCreated).during(range),
            EventKind::ContractChanged(fields, range) => {
                let changes = Some(fields.into_iter().map(contract_field).collect());
                Self { changes, ..plain(EventType::ContractChanged) }.during(range)
            }
            EventKind::ContractEnded(range) => plain(EventType::ContractEnded).during(range),
            EventKind::ContractRemoved => plain(EventType::ContractRemoved),
            EventKind::PinRevealed => plain(EventType::PinRevealed),
            EventKind::PersonalDataExported => plain(EventType::PersonalDataExported),
            EventKind::PersonalDataErased => plain(EventType::PersonalDataErased),
            EventKind::OpeningRequested { opening } => plain(EventType::OpeningRequested).of(&opening),
            EventKind::OpeningFinished { opening, outcome, confirmed } => {
                let outcome = Some(opening_outcome(outcome));
                let confirmed_by_device = Some(confirmed);
                Self { outcome, confirmed_by_device, ..plain(EventType::OpeningFinished) }.of(&opening)
            }
            EventKind::KeyFetched => plain(EventType::KeyFetched),
            EventKind::KeyReturned => plain(EventType::KeyReturned),
            EventKind::KeyNotReturned => plain(EventType::KeyNotReturned),
            EventKind::PinAccepted(what) => Self { purpose: Some(purpose(what)), ..plain(EventType::PinAccepted) },
            EventKind::ReturnCodeAccepted => plain(EventType::ReturnCodeAccepted),
            EventKind::EntryRefused { kind, reason } => Self {
                code_kind: Some(code_kind(kind)),
                reason: Some(refusal(reason)),
                ..plain(EventType::EntryRefused)
            },
            EventKind::KeypadGuessing { wrong_entries, within } => Self {
                wrong_entries: Some(wrong_entries),
                within: Some(period(within)),
                ..plain(EventType::KeypadGuessing)
            },
            EventKind::AutomatConnected => plain(EventType::AutomatConnected),
            EventKind::AutomatDisconnected => plain(EventType::AutomatDisconnected),
            EventKind::AutomatReset => plain(EventType::AutomatReset),
            EventKind::AutomatClockWrong => plain(EventType::AutomatClockWrong),
            EventKind::AutomatMessageNotUnderstood => plain(EventType::AutomatMessageNotUnderstood),
            EventKind::AutomatDuplicateClient => plain(EventType::AutomatDuplicateClient),
            EventKind::LockerForced => plain(EventType::LockerForced),
            EventKind::KeyUnexpected => plain(EventType::KeyUnexpected),
            EventKind::DoorLeftOpen => plain(EventType::DoorLeftOpen),
            EventKind::OpeningUnexpected => plain(EventType::OpeningUnexpected),
        }
    }

    fn of(self, opening: &OpeningId) -> Self {
        Self { opening_id: Some(opening.as_str().to_owned()), ..self }
    }

    fn during(self, range: TimeRange) -> Self {
        let RangeView { start, end } = range.into();
        Self { start: Some(start), end, ..self }
    }
}

pub(crate) fn opening_outcome(outcome: OpeningOutcome) -> &'static str {
    match outcome {
        OpeningOutcome::Opened => "opened",
        OpeningOutcome::Refused => "refused",
        OpeningOutcome::Failed => "failed",
        OpeningOutcome::Expired => "expired",
    }
}

pub(crate) fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Fetch => "fetch",
        Purpose::Return => "return",
    }
}

pub(crate) fn code_kind(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Pin => "pin",
        CodeKind::ReturnCode => "returnCode",
    }
}

pub(crate) fn period(period: GuessingPeriod) -> &'static str {
    match period {
        GuessingPeriod::Hour => "hour",
        GuessingPeriod::Day => "day",
    }
}

pub(crate) fn refusal(reason: KeypadRefusal) -> &'static str {
    match reason {
        KeypadRefusal::Unknown => "unknown",
        KeypadRefusal::TooEarly => "too-early",
        KeypadRefusal::Ended => "ended",
        KeypadRefusal::KeyOut => "key-out",
        KeypadRefusal::KeyInside => "key-inside",
        KeypadRefusal::KeypadSlow => "keypad-slow",
        KeypadRefusal::Late => "late",
    }
}

pub(crate) fn key_field(field: KeyField) -> &'static str {
    match field {
        KeyField::Locker => "lockerIndex",
        KeyField::Sharing => "shared",
        KeyField::ReturnCode => "returnCode",
        KeyField::Property => "property",
    }
}

pub(crate) fn contract_field(field: ContractField) -> &'static str {
    match field {
        ContractField::Person => "person",
        ContractField::Start => "start",
        ContractField::End => "end",
        ContractField::Pin => "pin",
        ContractField::Contacts => "contacts",
        ContractField::FreeText => "freeText",
    }
}
