//! Previews: the same rules and messages as for the real request, but nothing is written.

use std::iter;

use domain::{
    AutomatId, Calendar, Conflict, Contract, ContractChange, ContractDraft, ContractId, ContractRefusal, Instant,
    Message, Notice, Pin, Reminder, TimeRange,
};

use super::create::{Automats, keys_out_with};
use super::edit::{Edit, writes_pin};
use crate::items::{NotedKey, PinItem, StoredKey};
use crate::{Error, Expected, ResourceKind, StillUsable, Store};

/// How many generated PINs may be taken before the answer is "busy". In an automat with 10,000 PINs in use, so many
/// in a row occur once in 10^16 requests.
const PIN_TRIES: u32 = 8;

#[derive(Debug)]
pub struct Preview {
    /// The contract as the request would create or leave it.
    pub contract: Contract,
    /// Whether the PIN was sent by the caller or generated for this preview. A stored PIN is shown only by
    /// [`Store::reveal_pin`], which records an event.
    pub new_pin: bool,
    /// The first contracts that overlap.
    pub conflicts: Vec<Conflict>,
    /// The earliest time range of that length in which all keys are free; only if there are conflicts.
    pub next_free: Option<TimeRange>,
    /// The messages that contacts would get, with the time of each unless it is sent at once.
    pub messages: Vec<(Message, Option<Instant>)>,
    /// The automats without a connection where what the request takes away could still be used.
    pub still_usable: Vec<StillUsable>,
}

/// Overlapping contracts, and the next free time range.
type Obstacles = (Vec<Conflict>, Option<TimeRange>);

impl Store {
    /// Previews a new contract. An id or PIN that the draft leaves out is generated, and the PIN is free at this
    /// moment.
    pub async fn preview_contract(&self, draft: ContractDraft, now: Instant) -> Result<Preview, Error> {
        let keys = self.stored_keys(&draft.keys).await?;
        let id = draft.id.clone().map_or_else(|| self.random.contract_id(), Ok)?;
        let mut automats = Automats::new();
        self.read_automats(&keys, &mut automats).await?;
        let mut contract = Contract::new(&draft, id, self.pin_for(&draft, &automats)?, now)?;
        contract.out = keys_out_with(&contract, &keys);
        let (conflicts, next_free) =
            obstacles(contract.book(&keys.iter().map(|stored| &stored.key).collect::<Vec<_>>(), now))?;
        if let Some(existing) = self.find_contract(&contract.id).await? {
            let is_same = existing.contract.matches_draft(&draft);
            let preview = is_same.then(|| Preview::unchanged(existing.contract));
            return preview.ok_or(Error::Exists(ResourceKind::Contract));
        }
        contract.pin = self.free_pin(&automats, &contract.pin, draft.pin.is_none(), now).await?;
        let notices = Notice::of_creation(&contract);
        let messages = self.messages_to_send(&keys, &contract, notices, now).await?;
        Ok(Preview { contract, new_pin: true, conflicts, next_free, messages, still_usable: Vec::new() })
    }

    pub async fn preview_edit(
        &self,
        id: &ContractId,
        change: ContractChange,
        force: bool,
        expected: Expected,
        now: Instant,
    ) -> Result<Preview, Error> {
        let (stored, keys) = self.writable_contract(id).await?;
        expected.check(stored.contract.version)?;
        let new_pin = change.pin.is_some();
        let mut edited = stored.contract.edited(change, now)?;
        let edited_keys = self.keys_after(&keys, &edited).await?;
        edited.out = keys_out_with(&edited, &edited_keys);
        let edit = Edit { stored, keys, edited, edited_keys, force };
        edit.check_taken_off(now)?;
        let (conflicts, next_free) = obstacles(edit.book(&edit.newly_booked(), now))?;
        self.check_pin(&edit).await?;
        self.check_pin_is_free(&edit, now).await?;
        let is_less = edit.edited.takes_away_from(&edit.stored.contract);
        let still_usable = if is_less { self.still_usable_now(&edit.stored, now).await? } else { Vec::new() };
        let Edit { stored, edited, edited_keys, .. } = edit;
        let contract = stored.contract;
        let notices = Notice::of_edit(&contract, &edited, now);
        let edited = if contract.differences(&edited).is_empty() { contract } else { edited };
        let messages = self.messages_to_send(&edited_keys, &edited, notices, now).await?;
        Ok(Preview { new_pin, conflicts, next_free, messages, still_usable, ..Preview::unchanged(edited) })
    }

    /// Previews ending a contract now. A contract that has already ended is left unchanged.
    pub async fn preview_end(&self, id: &ContractId, now: Instant) -> Result<Preview, Error> {
        let (stored, keys) = self.stored_contract(id).await?;
        let ended = stored.contract.ended_early(now)?;
        let notices = Notice::of_edit(&stored.contract, &ended, now);
        let messages = self.messages_to_send(&keys, &ended, notices, now).await?;
        let still_usable = self.still_usable_now(&stored, now).await?;
        Ok(Preview { messages, still_usable, ..Preview::unchanged(ended) })
    }

