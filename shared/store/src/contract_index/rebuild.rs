//! Comparing the whole index with the contracts and messages, after records of the stream were given up, or a table was
//! restored.
//!
//! The scan reads these as well as the entries. An entry that one of them lacks is put, and one that it does not have is
//! deleted, each as when a record is projected: so this runs beside everything else, and can be interrupted and repeated.
//! Months are put again, and never deleted.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures_util::stream::{self, StreamExt as _};

use super::entry::{Entry, List};
use super::{mention, source};
use crate::expression::Expression;
use crate::items::{ContractItem, Item, ItemKey, MessageItem, text};
use crate::read::time_for;
use crate::{Error, Store};

/// How many contracts and messages are put right concurrently.
const AT_ONCE: usize = 16;

/// What was found in the table, and what was wrong with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProjectionReport {
    pub contracts: u64,
    pub messages: u64,
    /// Items of the index.
    pub entries: u64,
    /// Entries that contracts and messages lacked.
    pub missing: u64,
    /// Items of the index that belong to nothing.
    pub outdated: u64,
    /// Contracts and messages that could not be read or put right.
    pub failed: u64,
}

impl ProjectionReport {
    /// Whether nothing was wrong.
    #[must_use]
    pub fn is_right(&self) -> bool {
        let Self { contracts: _, messages: _, entries: _, missing, outdated, failed } = self;
        [missing, outdated, failed].into_iter().all(|&wrong| wrong == 0)
    }
}

/// Entries, each under the item that they belong to.
type EntriesOfItems = BTreeMap<ItemKey, BTreeSet<ItemKey>>;

/// What a part of the scan has.
#[derive(Default)]
struct Part {
    /// The entries that an item is to have.
    wanted: EntriesOfItems,
    /// The entries that an item has.
    present: EntriesOfItems,
    /// Items in the index that are no entries.
    strays: Vec<ItemKey>,
}

impl Store {
    /// Compares the index with the contracts and messages, and puts it right. A failure is counted and logged; the rest
    /// is still done.
    pub async fn rebuild_projection(&self) -> Result<ProjectionReport, Error> {
        self.compare_projection(true).await
    }

    /// Compares the index with the contracts and messages; nothing is written. What the projector has yet to do counts
    /// as wrong.
    pub async fn check_projection(&self) -> Result<ProjectionReport, Error> {
        self.compare_projection(false).await
    }

    async fn compare_projection(&self, write: bool) -> Result<ProjectionReport, Error> {
        self.searched_months.forget();
        let filter = Expression::new("#SK = :contract OR begins_with(#SK, :message) OR begins_with(#PK, :list)")
            .value(":contract", text(ContractItem::SK))
            .value(":message", text(MessageItem::PREFIX))
            .value(":list", text(List::PK_PREFIX));
        let attributes = format!("#PK, #SK, {}, {}", Entry::SOURCE, mention::SOURCE);
        let (mut report, mut from) = (ProjectionReport::default(), None);
        loop {
            let began = tokio::time::Instant::now();
            let (found, units) = self.scan(&filter, &attributes, from).await?;
            let part = Part::read(found.items, &mut report);
            self.compare_part(part, write, &mut report).await?;
            from = found.rest;
            if from.is_none() {
                return Ok(report);
            }
            tokio::time::sleep_until(began + time_for(units)).await;
        }
    }

    async fn compare_part(&self, part: Part, write: bool, report: &mut ProjectionReport) -> Result<(), Error> {
        let mut wrong = self.missing(&part.wanted).await?;
        report.missing += count(wrong.values().map(BTreeSet::len).sum());
        let outdated = self.outdated(part.present).await?;
        report.outdated += count(outdated.values().map(BTreeSet::len).sum::<usize>() + part.strays.len());
        for (source, entries) in outdated {
            wrong.entry(source).or_default().extend(entries);
        }
        if !write {
            return Ok(());
        }
        self.write_keys(&[], &part.strays).await?;
        // Also of entries that exist: a month may be what is missing.
        self.put_months(part.wanted.values().flatten()).await?;
        let running: Vec<_> = wrong.iter().map(|(source, entries)| self.settle_entries(source, entries)).collect();
        let settled: Vec<_> = stream::iter(running).buffered(AT_ONCE).collect().await;
        for (source, settled) in wrong.keys().zip(settled) {
            if let Err(error) = settled {
                report.failed += 1;
                log(source, &error);
            }
        }
        Ok(())
    }

    /// The entries that do not exist.
    async fn missing(&self, wanted: &EntriesOfItems) -> Result<EntriesOfItems, Error> {
        let item_keys: Vec<_> = wanted.values().flatten().cloned().collect();
        let present: HashSet<_> = self.get_all(&item_keys).await?.iter().filter_map(ItemKey::of).collect();
        Ok(without(wanted.clone(), |_, entry| present.contains(entry)))
    }

    /// Those of the entries that their item does not have.
    async fn outdated(&self, present: EntriesOfItems) -> Result<EntriesOfItems, Error> {
        let sources: Vec<_> = present.keys().cloned().collect();
        let mut current = EntriesOfItems::new();
        for item in self.get_all(&sources).await? {
            let Some(source) = ItemKey::of(&item) else { continue };
            // Counted as failed where the scan meets the item itself.
            current.insert(source, source::entries_of(item).unwrap_or_default());
        }
        Ok(without(present, |source, entry| current.get(source).is_some_and(|entries| entries.contains(entry))))
    }
}

fn without(all: EntriesOfItems, is_right: impl Fn(&ItemKey, &ItemKey) -> bool) -> EntriesOfItems {
    let wrong = all.into_iter().map(|(source, mut entries)| {
        entries.retain(|entry| !is_right(&source, entry));
        (source, entries)
    });
    wrong.filter(|(_, entries)| !entries.is_empty()).collect()
}

impl Part {
    fn read(items: Vec<Item>, report: &mut ProjectionReport) -> Self {
        let mut part = Self::default();
        for item in items {
            let Some(item_key) = ItemKey::of(&item) else { continue };
            if item_key.pk.starts_with(List::PK_PREFIX) {
                report.entries += 1;
                match source::source_of(&item_key) {
                    Some(source) => _ = part.present.entry(source).or_default().insert(item_key),
                    None => part.strays.push(item_key),
                }
            } else if source::is_source(&item_key) {
                let is_message = MessageItem::contract_at(&item_key).is_some();
                *(if is_message { &mut report.messages } else { &mut report.contracts }) += 1;
                match source::entries_of(item) {
                    Ok(entries) => _ = part.wanted.insert(item_key, entries),
                    Err(error) => {
                        report.failed += 1;
                        log(&item_key, &error);
                    }
                }
            }
        }
        part
    }
}

/// The key of a contract or a message has the contract's id, and nothing of a person.
fn log(source: &ItemKey, error: &Error) {
    let error: &dyn std::error::Error = error;
    tracing::warn!(error, item.pk = source.pk, item.sk = source.sk, "could not compare an item with the index");
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
