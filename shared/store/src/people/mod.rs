//! A person's data: finding, exporting and erasing it.
//!
//! The lists that the projector keeps find contracts that name the person, and messages about them, which may outlive
//! both the mention and the contract (ADR 0019). What is found is handled contract by contract: a contract, if it still
//! exists, with the messages about it.

mod audit;
mod case;
mod details;
mod erase;
mod export;
mod walk;

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strum::{IntoStaticStr, VariantArray};

use domain::{Contract, ContractId, Event, KeyId, MatchedField, MessageRecord};

#[derive(Debug)]
pub struct PersonalData {
    /// What identified the person.
    pub matched_fields: BTreeSet<MatchedField>,
    pub contract_id: ContractId,
    /// Its keys; if it no longer exists, those that messages name.
    pub keys: BTreeSet<KeyId>,
    /// `None` if it no longer exists.
    pub contract: Option<Contract>,
    /// The messages to the person, oldest first; of the person's own contract, all messages about it.
    pub messages: Vec<MessageRecord>,
    /// The contract's events, newest first.
    pub events: Vec<Event>,
    /// Whether there are older events.
    pub more_events: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// What identified the person.
    pub matched_fields: BTreeSet<MatchedField>,
    pub contract: ContractId,
    /// Its keys; if it no longer exists, those that messages name.
    pub keys: BTreeSet<KeyId>,
    pub outcome: ErasureOutcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ErasureOutcome {
    /// The contract was theirs and is over: it is deleted with all messages about it.
    ContractErased,
    /// The contract is another person's: they are no longer a contact, and the messages to them are deleted.
    ContactErased,
    /// Only messages named them; those are deleted.
    MessagesErased,
    /// Nothing: their contract is live, or the key is out with it. It has to be removed first.
    Live,
    /// Nothing: only the name matches.
    Ambiguous,
}
