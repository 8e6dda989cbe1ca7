//! Scanning the whole table for a person: part of it with each call, and slowly enough not to throttle others.

use std::collections::VecDeque;
use std::time::Duration;

use domain::{ContractId, Mention, PersonSearch};
use serde::Deserialize;
use tokio::time::Instant;

use crate::expression::Expression;
use crate::items::{Item, ItemKey, MessageItem, read, text, valid};
use crate::page::List;
use crate::read::time_for;
use crate::{Cursor, Error, PageRequest, Store};

/// Time limit of one call's scan. What it then still handles fits into the 29 seconds of a function.
const PATIENCE: Duration = Duration::from_secs(15);
/// Separates partition key and sort key in a cursor; no identifier contains it.
const BETWEEN: char = '\u{1f}';

const CONTRACTS_AND_MESSAGES: &str = "#SK = :contract OR begins_with(#SK, :message)";
/// The attributes that name a person, and the contract concerned.
const NAMES: &str =
    "#PK, #SK, #incarnation, #contractId, #person, #contacts, #recipient, #facts.#contractId, #facts.#person";

/// A scan, as far as one call gets.
pub(super) struct Walk<'s> {
    store: &'s Store,
    search: &'s PersonSearch,
    list: List,
    /// Continue after this item; `None` at the beginning.
    position: Option<ItemKey>,
    /// The latest response, not yet fully handled.
    part: Option<Part>,
    finished: bool,
    /// How long the scan so far should have taken.
    time: Duration,
    began: Instant,
}

pub(super) struct Sight {
    pub(super) item_key: ItemKey,
    pub(super) about: About,
}

/// The contract that an item is about.
#[derive(Debug, Clone)]
pub(super) struct About {
    pub(super) contract: ContractId,
    pub(super) incarnation: String,
}

/// One response's worth of items.
struct Part {
    sights: VecDeque<Sight>,
    /// The last item scanned; `None` at the end of the table.
    end: Option<ItemKey>,
}

impl<'s> Walk<'s> {
    /// Continues at the cursor. A cursor is valid only for the same search and purpose.
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

    /// The next item that may name the person; `None` at the end of the table or at this call's time limit.
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

    /// Reads the next part, when the scan is not ahead of its pace.
    async fn read_part(&mut self) -> Result<Part, Error> {
        tokio::time::sleep_until(self.began + self.time).await;
        let filter = Expression::new(CONTRACTS_AND_MESSAGES)
            .value(":contract", text("CONTRACT"))
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

    /// Everything up to this item has been handled.
    pub(super) fn passed(&mut self, item_key: ItemKey) {
        self.position = Some(item_key);
    }

    /// `None` if the scan is finished.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        self.position
            .as_ref()
            .filter(|_| !self.finished)
            .map(|item_key| self.list.cursor(&format!("{}{BETWEEN}{}", item_key.pk, item_key.sk)))
    }

    fn sight(&self, item: Item) -> Result<Option<Sight>, Error> {
        const BROKEN: Error = Error::Internal { context: "reading the people named in an item", source: None };
        let item_key = ItemKey::of(&item).ok_or(BROKEN)?;
        let names: Names = read(item)?;
        if self.search.find_match(names.mentions()).is_none() {
            return Ok(None);
        }
        let contract = match (names.facts, names.contract_id) {
            (Some(facts), _) if MessageItem::is_at(&item_key) => facts.contract_id,
            (_, Some(contract)) => contract,
            _ => return Err(BROKEN),
        };
        let about = About { contract: valid(ContractId::parse(&contract))?, incarnation: names.incarnation };
        Ok(Some(Sight { item_key, about }))
    }
}

/// The attributes of a contract or a message that name people.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Names {
    incarnation: String,
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

/// The address is an email address or a phone number; neither can be mistaken for the other.
#[derive(Deserialize)]
struct RecipientNames {
    name: String,
    address: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FactNames {
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