    /// Previews a removal, including one that would need `force`.
    pub async fn preview_removal(&self, id: &ContractId, now: Instant) -> Result<Preview, Error> {
        let (stored, keys) = self.stored_contract(id).await?;
        let notices = Notice::of_removal(&stored.contract, now).into_iter().map(|notice| (notice, None)).collect();
        let messages = self.worded(&keys, &stored.contract, notices).await?;
        let still_usable = self.still_usable_now(&stored, now).await?;
        Ok(Preview { messages, still_usable, ..Preview::unchanged(stored.contract) })
    }

    /// A PIN for a new contract, if it is free in all automats. A generated PIN that is taken is replaced; a requested
    /// one is refused.
    async fn free_pin(&self, automats: &Automats, pin: &Pin, generated: bool, now: Instant) -> Result<Pin, Error> {
        let mut pin = pin.clone();
        for _ in 0..PIN_TRIES {
            if self.is_free_in(automats.keys(), None, &pin, now).await? {
                return Ok(pin);
            }
            if !generated {
                return Err(ContractRefusal::PinInUse.into());
            }
            pin = self.random.pin(pin.digits())?;
        }
        Err(Error::Busy)
    }

    async fn check_pin_is_free(&self, edit: &Edit, now: Instant) -> Result<(), Error> {
        let changes = edit.stored.contract.differences(&edit.edited);
        let (former, incarnation) = (&edit.stored.pins, Some(edit.stored.incarnation.as_str()));
        let automats = edit.edited_keys.iter().map(|stored| &stored.key.automat);
        let written = automats.filter(|automat| writes_pin(&changes) || !former.contains_key(*automat));
        if self.is_free_in(written, incarnation, &edit.edited.pin, now).await? {
            Ok(())
        } else {
            Err(ContractRefusal::PinInUse.into())
        }
    }

    /// Whether a PIN is free, or already this contract's, in these automats.
    async fn is_free_in(
        &self,
        automats: impl Iterator<Item = &AutomatId>,
        incarnation: Option<&str>,
        pin: &Pin,
        now: Instant,
    ) -> Result<bool, Error> {
        let mut item_keys = Vec::new();
        for automat in automats {
            let names = self.codes.pin_names(automat, pin);
            item_keys.extend(iter::once(&names.current).chain(&names.other).map(|name| PinItem::key(automat, name)));
        }
        item_keys.sort_by(|a, b| (&a.pk, &a.sk).cmp(&(&b.pk, &b.sk)));
        item_keys.dedup();
        for item in self.get_all(&item_keys).await? {
            if !PinItem::is_free_or_own(item, incarnation, now)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The messages sent at once, followed by the contract's reminders.
    async fn messages_to_send(
        &self,
        keys: &[StoredKey],
        contract: &Contract,
        at_once: Vec<Notice>,
        now: Instant,
    ) -> Result<Vec<(Message, Option<Instant>)>, Error> {
        let reminders = Reminder::ALL.iter().filter_map(|&reminder| Some((reminder, reminder.due(contract, now)?)));
        let later = reminders
            .flat_map(|(reminder, due)| reminder.notices(contract).into_iter().map(move |notice| (notice, Some(due))));
        let notices = at_once.into_iter().map(|notice| (notice, None)).chain(later).collect();
        self.worded(keys, contract, notices).await
    }

    async fn worded(
        &self,
        keys: &[StoredKey],
        contract: &Contract,
        notices: Vec<(Notice, Option<Instant>)>,
    ) -> Result<Vec<(Message, Option<Instant>)>, Error> {
        if notices.is_empty() {
            return Ok(Vec::new());
        }
        let facts = self.facts(contract, keys.iter().map(NotedKey::of).collect()).await?;
        let message = |Notice { occasion, recipient }| Message { occasion, recipient, facts: facts.clone() };
        Ok(notices.into_iter().map(|(notice, time)| (message(notice), time)).collect())
    }
}

impl Preview {
    fn unchanged(contract: Contract) -> Self {
        let (conflicts, messages, still_usable) = (Vec::new(), Vec::new(), Vec::new());
        Self { contract, new_pin: false, conflicts, next_free: None, messages, still_usable }
    }
}

/// What is in the way of a booking. Overlaps are part of the preview; any other refusal is an error.
fn obstacles(booked: Result<Vec<Calendar>, ContractRefusal>) -> Result<Obstacles, ContractRefusal> {
    match booked {
        Ok(_) => Ok(Obstacles::default()),
        Err(ContractRefusal::Overlap { conflicts, next_free }) => Ok((conflicts, next_free)),
        Err(refusal) => Err(refusal),
    }
}
