//! A case: a contract and the messages about it as they are now, with the person found in them.

use std::collections::BTreeMap;

use domain::{KeyId, KeyState, MatchedField, Mention, PersonMatch, PersonSearch};

use super::details::{Details, Position};
use super::walk::About;
use crate::items::{MessageItem, StoredContract, StoredKey, StoredMessage};
use crate::sealing::Names;
use crate::{Error, Store};

/// More messages than one contract ever has.
const ALL: usize = 65_535;

/// A contract or messages that name the person.
pub(super) struct Case {
    /// The contract's keys that are not being removed.
    pub(super) keys: Vec<StoredKey>,
    pub(super) contract: Option<StoredContract>,
    pub(super) messages: Vec<StoredMessage>,
    pub(super) found: PersonMatch,
    /// Where it is handled.
    pub(super) position: Option<Position>,
}

impl Store {
    /// Reads the whole case; `None` if the person is not in it.
    pub(super) async fn case(&self, about: &About, details: &Details<'_>) -> Result<Option<Case>, Error> {
        let search = details.search;
        let (mut keys, contract) = self.contract_with_keys(&about.contract, &about.incarnation).await?;
        keys.retain(|stored| stored.key.state == KeyState::Active);
        let messages = self.messages_about(about).await?;
        let in_contract = || contract.iter().flat_map(|stored| Mention::in_contract(&stored.contract));
        let Some(found) = search.find_match(in_contract().chain(messages.iter().flat_map(mentions))) else {
            return Ok(None);
        };
        let erased = contract.iter().flat_map(|stored| self.erased_fields(stored, search));
        let found = found.with_erased(erased);
        let in_contract = contract.as_ref().and_then(|stored| details.in_contract(stored));
        let position = in_contract.or_else(|| details.in_messages(&messages));
        Ok(Some(Case { keys, contract, messages, found, position }))
    }

    /// The addresses searched for that were erased from the contract before.
    fn erased_fields(&self, stored: &StoredContract, search: &PersonSearch) -> Vec<MatchedField> {
        let is_erased = |address: &str| {
            let Names { current, other } = self.codes.erased_names(&stored.incarnation, address);
            stored.erased.contains(&current.0) || other.is_some_and(|other| stored.erased.contains(&other.0))
        };
        search.addresses().filter(|(_, address)| is_erased(address)).map(|(field, _)| field).collect()
    }

    pub(super) async fn messages_about(&self, about: &About) -> Result<Vec<StoredMessage>, Error> {
        let found = self.query_all(MessageItem::all(&about.contract, &about.incarnation), ALL).await?;
        found.into_iter().map(|item| MessageItem::read(item, &self.codes)).collect()
    }
}

impl Case {
    /// The keys of the contract, each with its incarnation; if the contract is gone, those that messages name.
    pub(super) fn known_keys(&self) -> BTreeMap<KeyId, String> {
        let noted = self.contract.iter().flat_map(|stored| &stored.keys);
        let noted: BTreeMap<_, _> = noted.map(|noted| (noted.key.clone(), noted.incarnation.clone())).collect();
        if !noted.is_empty() {
            return noted;
        }
        let facts = self.messages.iter().flat_map(|stored| &stored.message.facts.keys);
        facts.map(|facts| (facts.key.clone(), facts.incarnation.clone())).collect()
    }

    /// Whether the contract, if it exists, is the person's.
    pub(super) fn is_theirs(&self) -> bool {
        self.contract.as_ref().is_some_and(|stored| self.found.holds(&stored.contract))
    }

    /// Whether a message is to the person, or about a contract that was theirs.
    pub(super) fn names_them(&self, stored: &StoredMessage) -> bool {
        self.found.is_in_message(&stored.message.recipient, &stored.message.facts.person)
    }
}

pub(super) fn mentions(stored: &StoredMessage) -> impl Iterator<Item = Mention<'_>> {
    Mention::in_message(&stored.message.recipient, &stored.message.facts.person)
}
