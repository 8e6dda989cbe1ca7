//! A contract: a person has one key or several for a time range, with one PIN.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::{
    Conflict, Contact, ContractId, ContractKeys, FreeText, Instant, KeyId, Name, Pin, PinDigits, Schedule, TimeRange,
};

/// When a contract ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    At(Instant),
    /// Never.
    Permanent,
}

impl Ending {
    fn instant(self) -> Option<Instant> {
        match self {
            Self::At(end) => Some(end),
            Self::Permanent => None,
        }
    }
}

/// The state of a contract, by time alone. Whether one of its keys is overdue is a separate question:
/// [`Contract::is_overdue`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ContractState {
    Upcoming,
    Active,
    Ended,
}

impl ContractState {
    #[must_use]
    pub fn of(range: TimeRange, now: Instant) -> Self {
        if range.has_ended(now) {
            Self::Ended
        } else if range.contains(now) {
            Self::Active
        } else {
            Self::Upcoming
        }
    }
}

/// A contract to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractDraft {
    /// The client's own reference, if it has one.
    pub id: Option<ContractId>,
    pub keys: ContractKeys,
    /// Who gets the keys.
    pub person: Name,
    /// Now, if it is left out.
    pub start: Option<Instant>,
    pub ending: Ending,
    /// Generated, if it is left out.
    pub pin: Option<Pin>,
    /// When the keys may be fetched, if not at any time.
    pub schedule: Option<Schedule>,
    pub contacts: Vec<Contact>,
    /// A note that is included in messages.
    pub free_text: Option<FreeText>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Unique in the stack.
    pub id: ContractId,
    pub keys: ContractKeys,
    /// Those of its keys that are out with it.
    pub out: BTreeSet<KeyId>,
    /// Who gets the keys.
    pub person: Name,
    pub range: TimeRange,
    pub pin: Pin,
    /// When the keys may be fetched, if not at any time. They can always be returned.
    pub schedule: Option<Schedule>,
    pub contacts: Vec<Contact>,
    /// A note that is included in messages.
    pub free_text: Option<FreeText>,
    /// Incremented by every edit; the `ETag` of the contract.
    pub version: u64,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// An edit. `None` leaves a field unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContractChange {
    /// Replaces all keys.
    pub keys: Option<ContractKeys>,
    pub person: Option<Name>,
    pub start: Option<Instant>,
    pub ending: Option<Ending>,
    pub pin: Option<Pin>,
    /// `Some(None)` clears it.
    pub schedule: Option<Option<Schedule>>,
    /// Replaces all contacts.
    pub contacts: Option<Vec<Contact>>,
    /// `Some(None)` clears it.
    pub free_text: Option<Option<FreeText>>,
}

impl ContractChange {
    /// The edit that makes a contract what a draft says. A PIN that the draft leaves out stays as it is. Unchanged times
    /// are left out, since an edit of the times must leave an end in the future.
    #[must_use]
    pub fn to(draft: ContractDraft, contract: &Contract) -> Self {
        let ending = contract.range.end().map_or(Ending::Permanent, Ending::At);
        Self {
            keys: Some(draft.keys).filter(|keys| *keys != contract.keys),
            person: Some(draft.person),
            start: draft.start.filter(|start| *start != contract.range.start()),
            ending: Some(draft.ending).filter(|given| *given != ending),
            pin: draft.pin,
            schedule: Some(draft.schedule),
            contacts: Some(draft.contacts),
            free_text: Some(draft.free_text),
        }
    }
}

/// A field that an edit may change. Events name the fields that were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "camelCase")]
#[strum(serialize_all = "camelCase")]
pub enum ContractField {
    KeyIds,
    Person,
    Start,
    End,
    Pin,
    Schedule,
    Contacts,
    FreeText,
}

