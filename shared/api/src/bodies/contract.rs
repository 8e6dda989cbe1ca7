//! Request bodies for contracts.

use domain::{
    ContractChange, ContractDraft, ContractId, ContractKeys, Ending, FreeText, Instant, KeyId, Name, Pin, Schedule,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;

use super::contact::{ContactBody, check_contacts};
use crate::problem::FieldCode;
use crate::{Check, Object, Patch, Problem};

/// A contract to create. Exactly one of `end` and `permanent: true` is required.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewContract {
    /// The client's own reference, such as a booking number: 1 to 64 letters of any script, digits, `_`, `.` or `-`,
    /// beginning with a letter or digit, at most 128 bytes in UTF-8. Unique in the stack; generated when left out.
    pub contract_id: Option<String>,
    /// The keys: 1 to 16, in one automat or several. One that is listed twice counts once.
    #[schema(value_type = Vec<String>, required, min_items = 1, max_items = 16)]
    pub key_ids: Option<Vec<String>>,
    /// Who gets the keys: 1 to 100 characters.
    #[schema(value_type = String, required)]
    pub person: Option<String>,
    /// The start, which may be in the past; default now.
    #[schema(format = DateTime)]
    pub start: Option<String>,
    /// The end, exclusive: after the start, and in the future.
    #[schema(format = DateTime)]
    pub end: Option<String>,
    /// True for a permanent contract, which has no end.
    pub permanent: Option<bool>,
    /// The keypad code: 4 to 9 digits, unique among the contracts of each automat. Generated with the automat's
    /// `pinDigits` when left out.
    #[schema(pattern = "^[0-9]{4,9}$")]
    pub pin: Option<String>,
    /// When the keys may be fetched, each in the local time of its automat: days and hours, such as `Mo-Fr 08:00-17:00; Sa
    /// 10:00-14:00`, at most 4 windows on a day. One whose end is not after its start ends on the next day. At any time
    /// when left out. The keys can always be returned.
    #[schema(example = "Mo-Fr 08:00-17:00")]
    pub schedule: Option<String>,
    /// The contacts, at most 10.
    #[schema(value_type = Option<Vec<ContactBody>>, max_items = 10)]
    pub contacts: Option<Vec<Object<ContactBody>>>,
    /// A note: 1 to 500 characters.
    pub free_text: Option<String>,
}

/// An edit of a contract. Fields that are left out stay unchanged.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContractEdit {
    #[schema(ignore)]
    #[serde(default)]
    contract_id: Patch<IgnoredAny>,
    /// The keys, replaced as a whole: 1 to 16, and together with those that they replace at most 16. An added key takes
    /// the same PIN. One that is out with the contract is taken off only with `force`.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 16, required = false)]
    #[serde(default)]
    key_ids: Patch<Vec<String>>,
    /// Who gets the keys: 1 to 100 characters.
    #[schema(value_type = String, required = false)]
    #[serde(default)]
    person: Patch<String>,
    /// When it starts.
    #[schema(value_type = String, format = DateTime, required = false)]
    #[serde(default)]
    start: Patch<String>,
    /// The end. Turns a permanent contract into a limited one.
    #[schema(value_type = String, format = DateTime, required = false)]
    #[serde(default)]
    end: Patch<String>,
    /// True makes the contract permanent.
    #[schema(value_type = bool, required = false)]
    #[serde(default)]
    permanent: Patch<bool>,
    /// The keypad code: 4 to 9 digits, unique among the contracts of each automat.
    #[schema(value_type = String, pattern = "^[0-9]{4,9}$", required = false)]
    #[serde(default)]
    pin: Patch<String>,
    /// When the keys may be fetched; null for any time.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    schedule: Patch<String>,
    /// The contacts, replaced as a whole; null for none.
    #[schema(value_type = Option<Vec<ContactBody>>, max_items = 10)]
    #[serde(default)]
    contacts: Patch<Vec<Object<ContactBody>>>,
    /// A note; null clears it.
    #[schema(value_type = Option<String>)]
    #[serde(default)]
    free_text: Patch<String>,
}

impl NewContract {
    pub fn draft(self) -> Result<ContractDraft, Problem> {
        self.checked(Check::new())
    }

    /// The contract at a path. Its start must be given: "now" would be another time with each repetition.
    pub fn draft_at(self, id: &ContractId) -> Result<ContractDraft, Problem> {
        let mut check = Check::new();
        if self.start.is_none() {
            check.refuse("start", FieldCode::Required, "is required");
        }
        if self.contract_id.as_deref().is_some_and(|given| ContractId::parse(given).as_ref() != Ok(id)) {
            check.refuse("contractId", FieldCode::ConflictingFields, "must be that of the path, or left out");
        }
        self.checked(check)
    }

