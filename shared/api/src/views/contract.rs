//! Contracts as clients see them.

use domain::{Contact, Contract, ContractState, Instant, MessageKind};
use serde::Serialize;
use store::HeldContract;
use utoipa::ToSchema;

use crate::csv::{ContactColumn, ContractColumn, CsvRow, OwnColumn, cell_of_list, cell_of_truth};
use crate::{RangeView, StillUsableView};

/// A contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contract)]
#[serde(rename_all = "camelCase")]
pub struct ContractView {
    contract_id: String,
    /// Its keys, in order of their ids.
    key_ids: Vec<String>,
    person: String,
    #[schema(format = DateTime)]
    start: String,
    /// Absent when the contract is permanent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    end: Option<String>,
    /// True when the contract has no end, otherwise absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    permanent: bool,
    /// The keypad code, in the 201 response that created the contract and in the preview of a new one. Otherwise
    /// `******`; `GET …/pin` returns it.
    #[schema(example = "******")]
    pin: String,
    /// When the keys may be fetched, if not at any time. They can always be returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, example = "Mo-Fr 08:00-17:00")]
    schedule: Option<String>,
    contacts: Vec<ContactView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    free_text: Option<String>,
    #[schema(value_type = String)]
    state: ContractState,
    /// Those of its keys that are out with it, if any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    out: Vec<String>,
    /// True if a key is out with this contract after its end, otherwise absent.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    overdue: bool,
    /// What each automat of its keys knows of it, in the response to `GET`. An automat that was never connected is left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    automats: Vec<HeldContractView>,
    /// The automats without a connection where what this request took away may still be used; absent if there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    still_usable: Vec<StillUsableView>,
    version: u64,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

const MASKED: &str = "******";

impl ContractView {
    /// The contract with its PIN masked.
    #[must_use]
    pub fn masked(contract: Contract, now: Instant) -> Self {
        Self::new(contract, now, MASKED.to_owned())
    }

    /// The contract in the response that created it: with its PIN, and in the state at that time, so that a replayed
    /// response is the same.
    #[must_use]
    pub fn created(contract: Contract) -> Self {
        let (then, pin) = (contract.created_at, contract.pin.reveal().to_owned());
        Self::new(contract, then, pin)
    }

    /// The contract in a preview: with its PIN if that is new, so that the client can create exactly this contract.
    #[must_use]
    pub fn previewed(contract: Contract, new_pin: bool, now: Instant) -> Self {
        let pin = if new_pin { contract.pin.reveal() } else { MASKED }.to_owned();
        Self::new(contract, now, pin)
    }

    /// With what the automats of its keys know of it.
    #[must_use]
    pub fn at_automats(self, held: Vec<HeldContract>) -> Self {
        Self { automats: held.into_iter().map(HeldContractView::from).collect(), ..self }
    }

    /// With where what was taken away is still usable.
    #[must_use]
    pub fn still_usable(self, still_usable: Vec<StillUsableView>) -> Self {
        Self { still_usable, ..self }
    }

    fn new(contract: Contract, now: Instant, pin: String) -> Self {
        let (state, overdue) = (contract.state(now), contract.is_overdue(now));
        let RangeView { start, end } = contract.range.into();
        Self {
            contract_id: contract.id.as_str().to_owned(),
            key_ids: contract.keys.iter().map(|key| key.as_str().to_owned()).collect(),
            person: contract.person.as_str().to_owned(),
            start,
            permanent: end.is_none(),
            end,
            pin,
            schedule: contract.schedule.map(|schedule| schedule.to_string()),
            contacts: contract.contacts.into_iter().map(ContactView::from).collect(),
            free_text: contract.free_text.map(|text| text.as_str().to_owned()),
            state,
            out: contract.out.iter().map(|key| key.as_str().to_owned()).collect(),
            overdue,
            automats: Vec::new(),
            still_usable: Vec::new(),
            version: contract.version,
            created_at: contract.created_at.to_string(),
            updated_at: contract.updated_at.to_string(),
        }
    }
}

/// What an import reads. The PIN is left out, and an import keeps it.
impl CsvRow for ContractView {
    type Column = ContractColumn;

    fn columns(rows: &[Self]) -> Vec<ContractColumn> {
        ContractColumn::exported(rows.iter().map(|row| row.contacts.len()).max().unwrap_or_default())
    }

    fn cell(&self, column: &ContractColumn) -> String {
        let own = match column {
            ContractColumn::Own(own) => own,
            ContractColumn::Contact(index, column) => {
                return self.contacts.get(*index).map(|contact| contact.cell(*column)).unwrap_or_default();
            }
        };
        match own {
            OwnColumn::ContractId => self.contract_id.clone(),
            OwnColumn::KeyIds => cell_of_list(&self.key_ids),
            OwnColumn::Person => self.person.clone(),
            OwnColumn::Start => self.start.clone(),
            OwnColumn::End => self.end.clone().unwrap_or_default(),
            OwnColumn::Permanent => cell_of_truth(self.permanent),
            OwnColumn::Pin => String::new(),
            OwnColumn::Schedule => self.schedule.clone().unwrap_or_default(),
            OwnColumn::FreeText => self.free_text.clone().unwrap_or_default(),
        }
    }
}

/// What an automat knows of a contract, for when it has no connection.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HeldContract)]
#[serde(rename_all = "camelCase")]
struct HeldContractView {
    automat_id: String,
    /// `held`: it has confirmed the contract as it is. `pending`: it has not, and the PIN works there only while it is connected.
    /// `revoking`: it has no connection, and may open lockers by what the contract was before, until `until`.
    #[schema(value_type = String)]
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    until: Option<String>,
    /// When it last said what it knows.
    #[schema(format = DateTime)]
    as_of: String,
}

impl From<HeldContract> for HeldContractView {
    fn from(HeldContract { automat, state, as_of, .. }: HeldContract) -> Self {
        let until = state.revoking_until().map(|until| until.to_string());
        Self { automat_id: automat.as_str().to_owned(), state: state.into(), until, as_of: as_of.to_string() }
    }
}

/// A person who gets messages about the contract.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Contact)]
#[serde(rename_all = "camelCase")]
pub struct ContactView {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    phone_number: Option<String>,
    send_email: bool,
    send_sms: bool,
    language: &'static str,
    /// The messages they get besides those about the contract being created, updated, ended or cancelled.
    additional_messages: Vec<&'static str>,
}

impl ContactView {
    fn cell(&self, column: ContactColumn) -> String {
        match column {
            ContactColumn::Name => self.name.clone(),
            ContactColumn::Email => self.email.clone().unwrap_or_default(),
            ContactColumn::PhoneNumber => self.phone_number.clone().unwrap_or_default(),
            ContactColumn::SendEmail => cell_of_truth(self.send_email),
            ContactColumn::SendSms => cell_of_truth(self.send_sms),
            ContactColumn::Language => self.language.to_owned(),
            ContactColumn::AdditionalMessages => cell_of_list(&self.additional_messages),
        }
    }
}

impl From<Contact> for ContactView {
    fn from(contact: Contact) -> Self {
        Self {
            name: contact.name.as_str().to_owned(),
            email: contact.email.map(|email| email.reveal().to_owned()),
            phone_number: contact.phone_number.map(|number| number.reveal().to_owned()),
            send_email: contact.send_email,
            send_sms: contact.send_sms,
            language: contact.language.code(),
            additional_messages: contact.additional_messages.into_iter().map(MessageKind::name).collect(),
        }
    }
}
