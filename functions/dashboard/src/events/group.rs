//! Kinds of events, in groups that a person would ask for.

use domain::EventKind;
use strum::{IntoStaticStr, VariantArray};

#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub(super) enum Group {
    /// Keys that were fetched, returned or not returned.
    Movements,
    Contracts,
    /// Remote openings.
    Openings,
    /// Entries at keypads.
    Keypad,
    /// What somebody should look at, and connections.
    Alerts,
    /// Changes of automats and keys.
    Setup,
}

impl Group {
    pub(super) fn of(kind: &EventKind) -> Self {
        match kind {
            EventKind::KeyFetched | EventKind::KeyReturned | EventKind::KeyNotReturned => Self::Movements,
            EventKind::ContractCreated(_)
            | EventKind::ContractChanged { .. }
            | EventKind::ContractEnded(_)
            | EventKind::ContractRemoved
            | EventKind::ContractArmed
            | EventKind::PinRevealed
            | EventKind::PersonalDataExported
            | EventKind::PersonalDataErased => Self::Contracts,
            EventKind::OpeningRequested { .. } | EventKind::OpeningFinished { .. } => Self::Openings,
            EventKind::PinAccepted { .. } | EventKind::ReturnCodeAccepted | EventKind::EntryRefused { .. } => {
                Self::Keypad
            }
            EventKind::KeypadGuessing { .. }
            | EventKind::AutomatConnected
            | EventKind::AutomatDisconnected
            | EventKind::AutomatClockWrong
            | EventKind::AutomatMessageNotUnderstood
            | EventKind::AutomatDuplicateClient
            | EventKind::LockerForced
            | EventKind::KeyUnexpected
            | EventKind::DoorLeftOpen
            | EventKind::OpeningUnexpected
            | EventKind::AutomatMainsLost
            | EventKind::AutomatMainsRestored
            | EventKind::AutomatBatteryLow { .. }
            | EventKind::AutomatCoverOpened
            | EventKind::AutomatMoved
            | EventKind::AutomatTemperature { .. }
            | EventKind::AutomatJournalNearlyFull { .. } => Self::Alerts,
            EventKind::AutomatAdded
            | EventKind::AutomatChanged
            | EventKind::AutomatRemoved
            | EventKind::AutomatReset
            | EventKind::AutomatFirmwareChanged { .. }
            | EventKind::KeyAdded
            | EventKind::KeyChanged { .. }
            | EventKind::KeyRemoved { .. } => Self::Setup,
        }
    }
}
