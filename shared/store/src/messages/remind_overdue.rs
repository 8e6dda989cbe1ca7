//! Reminding on request: whoever has a key that is overdue is asked to return it.

use domain::{ContractId, Instant, Notice, Occasion};

use super::message_id::Occurrence;
use crate::items::{Millis, State};
use crate::{Error, Store};

/// Two requests within the same ten minutes send one message.
const ONCE_IN_MILLIS: i64 = 10 * 60_000;

impl Store {
    /// Stores messages to all contacts of a contract that its keys are overdue, one for each key and address, to be sent
    /// with the next ones that are due. Returns how many there are; 0 if no key is overdue, or if a reminder was requested in
    /// the same ten minutes.
    pub async fn remind_overdue(&self, id: &ContractId, now: Instant) -> Result<usize, Error> {
        let (stored, keys) = self.stored_contract(id).await?;
        if !stored.contract.is_overdue(now) {
            return Ok(0);
        }
        let at = now.plus_millis(-now.millis().rem_euclid(ONCE_IN_MILLIS));
        let mut messages = Vec::new();
        for key in &stored.contract.out {
            let identity = format!("reminder of {key}");
            let occurrence = Occurrence { incarnation: &stored.incarnation, identity: &identity, at };
            let facts = self.facts_of(&stored, &keys, Some(key)).await?;
            for notice in Notice::to_everybody(&stored.contract, &Occasion::NotReturned) {
                let mut message = super::notify::message(occurrence, notice, &facts, now)?;
                (message.status.state, message.status.due) = (State::Pending, Some(Millis(now)));
                messages.push(message);
            }
        }
        Ok(self.put_messages(messages).await?.len())
    }
}
