//! Previews: the same rules and messages as for the real request, but nothing is written.

use std::iter;

use domain::{
    AutomatId, Contract, ContractChange, ContractDraft, ContractId, ContractRefusal, Entry, Instant, Key, KeyId,
    Message, Notice, Pin, Reminder, TimeRange,
};

use super::edit::{moves, writes_pin};
use crate::items::{PinItem, StoredContract};
use crate::{Error, Expected, ResourceKind, Store};

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
    pub overdue: bool,
    /// The first contracts that overlap.
    pub conflicts: Vec<Entry>,
    /// The earliest free time range of that length; only if there are conflicts.
    pub next_free: Option<TimeRange>,
    /// The messages that contacts would get, with the time of each unless it is sent at once.
    pub messages: Vec<(Message, Option<Instant>)>,
}

/// Overlapping contracts, and the next free time range.
type Obstacles = (Vec<Entry>, Option<TimeRange>);

impl Store {
    /// Previews a new contract. An id or PIN that the draft leaves out is generated, and the PIN is free at this
    /// moment.
    pub async fn preview_contract(&self, key: &KeyId, draft: ContractDraft, now: Instant) -> Result<Preview, Error> {
        let stored_key = self.stored_key(key).await?;
        let id = draft.id.clone().map_or_else(|| self.random.contract_id(), Ok)?;
        let pin = self.pin_for(&draft, &self.automat(&stored_key.key.automat).await?)?;
        let key = stored_key.key;
        let mut contract = Contract::new(&draft, key.id.clone(), id, pin, now)?;
        let (conflicts, next_free) = obstacles(&key, &contract, now)?;
        if let Some(StoredContract { contract: existing, .. }) = self.find_contract(&key.id, &contract.id).await? {
            let is_same = existing.matches_draft(&draft);
            let preview = is_same.then(|| Preview::unchanged(existing, &key, now));
            return preview.ok_or(Error::Exists(ResourceKind::Contract));
        }
        contract.pin = self.free_pin(&key.automat, &contract, draft.pin.is_none(), now).await?;
        let notices = Notice::of_creation(&contract);
        let messages = self.messages_to_send(&key, &contract, notices, now).await?;
        Ok(Preview { contract, new_pin: true, overdue: false, conflicts, next_free, messages })
    }

    pub async fn preview_edit(
        &self,
        key: &KeyId,
        id: &ContractId,
        change: ContractChange,
        expected: Expected,
        now: Instant,
    ) -> Result<Preview, Error> {
        let (stored_key, stored) = self.stored_contract(key, id).await?;
        let (key, contract) = (stored_key.key, stored.contract);
        expected.check(contract.version)?;
        let new_pin = change.pin.is_some();
        let edited = contract.edited(change, now)?;
        let changes = contract.differences(&edited);
        let moved = moves(&changes);
        let (conflicts, next_free) = if moved { obstacles(&key, &edited, now)? } else { Obstacles::default() };
        if edited.pin != contract.pin {
            self.automat(&key.automat).await?.check_chosen_pin(&edited.pin)?;
        }
        if writes_pin(&changes) && !self.is_free(&key.automat, &edited, &edited.pin, now).await? {
            return Err(ContractRefusal::PinInUse.into());
        }
        let notices = Notice::of_edit(&contract, &edited, now);
        let edited = if changes.is_empty() { contract } else { edited };
        let messages = self.messages_to_send(&key, &edited, notices, now).await?;
        Ok(Preview { new_pin, conflicts, next_free, messages, ..Preview::unchanged(edited, &key, now) })
    }

    /// Previews ending a contract now. A contract that has already ended is left unchanged.
    pub async fn preview_end(&self, key: &KeyId, id: &ContractId, now: Instant) -> Result<Preview, Error> {
        let (stored_key, stored) = self.stored_contract(key, id).await?;
        let ended = stored.contract.ended_early(now)?;
        let notices = Notice::of_edit(&stored.contract, &ended, now);
        let messages = self.messages_to_send(&stored_key.key, &ended, notices, now).await?;
        Ok(Preview { messages, ..Preview::unchanged(ended, &stored_key.key, now) })
    }

