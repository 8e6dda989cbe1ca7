//! Walking the whole table: a part of it with each call, and no faster than leaves the table to others.

use std::collections::VecDeque;
use std::time::Duration;

use domain::{ContractId, KeyId, Mention, PersonSearch};
use serde::Deserialize;
use tokio::time::Instant;

use crate::expression::Expression;
use crate::items::{Item, ItemKey, MessageItem, read, text, valid};
use crate::page::List;
use crate::read::time_for;
use crate::{Cursor, Error, PageRequest, Store};

/// How long one call goes on looking: what it then still deals with has room in the 29 seconds of a function.
const PATIENCE: Duration = Duration::from_secs(15);
/// Between partition and sort key in a cursor; no identifier has it.
const BETWEEN: char = '\u{1f}';

const CONTRACTS_AND_MESSAGES: &str = "begins_with(#SK, :contract) OR begins_with(#SK, :message)";
/// Who is named, and where it is about.
const NAMES: &str = "#PK, #SK, #incarnation, #keyId, #contractId, #person, #contacts, #recipient, #facts.#keyId, \
                     #facts.#contractId, #facts.#person";

/// A walk, as far as one call gets.
pub(super) struct Walk<'s> {
    store: &'s Store,
    search: &'s PersonSearch,
    list: List,
    /// After this item it goes on; `None` at the beginning.
    position: Option<ItemKey>,
    /// What was read last and has not been looked at wholly.
    part: Option<Part>,
    /// Whether the end of the table has been reached.
    finished: bool,
    /// How long what was looked at so far is to take.
    time: Duration,
    began: Instant,
}

/// An item that may name the person.
pub(super) struct Sight {
    pub(super) item_key: ItemKey,
    pub(super) about: About,
}

/// Which contract an item is about.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) key: KeyId,
    pub(super) contract: ContractId,
    /// Of the key.
    pub(super) incarnation: String,
}

/// What one answer of the table had.
struct Part {
    sights: VecDeque<Sight>,
    /// The last item that was looked at; `None` at the end of the table.
    end: Option<ItemKey>,
}

impl<'s> Walk<'s> {
    /// Begins where the part before has ended. A cursor is good for the same search and for the same purpose only.
    pub(super) fn new(
        store: &'s Store,
        search: &'s PersonSearch,
        purpose: &str,
        page: &PageRequest,
    ) -> Result<Self, Error> {
        let list = List::new(&format!("people {purpose} {}", search.identity()));
        let item_key = |position: String| {
            let (pk, sk) = position.split_once(BETWEEN)?;
            Some(ItemKey::new(pk, sk))
        };
        let position = list.position(page)?.map(|position| item_key(position).ok_or(Error::BadCursor)).transpose()?;
        let (time, began) = (Duration::ZERO, Instant::now());
        Ok(Self { store, search, list, position, part: None, finished: false, time, began })
    }

    /// The next item that may name the person; `None` at the end of the table, or when this call has gone on long enough.
    pub(super) async fn next_sight(&mut self) -> Result<Option<Sight>, Error> {
        while !self.finished && self.began.elapsed() < PATIENCE {
            let mut part = match self.part.take() {
                Some(part) => part,
                None => self.read_part().await?,
            };
            if let Some(sight) = part.sights.pop_front() {
                self.part = Some(part);
                return Ok(Some(sight));
            }
            match part.end {
                Some(end) => self.passed(end),
                None => self.finished = true,
            }
        }
        Ok(None)
    }

    /// The next part of the table, once its turn has come.
    async fn read_part(&mut self) -> Result<Part, Error> {
        tokio::time::sleep_until(self.began + self.time).await;
        let filter = Expression::new(CONTRACTS_AND_MESSAGES)
            .value(":contract", text("CONTRACT#"))
            .value(":message", text("MESSAGE#"));
        let from = self.position.clone().map(ItemKey::into_item);
        let (found, units) = self.store.scan(&filter, NAMES, from).await?;
        self.time += time_for(units);
        let mut sights = VecDeque::new();
        for item in found.items {
            sights.extend(self.sight(item)?);
        }
        Ok(Part { sights, end: found.rest.as_ref().and_then(ItemKey::of) })
    }

    /// Remembers how far everything has been dealt with.
    pub(super) fn passed(&mut self, item_key: ItemKey) {
        self.position = Some(item_key);
    }

    /// Where the next call goes on; `None` when there is nothing left.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        self.position
            .as_ref()
            .filter(|_| !self.finished)
            .map(|item_key| self.list.cursor(&format!("{}{BETWEEN}{}", item_key.pk, item_key.sk)))
    }

    fn sight(&self, item: Item) -> Result<Option<Sight>, Error> {
        const BROKEN: Error = Error::Internal { context: "reading what names a person", source: None };
        let item_key = ItemKey::of(&item).ok_or(BROKEN)?;
        let names: Names = read(item)?;
        if self.search.find_in(names.mentions()).is_none() {
            return Ok(None);
        }
        let (key, contract) = match (names.facts, names.key_id.zip(names.contract_id)) {
            (Some(facts), _) if MessageItem::is_at(&item_key) => (facts.key_id, facts.contract_id),
            (_, Some(ids)) => ids,
            _ => return Err(BROKEN),
        };
        let about = About {
            key: valid(KeyId::parse(&key))?,
            contract: valid(ContractId::parse(&contract))?,
            incarnation: names.incarnation,
        };
        Ok(Some(Sight { item_key, about }))
    }
}

/// Those attributes of a contract or a message that name somebody.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Names {
    incarnation: String,
    key_id: Option<String>,
    contract_id: Option<String>,
    person: Option<String>,
    #[serde(default)]
    contacts: Vec<ContactNames>,
    recipient: Option<RecipientNames>,
    facts: Option<FactNames>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContactNames {
    name: String,
    email: Option<String>,
    phone_number: Option<String>,
}

/// The address is an email address or a phone number: neither is ever the other.
#[derive(Deserialize)]
struct RecipientNames {
    name: String,
    address: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FactNames {
    key_id: String,
    contract_id: String,
    person: String,
}

impl Names {
    fn mentions(&self) -> impl Iterator<Item = Mention<'_>> {
        let holders = self.person.iter().chain(self.facts.as_ref().map(|facts| &facts.person));
        let holders = holders.map(|name| Mention { name, ..Mention::default() });
        let contacts = self.contacts.iter().map(|contact| Mention {
            name: &contact.name,
            email: contact.email.as_deref(),
            phone_number: contact.phone_number.as_deref(),
        });
        let recipients = self.recipient.iter().map(|recipient| Mention {
            name: &recipient.name,
            email: Some(&recipient.address),
            phone_number: Some(&recipient.address),
        });
        holders.chain(contacts).chain(recipients)
    }
}