/// Why a contract cannot be created, edited, ended or removed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContractRefusal {
    #[error("the contract would not end after its start")]
    EndNotAfterStart,
    /// The end is not in the future.
    #[error("the contract would have ended already")]
    EndNotAhead,
    /// A key is not shared, and another contract has it at that time.
    #[error("a key is not shared, and another contract has it then")]
    Overlap {
        /// The first conflicting contracts.
        conflicts: Vec<Conflict>,
        /// The earliest time of the same length in which all of the keys are free. `None` if there is none.
        next_free: Option<TimeRange>,
    },
    /// The key has [`MAX_LIVE_CONTRACTS`](crate::MAX_LIVE_CONTRACTS) live contracts.
    #[error("the key has {} live contracts already, which is the most it can have", crate::MAX_LIVE_CONTRACTS)]
    TooManyLive { key: KeyId },
    /// The keys before and after an edit are more than [`ContractKeys::MAX`] together.
    #[error("an edit concerns at most {} keys, those that it takes off included", ContractKeys::MAX)]
    TooManyKeys,
    /// Another contract of the automat has this PIN.
    #[error("another contract of the automat has this PIN")]
    PinInUse,
    /// The automat requires longer PINs.
    #[error("the automat asks for PINs of at least {} digits", min.get())]
    PinTooShort { min: PinDigits },
    #[error("the key is being removed")]
    KeyBeingRemoved { key: KeyId },
    /// An upcoming contract cannot be ended, only removed.
    #[error("the contract has not started yet")]
    NotStarted,
    /// The key is out with the contract, and the request does not have `force`.
    #[error("the key is out with this contract")]
    KeyOut { key: KeyId },
    /// The key is out with the contract, so its start cannot move into the future.
    #[error("the contract would start in the future while the key is out with it")]
    StartsWhileKeyOut { key: KeyId },
}

impl Contract {
    /// The contract that a draft asks for. Its start may be in the past; its end must not be.
    pub fn new(draft: &ContractDraft, id: ContractId, pin: Pin, now: Instant) -> Result<Self, ContractRefusal> {
        let start = draft.start.unwrap_or_else(|| now.whole_second());
        Ok(Self {
            id,
            keys: draft.keys.clone(),
            out: BTreeSet::new(),
            person: draft.person.clone(),
            range: range_ahead(start, draft.ending, now)?,
            pin,
            schedule: draft.schedule.clone(),
            contacts: draft.contacts.clone(),
            free_text: draft.free_text.clone(),
            version: 1,
            created_at: now,
            updated_at: now,
        })
    }

    /// Whether the contract is what the draft asks for. Then repeating the request is not a conflict. What the draft
    /// leaves open (a start of now, a generated PIN) matches any value.
    #[must_use]
    pub fn matches_draft(&self, draft: &ContractDraft) -> bool {
        draft.id.as_ref().is_none_or(|id| *id == self.id)
            && draft.keys == self.keys
            && draft.person == self.person
            && draft.start.is_none_or(|start| start == self.range.start())
            && draft.ending.instant() == self.range.end()
            && draft.pin.as_ref().is_none_or(|pin| *pin == self.pin)
            && draft.schedule == self.schedule
            && draft.contacts == self.contacts
            && draft.free_text == self.free_text
    }

    /// The contract after an edit. An edit of the times must leave an end in the future. Other fields can be edited
    /// after the contract has ended.
    pub fn edited(&self, change: ContractChange, now: Instant) -> Result<Self, ContractRefusal> {
        let range = if change.start.is_some() || change.ending.is_some() {
            let start = change.start.unwrap_or(self.range.start());
            let ending = change.ending.unwrap_or(self.range.end().map_or(Ending::Permanent, Ending::At));
            range_ahead(start, ending, now)?
        } else {
            self.range
        };
        Ok(Self {
            id: self.id.clone(),
            keys: change.keys.unwrap_or_else(|| self.keys.clone()),
            out: self.out.clone(),
            person: change.person.unwrap_or_else(|| self.person.clone()),
            range,
            pin: change.pin.unwrap_or_else(|| self.pin.clone()),
            schedule: change.schedule.unwrap_or_else(|| self.schedule.clone()),
            contacts: change.contacts.unwrap_or_else(|| self.contacts.clone()),
            free_text: change.free_text.unwrap_or_else(|| self.free_text.clone()),
            version: self.version + 1,
            created_at: self.created_at,
            updated_at: now,
        })
    }