    /// Previews a removal, including one that would need `force`.
    pub async fn preview_removal(&self, key: &KeyId, id: &ContractId, now: Instant) -> Result<Preview, Error> {
        let (stored_key, stored) = self.stored_contract(key, id).await?;
        let notices = Notice::of_removal(&stored.contract, now).into_iter().map(|notice| (notice, None)).collect();
        let messages = self.worded(&stored_key.key, &stored.contract, notices).await?;
        Ok(Preview { messages, ..Preview::unchanged(stored.contract, &stored_key.key, now) })
    }

    /// The contract's PIN if it is free. A generated PIN that is taken is replaced; a requested one is refused.
    async fn free_pin(
        &self,
        automat: &AutomatId,
        contract: &Contract,
        generated: bool,
        now: Instant,
    ) -> Result<Pin, Error> {
        let mut pin = contract.pin.clone();
        for _ in 0..PIN_TRIES {
            if self.is_free(automat, contract, &pin, now).await? {
                return Ok(pin);
            }
            if !generated {
                return Err(ContractRefusal::PinInUse.into());
            }
            pin = self.random.pin(pin.digits())?;
        }
        Err(Error::Busy)
    }

    /// Whether a PIN is free or already this contract's.
    async fn is_free(&self, automat: &AutomatId, contract: &Contract, pin: &Pin, now: Instant) -> Result<bool, Error> {
        let names = self.codes.pin_names(automat, pin);
        for name in iter::once(&names.current).chain(&names.other) {
            if let Some(item) = self.get(&PinItem::key(automat, name)).await?
                && !PinItem::is_free_or_own(item, &contract.key, &contract.id, now)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The messages sent at once, followed by the contract's reminders.
    async fn messages_to_send(
        &self,
        key: &Key,
        contract: &Contract,
        at_once: Vec<Notice>,
        now: Instant,
    ) -> Result<Vec<(Message, Option<Instant>)>, Error> {
        let reminders = Reminder::ALL.iter().filter_map(|&reminder| Some((reminder, reminder.due(contract, now)?)));
        let later = reminders
            .flat_map(|(reminder, due)| reminder.notices(contract).into_iter().map(move |notice| (notice, Some(due))));
        let notices = at_once.into_iter().map(|notice| (notice, None)).chain(later).collect();
        self.worded(key, contract, notices).await
    }

    async fn worded(
        &self,
        key: &Key,
        contract: &Contract,
        notices: Vec<(Notice, Option<Instant>)>,
    ) -> Result<Vec<(Message, Option<Instant>)>, Error> {
        if notices.is_empty() {
            return Ok(Vec::new());
        }
        let facts = self.facts(contract, &key.automat, key.property.clone()).await?;
        let message = |Notice { occasion, recipient }| Message { occasion, recipient, facts: facts.clone() };
        Ok(notices.into_iter().map(|(notice, time)| (message(notice), time)).collect())
    }
}

impl Preview {
    fn unchanged(contract: Contract, key: &Key, now: Instant) -> Self {
        let overdue = key.whereabouts.is_overdue(&contract.id, contract.range, now);
        Self { contract, new_pin: false, overdue, conflicts: Vec::new(), next_free: None, messages: Vec::new() }
    }
}

/// Checks whether the times are free. Overlaps are part of the preview; any other refusal is an error.
fn obstacles(key: &Key, contract: &Contract, now: Instant) -> Result<Obstacles, ContractRefusal> {
    match key.book(contract, now) {
        Ok(_) => Ok(Obstacles::default()),
        Err(ContractRefusal::Overlap { conflicts, next_free }) => Ok((conflicts, next_free)),
        Err(refusal) => Err(refusal),
    }
}