    /// One of several contracts in a body: with its id, and with its start for the same reason.
    pub fn draft_of_row(self) -> Result<(ContractId, ContractDraft), Problem> {
        let mut check = Check::new();
        for (name, is_missing) in [("contractId", self.contract_id.is_none()), ("start", self.start.is_none())] {
            if is_missing {
                check.refuse(name, FieldCode::Required, "is required");
            }
        }
        let draft = self.checked(check)?;
        let id = draft.id.clone().ok_or_else(|| Problem::invalid_request(Vec::new()))?;
        Ok((id, draft))
    }

    fn checked(self, mut check: Check) -> Result<ContractDraft, Problem> {
        let id = check.optional("contractId", self.contract_id.as_deref(), ContractId::parse);
        let keys = check.required("keyIds", self.key_ids, Ok).and_then(|ids| check_keys(&mut check, &ids));
        let person = check.required("person", self.person.as_deref(), Name::parse);
        let start = check.optional("start", self.start.as_deref(), Instant::parse);
        let ending = new_ending(&mut check, self.end.as_deref(), self.permanent.unwrap_or_default());
        let pin = check.optional("pin", self.pin.as_deref(), Pin::parse);
        let schedule = check.optional("schedule", self.schedule.as_deref(), Schedule::parse);
        let contacts = check_contacts(&mut check, self.contacts.unwrap_or_default());
        let free_text = check.optional("freeText", self.free_text.as_deref(), FreeText::parse);
        check.finish(|| {
            Some(ContractDraft {
                id,
                keys: keys?,
                person: person?,
                start,
                ending: ending?,
                pin,
                schedule,
                contacts,
                free_text,
            })
        })
    }
}

impl ContractEdit {
    pub fn change(self) -> Result<ContractChange, Problem> {
        let mut check = Check::new();
        check.immutable("contractId", &self.contract_id);
        let keys = check.change("keyIds", self.key_ids, Ok).and_then(|ids| check_keys(&mut check, &ids));
        let person = check.change("person", self.person, |text| Name::parse(&text));
        let start = check.change("start", self.start, |text| Instant::parse(&text));
        let ending = other_ending(&mut check, self.end, self.permanent);
        let pin = check.change("pin", self.pin, |text| Pin::parse(&text));
        let schedule = check.clearable("schedule", self.schedule, |text| Schedule::parse(&text));
        let contacts = match self.contacts.cleared_to(Vec::new()) {
            Patch::Set(contacts) => Some(check_contacts(&mut check, contacts)),
            Patch::Absent | Patch::Clear => None,
        };
        let free_text = check.clearable("freeText", self.free_text, |text| FreeText::parse(&text));
        check.finish(|| Some(ContractChange { keys, person, start, ending, pin, schedule, contacts, free_text }))
    }
}

/// Validates the keys of a body.
fn check_keys(check: &mut Check, ids: &[String]) -> Option<ContractKeys> {
    let numbered = ids.iter().enumerate();
    let keys: Vec<_> = numbered
        .map(|(index, id)| check.optional(&format!("keyIds[{index}]"), Some(id.as_str()), KeyId::parse))
        .collect();
    check.optional("keyIds", keys.into_iter().collect::<Option<Vec<_>>>(), ContractKeys::new)
}

fn new_ending(check: &mut Check, end: Option<&str>, permanent: bool) -> Option<Ending> {
    match (end, permanent) {
        (Some(_), true) => both(check),
        (None, true) => Some(Ending::Permanent),
        (Some(end), false) => check.optional("end", Some(end), Instant::parse).map(Ending::At),
        (None, false) => missing(check),
    }
}

/// The end in an edit, if it changes. `permanent: false` only says that there is an `end`.
fn other_ending(check: &mut Check, end: Patch<String>, permanent: Patch<bool>) -> Option<Ending> {
    match (end, permanent) {
        (Patch::Set(_), Patch::Set(true)) => both(check),
        (Patch::Absent | Patch::Clear, Patch::Set(true)) => Some(Ending::Permanent),
        (Patch::Set(end), _) => check.optional("end", Some(&end), |text| Instant::parse(text)).map(Ending::At),
        (Patch::Clear, _) | (Patch::Absent, Patch::Set(false)) => missing(check),
        (Patch::Absent, Patch::Absent | Patch::Clear) => None,
    }
}

fn both(check: &mut Check) -> Option<Ending> {
    check.refuse("permanent", FieldCode::ConflictingFields, "cannot be true together with end");
    None
}

fn missing(check: &mut Check) -> Option<Ending> {
    check.refuse("end", FieldCode::Required, "is required unless permanent is true");
    None
}