    /// The contract, ended now. One that has ended already is returned unchanged.
    pub fn ended_early(&self, now: Instant) -> Result<Self, ContractRefusal> {
        if self.state(now) == ContractState::Ended {
            return Ok(self.clone());
        }
        // A range is never empty, so a contract that starts in this very millisecond counts as not started.
        let range = TimeRange::new(self.range.start(), Some(now)).ok_or(ContractRefusal::NotStarted)?;
        Ok(Self { range, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// Whether the write that turned `before` into `self` ended the contract. An edit cannot do that, since it leaves
    /// an end in the future.
    #[must_use]
    pub fn was_ended_early(&self, before: &Self) -> bool {
        !before.range.has_ended(self.updated_at) && self.range.has_ended(self.updated_at)
    }

    /// Whether somebody could do something under the contract before that they no longer can: with another PIN, at another time, or with
    /// a key that was taken off.
    #[must_use]
    pub fn takes_away_from(&self, before: &Self) -> bool {
        let ends_earlier = self.range.end().is_some_and(|end| before.range.end().is_none_or(|before| end < before));
        self.pin != before.pin
            || self.range.start() > before.range.start()
            || ends_earlier
            || self.schedule.is_some() && self.schedule != before.schedule
            || before.keys.iter().any(|key| !self.keys.has(key))
    }

    /// The fields that differ between the two.
    #[must_use]
    pub fn differences(&self, other: &Self) -> Vec<ContractField> {
        let differs = [
            (ContractField::KeyIds, self.keys != other.keys),
            (ContractField::Person, self.person != other.person),
            (ContractField::Start, self.range.start() != other.range.start()),
            (ContractField::End, self.range.end() != other.range.end()),
            (ContractField::Pin, self.pin != other.pin),
            (ContractField::Schedule, self.schedule != other.schedule),
            (ContractField::Contacts, self.contacts != other.contacts),
            (ContractField::FreeText, self.free_text != other.free_text),
        ];
        differs.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
    }

    #[must_use]
    pub fn state(&self, now: Instant) -> ContractState {
        ContractState::of(self.range, now)
    }

    /// Whether a later end would give its person more time: it is active or overdue, and has an end.
    #[must_use]
    pub fn can_be_extended(&self, now: Instant) -> bool {
        let is_current = self.state(now) == ContractState::Active || self.is_overdue(now);
        is_current && self.range.end().is_some()
    }

    /// Whether one of its keys is overdue: it is out with the contract after its end.
    #[must_use]
    pub fn is_overdue(&self, now: Instant) -> bool {
        !self.out.is_empty() && self.state(now) == ContractState::Ended
    }
}

fn range_ahead(start: Instant, ending: Ending, now: Instant) -> Result<TimeRange, ContractRefusal> {
    let range = TimeRange::new(start, ending.instant()).ok_or(ContractRefusal::EndNotAfterStart)?;
    if range.has_ended(now) { Err(ContractRefusal::EndNotAhead) } else { Ok(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Instant {
        Instant::from_millis(second * 1000).unwrap()
    }

    fn draft(start: Option<i64>, ending: Ending) -> ContractDraft {
        let person = Name::parse("Aino").unwrap();
        ContractDraft {
            id: None,
            keys: KeyId::parse("k").unwrap().into(),
            person,
            start: start.map(at),
            ending,
            pin: None,
            schedule: None,
            contacts: Vec::new(),
            free_text: None,
        }
    }

    fn create(draft: &ContractDraft, now: Instant) -> Result<Contract, ContractRefusal> {
        Contract::new(draft, ContractId::generated(1), Pin::parse("482915").unwrap(), now)
    }

    #[test]
    fn a_start_in_the_past_is_accepted_and_an_end_in_the_past_is_not() {
        assert!(create(&draft(Some(1), Ending::At(at(20))), at(10)).is_ok());
        assert_eq!(create(&draft(Some(1), Ending::At(at(10))), at(10)), Err(ContractRefusal::EndNotAhead));
        assert_eq!(create(&draft(Some(20), Ending::At(at(20))), at(10)), Err(ContractRefusal::EndNotAfterStart));
    }

    #[test]
    fn a_contract_starts_now_by_default_and_a_permanent_one_never_ends() {
        let contract = create(&draft(None, Ending::Permanent), Instant::from_millis(10_700).unwrap()).unwrap();
        assert_eq!(contract.range, TimeRange::new(at(10), None).unwrap());
        assert_eq!(contract.state(at(1_000_000_000)), ContractState::Active);
    }

    #[test]
    fn a_contract_is_upcoming_then_active_then_ended() {
        let contract = create(&draft(Some(20), Ending::At(at(30))), at(10)).unwrap();
        let states = [at(19), at(20), at(29), at(30)].map(|now| contract.state(now));
        assert_eq!(
            states,
            [ContractState::Upcoming, ContractState::Active, ContractState::Active, ContractState::Ended]
        );
    }

    #[test]
    fn an_ended_contract_can_be_annotated_and_extended_but_not_moved_within_the_past() {
        let ended = create(&draft(Some(1), Ending::At(at(20))), at(10)).unwrap();
        let note = ContractChange { person: Some(Name::parse("Eino").unwrap()), ..ContractChange::default() };
        assert!(ended.edited(note, at(50)).is_ok());
        let extended = ContractChange { ending: Some(Ending::At(at(90))), ..ContractChange::default() };
        assert!(ended.edited(extended, at(50)).is_ok());
        let moved = ContractChange { start: Some(at(2)), ..ContractChange::default() };
        assert_eq!(ended.edited(moved, at(50)), Err(ContractRefusal::EndNotAhead));
    }

    #[test]
    fn a_running_contract_can_be_ended_and_an_upcoming_one_cannot() {
        let contract = create(&draft(Some(20), Ending::Permanent), at(10)).unwrap();
        assert_eq!(contract.ended_early(at(19)), Err(ContractRefusal::NotStarted));
        assert_eq!(contract.ended_early(at(20)), Err(ContractRefusal::NotStarted), "a range is never empty");
        let ended = contract.ended_early(at(25)).unwrap();
        assert_eq!((ended.range.end(), ended.state(at(25)), ended.version), (Some(at(25)), ContractState::Ended, 2));
        assert_eq!(contract.differences(&ended), [ContractField::End]);
        assert_eq!(ended.ended_early(at(90)).unwrap(), ended, "ending it again changes nothing");
    }

    #[test]
    fn only_ending_a_contract_counts_as_ending_it() {
        let contract = create(&draft(Some(1), Ending::At(at(90))), at(10)).unwrap();
        let ended = contract.ended_early(at(25)).unwrap();
        assert!(ended.was_ended_early(&contract));
        let note = ContractChange { person: Some(Name::parse("Eino").unwrap()), ..ContractChange::default() };
        assert!(!ended.edited(note.clone(), at(26)).unwrap().was_ended_early(&ended));
        assert!(!contract.edited(note, at(26)).unwrap().was_ended_early(&contract));
        let extended = ContractChange { ending: Some(Ending::At(at(120))), ..ContractChange::default() };
        assert!(!ended.edited(extended, at(30)).unwrap().was_ended_early(&ended));
    }

    #[test]
    fn a_draft_matches_only_the_contract_it_asked_for() {
        let requested = draft(None, Ending::At(at(30)));
        let contract = create(&requested, at(10)).unwrap();
        assert!(contract.matches_draft(&requested));
        assert!(!contract.matches_draft(&draft(None, Ending::At(at(31)))));
        assert!(!contract.matches_draft(&draft(Some(11), Ending::At(at(30)))));
        assert!(!contract.matches_draft(&ContractDraft { pin: Some(Pin::parse("0000").unwrap()), ..requested }));
    }

    #[test]
    fn an_edit_lists_the_changed_fields() {
        let contract = create(&draft(Some(20), Ending::At(at(30))), at(10)).unwrap();
        let change = ContractChange {
            ending: Some(Ending::Permanent),
            person: Some(contract.person.clone()),
            ..ContractChange::default()
        };
        let edited = contract.edited(change, at(11)).unwrap();
        assert_eq!(contract.differences(&edited), [ContractField::End]);
        assert_eq!((edited.version, edited.updated_at), (2, at(11)));
    }
}
