//! What happened, as an event's item has it: the type, and the attributes that belong to it.

use domain::{ContractField, EventKind, KeyField, OpeningId, TimeRange};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::items::words::{CodeKindWord, GuessingPeriodWord, OutcomeWord, PurposeWord, RefusalWord};
use crate::items::{instant, valid};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct What {
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    changes: Vec<Field>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    live_contracts: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opening_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<OutcomeWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    confirmed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose: Option<PurposeWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_kind: Option<CodeKindWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<RefusalWord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wrong_entries: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<GuessingPeriodWord>,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    AutomatAdded,
    AutomatChanged,
    AutomatRemoved,
    KeyAdded,
    KeyChanged,
    KeyRemoved,
    ContractCreated,
    ContractChanged,
    ContractEnded,
    ContractRemoved,
    PinRevealed,
    PersonalDataExported,
    PersonalDataErased,
    OpeningRequested,
    OpeningFinished,
    KeyFetched,
    KeyReturned,
    KeyNotReturned,
    PinAccepted,
    ReturnCodeAccepted,
    EntryRefused,
    KeypadGuessing,
    AutomatConnected,
    AutomatDisconnected,
    AutomatReset,
    AutomatClockWrong,
    AutomatMessageNotUnderstood,
    AutomatDuplicateClient,
    LockerForced,
    KeyUnexpected,
    DoorLeftOpen,
    OpeningUnexpected,
}

#[derive(Serialize, Deserialize, Clone, Copy)]
#[serde(rename_all = "camelCase")]
enum Field {
    LockerIndex,
    Shared,
    ReturnCode,
    Property,
    Person,
    Start,
    End,
    Pin,
    Contacts,
    FreeText,
}

impl What {
    pub(super) fn of(kind: &EventKind) -> Self {
        match kind {
            EventKind::AutomatAdded => Self::plain(Kind::AutomatAdded),
            EventKind::AutomatChanged => Self::plain(Kind::AutomatChanged),
            EventKind::AutomatRemoved => Self::plain(Kind::AutomatRemoved),
            EventKind::KeyAdded => Self::plain(Kind::KeyAdded),
            EventKind::KeyChanged(fields) => {
                Self { changes: fields.iter().map(|&field| field.into()).collect(), ..Self::plain(Kind::KeyChanged) }
            }
            EventKind::KeyRemoved { live_contracts } => {
                Self { live_contracts: Some(*live_contracts), ..Self::plain(Kind::KeyRemoved) }
            }
            EventKind::ContractCreated(range) => Self::plain(Kind::ContractCreated).over(*range),
            EventKind::ContractChanged(fields, range) => {
                let changes = fields.iter().map(|&field| field.into()).collect();
                Self { changes, ..Self::plain(Kind::ContractChanged) }.over(*range)
            }
            EventKind::ContractEnded(range) => Self::plain(Kind::ContractEnded).over(*range),
            EventKind::ContractRemoved => Self::plain(Kind::ContractRemoved),
            EventKind::PinRevealed => Self::plain(Kind::PinRevealed),
            EventKind::PersonalDataExported => Self::plain(Kind::PersonalDataExported),
            EventKind::PersonalDataErased => Self::plain(Kind::PersonalDataErased),
            EventKind::OpeningRequested { opening } => Self::plain(Kind::OpeningRequested).of_opening(opening),
            EventKind::OpeningFinished { opening, outcome, confirmed } => {
                let (outcome, confirmed) = (Some((*outcome).into()), Some(*confirmed));
                Self { outcome, confirmed, ..Self::plain(Kind::OpeningFinished) }.of_opening(opening)
            }
            EventKind::KeyFetched => Self::plain(Kind::KeyFetched),
            EventKind::KeyReturned => Self::plain(Kind::KeyReturned),
            EventKind::KeyNotReturned => Self::plain(Kind::KeyNotReturned),
            EventKind::PinAccepted(purpose) => {
                Self { purpose: Some((*purpose).into()), ..Self::plain(Kind::PinAccepted) }
            }
            EventKind::ReturnCodeAccepted => Self::plain(Kind::ReturnCodeAccepted),
            EventKind::EntryRefused { kind, reason } => {
                let (code_kind, reason) = (Some((*kind).into()), Some((*reason).into()));
                Self { code_kind, reason, ..Self::plain(Kind::EntryRefused) }
            }
            EventKind::KeypadGuessing { wrong_entries, within } => {
                let (wrong_entries, within) = (Some(*wrong_entries), Some((*within).into()));
                Self { wrong_entries, within, ..Self::plain(Kind::KeypadGuessing) }
            }
            EventKind::AutomatConnected => Self::plain(Kind::AutomatConnected),
            EventKind::AutomatDisconnected => Self::plain(Kind::AutomatDisconnected),
            EventKind::AutomatReset => Self::plain(Kind::AutomatReset),
            EventKind::AutomatClockWrong => Self::plain(Kind::AutomatClockWrong),
            EventKind::AutomatMessageNotUnderstood => Self::plain(Kind::AutomatMessageNotUnderstood),
            EventKind::AutomatDuplicateClient => Self::plain(Kind::AutomatDuplicateClient),
            EventKind::LockerForced => Self::plain(Kind::LockerForced),
            EventKind::KeyUnexpected => Self::plain(Kind::KeyUnexpected),
            EventKind::DoorLeftOpen => Self::plain(Kind::DoorLeftOpen),
            EventKind::OpeningUnexpected => Self::plain(Kind::OpeningUnexpected),
        }
    }

