//! What a contract would come to: the same rules and the same words as for the real thing, and nothing written.

use domain::{Contract, ContractChange, ContractDraft, ContractId, Entry, Instant, KeyId, Message, TimeRange};

use crate::{Error, Store};

/// What a contract would come to.
#[derive(Debug)]
pub struct Preview {
    /// The contract as it would be.
    pub contract: Contract,
    /// The first contracts that stand in the way.
    pub conflicts: Vec<Entry>,
    /// The earliest place for it, where it has conflicts and there is one.
    pub next_free: Option<TimeRange>,
    /// What its contacts would be told, each with its time if that is not at once.
    pub messages: Vec<(Message, Option<Instant>)>,
}

impl Store {
    /// What a contract would come to if it was made now.
    pub async fn preview_contract(&self, key: &KeyId, draft: ContractDraft, now: Instant) -> Result<Preview, Error> {
        todo!("{key} {draft:?} {now:?}")
    }

    /// What an edit would come to.
    pub async fn preview_edit(
        &self,
        key: &KeyId,
        id: &ContractId,
        change: ContractChange,
        now: Instant,
    ) -> Result<Preview, Error> {
        todo!("{key} {id} {change:?} {now:?}")
    }

    /// What a contract's contacts would be told if it was removed now.
    pub async fn preview_removal(&self, key: &KeyId, id: &ContractId, now: Instant) -> Result<Preview, Error> {
        todo!("{key} {id} {now:?}")
    }
}
