//! A person's data: finding all of it, handing it out, and taking it out of the table.
//!
//! There is no index by contact: it would cost a write for each contact at each booking, for something that is asked
//! a few times a year. So the whole table is walked (ADR 0019), in parts, and at a pace that leaves the table to those
//! who book. What is found is dealt with contract by contract: a contract, if it still stands, and the messages about
//! it, which may outlive it.

mod audit;
mod case;
mod erase;
mod export;
mod walk;

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use strum::{IntoStaticStr, VariantArray};

use domain::{Clue, Contract, ContractId, Event, KeyId, MessageRecord};

/// What is known of a person in one contract.
#[derive(Debug)]
pub struct PersonalData {
    /// By what the person was found.
    pub clues: BTreeSet<Clue>,
    /// The key.
    pub key: KeyId,
    /// The contract.
    pub contract_id: ContractId,
    /// The contract itself, if it still stands.
    pub contract: Option<Contract>,
    /// The messages to the person, oldest first; of a contract of theirs all messages about it.
    pub messages: Vec<MessageRecord>,
    /// What happened to the contract, newest first.
    pub events: Vec<Event>,
    /// Whether there are older events.
    pub more_events: bool,
}

/// What was done about a person in one contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// By what the person was found.
    pub clues: BTreeSet<Clue>,
    /// The key.
    pub key: KeyId,
    /// The contract.
    pub contract: ContractId,
    /// What was done.
    pub outcome: ErasureOutcome,
}

/// What was done about a person in a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ErasureOutcome {
    /// The contract was theirs and is over: it is gone, with all messages about it.
    ContractErased,
    /// The contract is another's: they are no contact of it any more, and the messages to them are gone.
    ContactErased,
    /// Only messages named them: those are gone.
    MessagesErased,
    /// Nothing: the contract is theirs and is not over, or the key is out with it. It is to be removed first.
    Live,
    /// Nothing: only the name is the same.
    Ambiguous,
}
