//! Listing a key's contracts in order of start. Live contracts come from the calendar; if ended ones are wanted, the
//! index `byStart` is used.

use domain::{ContractId, ContractState, Entry, Instant, KeyId, TimeRange};
use strum::{IntoStaticStr, VariantArray};

use crate::expression::Expression;
use crate::items::{ContractItem, HistoryItem, Item, ItemKey, KeyItem, StoredKey, number, text};
use crate::page::List;
use crate::read::Stretch;
use crate::schema::{ENDS_AT, STARTS_AT};
use crate::{Error, Page, PageRequest, Store};

const STEP: usize = 1_000;

#[derive(Debug, Clone)]
pub struct ContractFilter {
    /// Empty means every state.
    pub states: Vec<ContractState>,
    pub order: Order,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, VariantArray)]
pub enum Order {
    #[default]
    #[strum(serialize = "asc")]
    Ascending,
    #[strum(serialize = "desc")]
    Descending,
}

/// The sort position of a contract: by start, then by id.
type Position = (Instant, ContractId);

impl Store {
    pub async fn contracts(
        &self,
        key: &KeyId,
        filter: &ContractFilter,
        page: &PageRequest,
        now: Instant,
    ) -> Result<Page<domain::Contract>, Error> {
        let stored = self.stored_active_key(key).await?;
        let list = List::new(&format!("contracts {} {filter:?}", stored.incarnation));
        let after = list.position(page)?.map(|position| parse_position(&position)).transpose()?;
        let wanted = if filter.wants(ContractState::Ended) {
            self.starts_in_index(&stored, filter, after, page.limit + 1, now).await?
        } else {
            starts_in_calendar(&stored, filter, after.as_ref(), page.limit + 1, now)
        };
        let page = list.cut(wanted, page, |(start, id)| format!("{} {id}", start.millis()));
        let item_keys: Vec<_> = page.data.iter().map(|(_, id)| ContractItem::key(id)).collect();
        let mut data = Vec::with_capacity(item_keys.len());
        for item in self.get_all(&item_keys).await? {
            let contract = ContractItem::read(item, &self.codes)?;
            // The key may have been taken off a moment ago.
            data.extend(contract.has(key, &stored.incarnation).then_some(contract.contract));
        }
        Ok(Page { data, next: page.next })
    }

    async fn starts_in_index(
        &self,
        stored: &StoredKey,
        filter: &ContractFilter,
        after: Option<Position>,
        limit: usize,
        now: Instant,
    ) -> Result<Vec<Position>, Error> {
        let pk = text(KeyItem::pk(&stored.key.id));
        let condition = if filter.wants(ContractState::Upcoming) {
            Expression::new("#PK = :pk")
        } else {
            Expression::new("#PK = :pk AND #startsAt <= :now").value(":now", number(now.millis()))
        };
        let from = after.map(|(start, id)| {
            let mut from = HistoryItem::key(&stored.key.id, &id).into_item();
            from.insert(STARTS_AT.to_owned(), number(start.millis()));
            from
        });
        let mut stretch =
            Stretch::of_starts(condition.value(":pk", pk)).backwards(filter.order == Order::Descending).after(from);
        let mut positions = Vec::new();
        loop {
            let found = self.query(&stretch, Some(STEP)).await?;
            for item in &found.items {
                let (position, range) = indexed(item)?;
                if filter.wants(ContractState::of(range, now)) {
                    positions.push(position);
                    if positions.len() == limit {
                        return Ok(positions);
                    }
                }
            }
            match found.rest {
                Some(rest) => stretch = stretch.after(Some(rest)),
                None => return Ok(positions),
            }
        }
    }
}

impl ContractFilter {
    fn wants(&self, state: ContractState) -> bool {
        self.states.is_empty() || self.states.contains(&state)
    }
}

fn starts_in_calendar(
    stored: &StoredKey,
    filter: &ContractFilter,
    after: Option<&Position>,
    limit: usize,
    now: Instant,
) -> Vec<Position> {
    let position = |entry: &Entry| (entry.range.start(), entry.contract.clone());
    let wanted = stored
        .key
        .calendar
        .entries()
        .iter()
        .filter(|entry| filter.wants(ContractState::of(entry.range, now)))
        .map(position);
    match filter.order {
        Order::Ascending => wanted.filter(|position| after.is_none_or(|after| position > after)).take(limit).collect(),
        Order::Descending => {
            wanted.rev().filter(|position| after.is_none_or(|after| position < after)).take(limit).collect()
        }
    }
}

/// Reads a contract's position and time range from its index entry.
fn indexed(item: &Item) -> Result<(Position, TimeRange), Error> {
    let instant = |name: &str| {
        let millis = item.get(name)?.as_n().ok()?.parse().ok()?;
        Instant::from_millis(millis)
    };
    let read = || {
        let start = instant(STARTS_AT)?;
        let id = HistoryItem::contract_at(&ItemKey::of(item)?)?;
        Some(((start, id), TimeRange::new(start, instant(ENDS_AT))?))
    };
    read().ok_or(Error::Internal { context: "reading the index byStart", source: None })
}

fn parse_position(position: &str) -> Result<Position, Error> {
    let read = || {
        let (start, id) = position.split_once(' ')?;
        Some((Instant::from_millis(start.parse().ok()?)?, ContractId::parse(id).ok()?))
    };
    read().ok_or(Error::BadCursor)
}
