//! Where the index has a person: in the lists of contracts by their terms, and in the lists of messages by whom they name.

use domain::{Mention, PersonSearch};

use super::case::mentions;
use crate::contract_index::{ContractList, Entry, of_message, of_person};
use crate::items::{ItemKey, StoredContract, StoredMessage};
use crate::read::Stretch;
use crate::{Error, Store};

/// What is known of a person, together and one detail after the other.
pub(super) struct Details<'p> {
    pub(super) search: &'p PersonSearch,
    each: Vec<Detail>,
}

struct Detail {
    /// For the detail alone.
    search: PersonSearch,
    /// The beginning of the terms of contracts in which it occurs.
    prefix: Option<String>,
    /// As messages are listed by it.
    folded: String,
}

/// The entry at which a contract is handled, although other entries find it too. Personal.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Position {
    /// The number of the detail that finds it.
    pub(super) detail: usize,
    pub(super) entry: ItemKey,
}

/// Entries that a detail finds.
pub(super) struct Entries {
    pub(super) detail: usize,
    pub(super) pk: String,
    /// Of the sort key; empty if all of the partition is found.
    pub(super) prefix: String,
}

impl<'p> Details<'p> {
    pub(super) fn of(search: &'p PersonSearch) -> Self {
        let detail = |search: PersonSearch| Detail { prefix: search.prefix(), folded: search.folded(), search };
        Self { search, each: search.details().map(detail).collect() }
    }

    /// All entries that may be of the person's: those of contracts, by each detail, then those of messages.
    pub(super) async fn entries(&self, store: &Store) -> Result<Vec<Entries>, Error> {
        let mut all = Vec::new();
        for (number, detail) in self.each.iter().enumerate() {
            let Some(prefix) = &detail.prefix else { continue };
            for month in store.months_to_search(std::slice::from_ref(prefix), None).await? {
                let pk = ContractList::of_prefix(prefix, &month);
                all.push(Entries { detail: number, pk, prefix: prefix.clone() });
            }
        }
        let messages = self.each.iter().enumerate();
        all.extend(messages.map(|(detail, Detail { folded, .. })| Entries {
            detail,
            pk: of_person(folded),
            prefix: String::new(),
        }));
        Ok(all)
    }

    /// Where a contract that names the person is handled. `None` if it does not, or has no entry by which it is found.
    pub(super) fn in_contract(&self, stored: &StoredContract) -> Option<Position> {
        self.each.iter().enumerate().find_map(|(number, Detail { search, prefix, .. })| {
            search.find_match(Mention::in_contract(&stored.contract))?;
            let prefix = prefix.as_deref()?;
            let entries = Entry::of_contract(stored);
            let found = entries.iter().filter(|entry| entry.term().is_some_and(|term| term.starts_with(prefix)));
            Some(Position { detail: number, entry: found.map(Entry::item_key).min()? })
        })
    }

    /// Where a contract is handled if only messages about it name the person.
    pub(super) fn in_messages(&self, messages: &[StoredMessage]) -> Option<Position> {
        self.each.iter().enumerate().find_map(|(number, Detail { search, folded, .. })| {
            let found = messages.iter().filter(|message| search.find_match(mentions(message)).is_some());
            let entry = found.map(|message| of_message(folded, &message.item_key())).min()?;
            Some(Position { detail: number, entry })
        })
    }
}

impl Entries {
    pub(super) fn stretch(&self) -> Stretch {
        match self.prefix.as_str() {
            "" => Stretch::of_partition(self.pk.clone()),
            prefix => Stretch::of_prefix(self.pk.clone(), prefix),
        }
    }
}
