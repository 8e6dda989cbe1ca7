//! What a contract would come to: the same rules and the same words as for the real thing, and nothing written.

use std::iter;

use domain::{
    AutomatId, Contract, ContractChange, ContractDraft, ContractField, ContractId, ContractRefusal, Entry, Instant,
    Key, KeyId, Message, Notice, Pin, Reminder, TimeRange,
};

use super::edit::moves;
use crate::items::{ContractItem, PinItem};
use crate::{Error, Expected, Store, Thing};

/// Generated PINs that may be taken before a caller is asked to come back later: in an automat with 10,000 PINs so
/// many in a row are once in 10^16 times.
const PIN_TRIES: u32 = 8;

/// What a contract would come to.
#[derive(Debug)]
pub struct Preview {
    /// The contract as it would be.
    pub contract: Contract,
    /// Whether its PIN is the caller's or has been generated just now. One that stood there before is shown by
    /// [`Store::reveal_pin`] alone, which records it.
    pub new_pin: bool,
    /// Whether the key would be overdue with it.
    pub overdue: bool,
    /// The first contracts that stand in the way.
    pub conflicts: Vec<Entry>,
    /// The earliest place for it, where it has conflicts and there is one.
    pub next_free: Option<TimeRange>,
    /// What its contacts would be told, each with its time if that is not at once.
    pub messages: Vec<(Message, Option<Instant>)>,
}

/// What stands in the way of a range, and where there is room instead.
type Obstacles = (Vec<Entry>, Option<TimeRange>);

impl Store {
    /// What a contract would come to if it was made now. It has the identifier and the PIN that it can be made with: of
    /// those that the draft leaves to us, a PIN that is free.
    pub async fn preview_contract(&self, key: &KeyId, draft: ContractDraft, now: Instant) -> Result<Preview, Error> {
        let stored_key = self.stored_key(key).await?;
        let id = draft.id.clone().map_or_else(|| self.random.contract_id(), Ok)?;
        let pin = self.pin_for(&draft, &stored_key).await?;
        let key = stored_key.key;
        let mut contract = Contract::new(&draft, key.id.clone(), id, pin, now)?;
        let (conflicts, next_free) = obstacles(&key, &contract, now)?;
        if let Some(existing) = self.get(&ContractItem::key(&key.id, &contract.id)).await? {
            let existing = ContractItem::read(existing, &self.codes)?.contract;
            let same = existing.matches_draft(&draft);
            return if same {
                Ok(Preview::unchanged(existing, &key, now))
            } else {
                Err(Error::Exists(Thing::Contract))
            };
        }
        contract.pin = self.free_pin(&key.automat, &contract, draft.pin.is_none(), now).await?;
        let notices = Notice::of_creation(&contract);
        let messages = self.messages_to_send(&key, &contract, notices, now).await?;
        Ok(Preview { contract, new_pin: true, overdue: false, conflicts, next_free, messages })
    }

    /// What an edit would come to.
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
        let pin_written = moved || changes.contains(&ContractField::Pin);
        if edited.pin != contract.pin {
            self.automat(&key.automat).await?.check_chosen_pin(&edited.pin)?;
        }
        if pin_written && !self.is_free(&key.automat, &edited, &edited.pin, now).await? {
            return Err(ContractRefusal::PinInUse.into());
        }
        let notices = Notice::of_edit(&contract, &edited, now);
        let edited = if changes.is_empty() { contract } else { edited };
        let messages = self.messages_to_send(&key, &edited, notices, now).await?;
        Ok(Preview { new_pin, conflicts, next_free, messages, ..Preview::unchanged(edited, &key, now) })
    }

    /// What a contract's contacts would be told if it was ended now. One that has ended already is left as it is.
    pub async fn preview_end(&self, key: &KeyId, id: &ContractId, now: Instant) -> Result<Preview, Error> {
        let (stored_key, stored) = self.stored_contract(key, id).await?;
        let ended = stored.contract.ended_early(now)?;
        let notices = Notice::of_edit(&stored.contract, &ended, now);
        let messages = self.messages_to_send(&stored_key.key, &ended, notices, now).await?;
        Ok(Preview { messages, ..Preview::unchanged(ended, &stored_key.key, now) })
    }

    /// What a contract's contacts would be told if it was removed now, also where that would take force.
    pub async fn preview_removal(&self, key: &KeyId, id: &ContractId, now: Instant) -> Result<Preview, Error> {
        let (stored_key, stored) = self.stored_contract(key, id).await?;
        let notices = Notice::of_removal(&stored.contract, now).into_iter().map(|notice| (notice, None)).collect();
        let messages = self.worded(&stored_key.key, &stored.contract, notices).await?;
        Ok(Preview { messages, ..Preview::unchanged(stored.contract, &stored_key.key, now) })
    }

    /// The PIN that a contract can be made with: its own if it is free, or another where it was generated.
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

    /// Whether a PIN is the contract's or nobody's.
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

    /// What goes at once, and then the reminders that a contract would have.
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
    /// A contract with nothing new about it, of which nobody is told.
    fn unchanged(contract: Contract, key: &Key, now: Instant) -> Self {
        let overdue = key.whereabouts.is_overdue(&contract.id, contract.range, now);
        Self { contract, new_pin: false, overdue, conflicts: Vec::new(), next_free: None, messages: Vec::new() }
    }
}

/// Whether a contract finds its place. That others have the key then is an answer here; all else is refused.
fn obstacles(key: &Key, contract: &Contract, now: Instant) -> Result<Obstacles, ContractRefusal> {
    match key.book(contract, now) {
        Ok(_) => Ok(Obstacles::default()),
        Err(ContractRefusal::Overlap { conflicts, next_free }) => Ok((conflicts, next_free)),
        Err(refusal) => Err(refusal),
    }
}