    fn plain(kind: Kind) -> Self {
        Self {
            kind,
            changes: Vec::new(),
            from: None,
            until: None,
            live_contracts: None,
            opening_id: None,
            outcome: None,
            confirmed: None,
            purpose: None,
            code_kind: None,
            reason: None,
            wrong_entries: None,
            within: None,
        }
    }

    fn over(self, range: TimeRange) -> Self {
        Self { from: Some(range.start().millis()), until: range.end().map(domain::Instant::millis), ..self }
    }

    fn of_opening(self, opening: &OpeningId) -> Self {
        Self { opening_id: Some(opening.as_str().to_owned()), ..self }
    }

    pub(super) fn read(&self) -> Result<EventKind, Error> {
        Ok(match self.kind {
            Kind::AutomatAdded => EventKind::AutomatAdded,
            Kind::AutomatChanged => EventKind::AutomatChanged,
            Kind::AutomatRemoved => EventKind::AutomatRemoved,
            Kind::KeyAdded => EventKind::KeyAdded,
            Kind::KeyChanged => EventKind::KeyChanged(self.changes.iter().filter_map(|field| field.of_key()).collect()),
            Kind::KeyRemoved => EventKind::KeyRemoved { live_contracts: self.live_contracts.unwrap_or_default() },
            Kind::ContractCreated => EventKind::ContractCreated(self.range()?),
            Kind::ContractChanged => {
                let fields = self.changes.iter().filter_map(|field| field.of_contract()).collect();
                EventKind::ContractChanged(fields, self.range()?)
            }
            Kind::ContractEnded => EventKind::ContractEnded(self.range()?),
            Kind::ContractRemoved => EventKind::ContractRemoved,
            Kind::PinRevealed => EventKind::PinRevealed,
            Kind::PersonalDataExported => EventKind::PersonalDataExported,
            Kind::PersonalDataErased => EventKind::PersonalDataErased,
            Kind::OpeningRequested => EventKind::OpeningRequested { opening: self.opening()? },
            Kind::OpeningFinished => EventKind::OpeningFinished {
                opening: self.opening()?,
                outcome: there(self.outcome)?.into(),
                confirmed: there(self.confirmed)?,
            },
            Kind::KeyFetched => EventKind::KeyFetched,
            Kind::KeyReturned => EventKind::KeyReturned,
            Kind::KeyNotReturned => EventKind::KeyNotReturned,
            Kind::PinAccepted => EventKind::PinAccepted(there(self.purpose)?.into()),
            Kind::ReturnCodeAccepted => EventKind::ReturnCodeAccepted,
            Kind::EntryRefused => {
                EventKind::EntryRefused { kind: there(self.code_kind)?.into(), reason: there(self.reason)?.into() }
            }
            Kind::KeypadGuessing => EventKind::KeypadGuessing {
                wrong_entries: there(self.wrong_entries)?,
                within: there(self.within)?.into(),
            },
            Kind::AutomatConnected => EventKind::AutomatConnected,
            Kind::AutomatDisconnected => EventKind::AutomatDisconnected,
            Kind::AutomatReset => EventKind::AutomatReset,
            Kind::AutomatClockWrong => EventKind::AutomatClockWrong,
            Kind::AutomatMessageNotUnderstood => EventKind::AutomatMessageNotUnderstood,
            Kind::AutomatDuplicateClient => EventKind::AutomatDuplicateClient,
            Kind::LockerForced => EventKind::LockerForced,
            Kind::KeyUnexpected => EventKind::KeyUnexpected,
            Kind::DoorLeftOpen => EventKind::DoorLeftOpen,
            Kind::OpeningUnexpected => EventKind::OpeningUnexpected,
        })
    }

    fn range(&self) -> Result<TimeRange, Error> {
        there(TimeRange::new(instant(there(self.from)?)?, self.until.map(instant).transpose()?))
    }

    fn opening(&self) -> Result<OpeningId, Error> {
        valid(OpeningId::parse(there(self.opening_id.as_deref())?))
    }
}

/// An attribute that events of a type always have.
fn there<T>(attribute: Option<T>) -> Result<T, Error> {
    attribute.ok_or(Error::Internal { context: "reading an event that lacks an attribute", source: None })
}

impl From<KeyField> for Field {
    fn from(field: KeyField) -> Self {
        match field {
            KeyField::Locker => Self::LockerIndex,
            KeyField::Sharing => Self::Shared,
            KeyField::ReturnCode => Self::ReturnCode,
            KeyField::Property => Self::Property,
        }
    }
}

impl From<ContractField> for Field {
    fn from(field: ContractField) -> Self {
        match field {
            ContractField::Person => Self::Person,
            ContractField::Start => Self::Start,
            ContractField::End => Self::End,
            ContractField::Pin => Self::Pin,
            ContractField::Contacts => Self::Contacts,
            ContractField::FreeText => Self::FreeText,
        }
    }
}

impl Field {
    fn of_key(self) -> Option<KeyField> {
        match self {
            Self::LockerIndex => Some(KeyField::Locker),
            Self::Shared => Some(KeyField::Sharing),
            Self::ReturnCode => Some(KeyField::ReturnCode),
            Self::Property => Some(KeyField::Property),
            Self::Person | Self::Start | Self::End | Self::Pin | Self::Contacts | Self::FreeText => None,
        }
    }

    fn of_contract(self) -> Option<ContractField> {
        match self {
            Self::Person => Some(ContractField::Person),
            Self::Start => Some(ContractField::Start),
            Self::End => Some(ContractField::End),
            Self::Pin => Some(ContractField::Pin),
            Self::Contacts => Some(ContractField::Contacts),
            Self::FreeText => Some(ContractField::FreeText),
            Self::LockerIndex | Self::Shared | Self::ReturnCode | Self::Property => None,
        }
    }
}
