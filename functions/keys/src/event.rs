//! Events as clients see them.

use api::RangeView;
use domain::{ContractField, Event, EventKind, KeyField, TimeRange};
use utoipa::ToSchema;

/// Something that happened.
#[derive(Debug, Default, serde::Serialize, ToSchema)]
#[schema(as = Event)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EventView {
    /// Its identifier, in order of time.
    event_id: String,
    /// When it happened.
    #[schema(format = DateTime)]
    at: String,
    /// Who did it: the subject of their token.
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
    /// `contract-created`, `contract-changed`: when the contract starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    start: Option<String>,
    /// `contract-created`, `contract-changed`: when it ends; absent when it is permanent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    end: Option<String>,
    /// `key-removed`: how many contracts that had not ended went with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false)]
    live_contracts: Option<usize>,
}

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, Default, serde::Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EventType {
    #[default]
    AutomatAdded,
    AutomatChanged,
    AutomatRemoved,
    KeyAdded,
    KeyChanged,
    KeyRemoved,
    ContractCreated,
    ContractChanged,
    ContractRemoved,
    PinRevealed,
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
            EventKind::ContractRemoved => plain(EventType::ContractRemoved),
            EventKind::PinRevealed => plain(EventType::PinRevealed),
        }
    }

    fn during(self, range: TimeRange) -> Self {
        let RangeView { start, end } = range.into();
        Self { start: Some(start), end, ..self }
    }
}

fn key_field(field: KeyField) -> &'static str {
    match field {
        KeyField::Locker => "lockerIndex",
        KeyField::Sharing => "shared",
        KeyField::ReturnCode => "returnCode",
        KeyField::Property => "property",
    }
}

fn contract_field(field: ContractField) -> &'static str {
    match field {
        ContractField::Person => "person",
        ContractField::Start => "start",
        ContractField::End => "end",
        ContractField::Pin => "pin",
        ContractField::Contacts => "contacts",
        ContractField::FreeText => "freeText",
    }
}
