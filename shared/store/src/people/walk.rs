//! Looking through the entries that may be a person's: part of them with each call.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use domain::ContractId;
use tokio::time::Instant;

use super::details::{Details, Entries, Position};
use crate::contract_index::{Entry, message_of};
use crate::items::{ItemKey, MessageItem};
use crate::page::List;
use crate::read::BATCH;
use crate::{Cursor, Error, PageRequest, Store};

/// Time limit of one call's search. What it then still handles fits into the 29 seconds of a function.
const PATIENCE: Duration = Duration::from_secs(15);
/// Separates the parts of a position. It is in no detail of a person and no identifier.
const BETWEEN: char = '\u{1f}';

/// A search, as far as one call gets.
pub(super) struct Walk<'s> {
    store: &'s Store,
    details: &'s Details<'s>,
    list: List,
    /// What is still to be looked through, the current one first.
    rest: VecDeque<Entries>,
    /// The sort key in the current one after which to continue; `None` at its beginning.
    after: Option<String>,
    /// The latest response, not yet fully handled.
    part: Option<Part>,
    began: Instant,
}

pub(super) struct Sight {
    pub(super) position: Position,
    pub(super) about: About,
}

/// The contract that an item is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct About {
    pub(super) contract: ContractId,
    pub(super) incarnation: String,
}

/// One response's worth of entries.
struct Part {
    sights: VecDeque<Sight>,
    /// The sort key of its last entry; `None` at the end.
    end: Option<String>,
}

impl<'s> Walk<'s> {
    /// Continues at the cursor. A cursor is valid only for the same search and purpose.
    pub(super) async fn new(
        store: &'s Store,
        details: &'s Details<'_>,
        purpose: &str,
        page: &PageRequest,
    ) -> Result<Self, Error> {
        let list = List::new(&format!("people {purpose} {}", details.search.identity()));
        let position = list.position(page)?;
        let began = Instant::now();
        let mut rest: VecDeque<_> = details.entries(store).await?.into();
        let mut after = None;
        if let Some(position) = position {
            let [detail, pk, sk] = position.split(BETWEEN).collect::<Vec<_>>()[..] else {
                return Err(Error::BadCursor);
            };
            let is_there = |entries: &Entries| entries.detail.to_string() == detail && entries.pk == pk;
            let at = rest.iter().position(is_there).ok_or(Error::BadCursor)?;
            rest.drain(..at);
            // Whoever invents a position would otherwise get errors from DynamoDB.
            let is_within = rest.front().is_some_and(|entries| sk.is_empty() || sk.starts_with(&entries.prefix));
            after = is_within.then(|| Some(sk.to_owned()).filter(|sk| !sk.is_empty())).ok_or(Error::BadCursor)?;
        }
        Ok(Self { store, details, list, rest, after, part: None, began })
    }

    /// The next contract that may name the person, or messages about it; `None` at the end or at this call's time limit.
    pub(super) async fn next_sight(&mut self) -> Result<Option<Sight>, Error> {
        loop {
            if let Some(sight) = self.part.as_mut().and_then(|part| part.sights.pop_front()) {
                return Ok(Some(sight));
            }
            if let Some(part) = self.part.take() {
                if part.end.is_none() {
                    self.rest.pop_front();
                }
                self.after = part.end;
            }
            let Some(entries) = self.rest.front() else { return Ok(None) };
            if self.began.elapsed() >= PATIENCE {
                return Ok(None);
            }
            self.part = Some(self.read(entries).await?);
        }
    }

    async fn read(&self, entries: &Entries) -> Result<Part, Error> {
        let from = self.after.as_ref().map(|sk| ItemKey::new(entries.pk.clone(), sk.clone()).into_item());
        let found = self.store.query(&entries.stretch().after(from), Some(BATCH)).await?;
        let item_keys: Vec<_> = found.items.iter().filter_map(ItemKey::of).collect();
        let sights = self.sights(entries.detail, item_keys).await?;
        Ok(Part { sights, end: found.rest.as_ref().and_then(ItemKey::of).map(|item_key| item_key.sk) })
    }

    /// Everything up to this position has been handled.
    pub(super) fn passed(&mut self, position: Position) {
        self.after = Some(position.entry.sk);
    }

    /// `None` if the search is finished.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        let entries = self.rest.front()?;
        let after = self.after.as_deref().unwrap_or_default();
        Some(self.list.cursor(&format!("{}{BETWEEN}{}{BETWEEN}{after}", entries.detail, entries.pk)))
    }

    /// What may be handled at these entries. Outdated ones find nothing; the projector deletes them.
    async fn sights(&self, detail: usize, entries: Vec<ItemKey>) -> Result<VecDeque<Sight>, Error> {
        let listed = entries.into_iter().filter_map(|entry| {
            let message = message_of(&entry);
            let contract = match &message {
                Some(message) => MessageItem::contract_at(message)?,
                None => Entry::of_item_key(&entry)?.contract,
            };
            Some((entry, message, contract))
        });
        let listed: Vec<_> = listed.collect();
        let contracts = self.store.contracts_by_id(listed.iter().map(|(_, _, contract)| contract)).await?;
        let messages: Vec<_> = listed.iter().filter_map(|(_, message, _)| message.clone()).collect();
        let messages: HashSet<_> = self.store.get_all(&messages).await?.iter().filter_map(ItemKey::of).collect();
        let (mut sights, mut seen) = (VecDeque::new(), HashSet::new());
        for (entry, message, contract) in listed {
            let stored = contracts.get(&contract);
            let position = Position { detail, entry };
            let Some(message) = message else {
                let found = stored.filter(|stored| self.details.in_contract(stored).as_ref() == Some(&position));
                let incarnation = found.map(|stored| stored.incarnation.clone());
                sights
                    .extend(incarnation.map(|incarnation| Sight { position, about: About { contract, incarnation } }));
                continue;
            };
            let incarnation = MessageItem::incarnation_at(&message).filter(|_| messages.contains(&message));
            let Some(incarnation) = incarnation else { continue };
            let about = About { contract, incarnation: incarnation.to_owned() };
            let current = stored.filter(|stored| stored.incarnation == incarnation);
            let is_found_by_contract = current.is_some_and(|stored| self.details.in_contract(stored).is_some());
            if !is_found_by_contract && seen.insert(about.clone()) {
                sights.push_back(Sight { position, about });
            }
        }
        Ok(sights)
    }
}
