//! Comparing the whole index with the contracts, after records of the stream were given up, or a table was restored.
//!
//! The scan reads contracts as well as entries. An entry that a contract lacks is put, and one that its contract does not
//! have is deleted, each as when a record is projected: so this runs beside everything else, and can be interrupted and
//! repeated. Months are put again, and never deleted.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures_util::stream::{self, StreamExt as _};

use super::entry::{Entry, List};
use crate::expression::Expression;
use crate::items::{ContractItem, Item, ItemKey, text};
use crate::read::time_for;
use crate::{Error, Store};
use domain::ContractId;

/// How many contracts are put right concurrently.
const AT_ONCE: usize = 16;

/// What was found in the table, and what was wrong with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProjectionReport {
    pub contracts: u64,
    /// Items of the index.
    pub entries: u64,
    /// Entries that contracts lacked.
    pub missing: u64,
    /// Items of the index that belong to no contract.
    pub outdated: u64,
    /// Contracts that could not be read or put right.
    pub failed: u64,
}

impl ProjectionReport {
    /// Whether nothing was wrong.
    #[must_use]
    pub fn is_right(&self) -> bool {
        let Self { contracts: _, entries: _, missing, outdated, failed } = self;
        [missing, outdated, failed].into_iter().all(|&wrong| wrong == 0)
    }
}

/// What a part of the scan has.
#[derive(Default)]
struct Part {
    /// The entries of contracts.
    wanted: BTreeMap<ContractId, BTreeSet<Entry>>,
    /// The entries that exist.
    present: Vec<Entry>,
    /// Items in the index that are no entries.
    strays: Vec<ItemKey>,
}

impl Store {
    /// Compares the index with the contracts and puts it right. A failure is counted and logged; the rest is still done.
    pub async fn rebuild_projection(&self) -> Result<ProjectionReport, Error> {
        self.compare_projection(true).await
    }

    /// Compares the index with the contracts; nothing is written. What the projector has yet to do counts as wrong.
    pub async fn check_projection(&self) -> Result<ProjectionReport, Error> {
        self.compare_projection(false).await
    }

    async fn compare_projection(&self, write: bool) -> Result<ProjectionReport, Error> {
        self.searched_months.forget();
        let filter = Expression::new("#SK = :contract OR begins_with(#PK, :list)")
            .value(":contract", text(ContractItem::SK))
            .value(":list", text(List::PK_PREFIX));
        let (mut report, mut from) = (ProjectionReport::default(), None);
        loop {
            let began = tokio::time::Instant::now();
            let (found, units) = self.scan(&filter, Entry::SOURCE, from).await?;
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
        report.outdated += count(outdated.len() + part.strays.len());
        for entry in outdated {
            wrong.entry(entry.contract.clone()).or_default().insert(entry);
        }
        if !write {
            return Ok(());
        }
        self.write_keys(&[], &part.strays).await?;
        // Also of entries that exist: a month may be what is missing.
        self.put_months(part.wanted.values().flatten()).await?;
        let running: Vec<_> = wrong.iter().map(|(contract, entries)| self.settle_entries(contract, entries)).collect();
        let settled: Vec<_> = stream::iter(running).buffered(AT_ONCE).collect().await;
        for (contract, settled) in wrong.keys().zip(settled) {
            if let Err(error) = settled {
                report.failed += 1;
                log(contract, &error);
            }
        }
        Ok(())
    }

    /// The entries that do not exist.
    async fn missing(
        &self,
        wanted: &BTreeMap<ContractId, BTreeSet<Entry>>,
    ) -> Result<BTreeMap<ContractId, BTreeSet<Entry>>, Error> {
        let item_keys: Vec<_> = wanted.values().flatten().map(Entry::item_key).collect();
        let present: HashSet<_> = self.get_all(&item_keys).await?.iter().filter_map(ItemKey::of).collect();
        let mut missing: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for entry in wanted.values().flatten().filter(|entry| !present.contains(&entry.item_key())) {
            missing.entry(entry.contract.clone()).or_default().insert(entry.clone());
        }
        Ok(missing)
    }

    /// Those of the entries that their contract does not have.
    async fn outdated(&self, present: Vec<Entry>) -> Result<Vec<Entry>, Error> {
        let contracts: BTreeSet<_> = present.iter().map(|entry| &entry.contract).collect();
        let item_keys: Vec<_> = contracts.into_iter().map(ContractItem::key).collect();
        let mut current = BTreeSet::new();
        for item in self.get_all(&item_keys).await? {
            // Counted as failed where the scan meets the contract itself.
            current.extend(Entry::of_item(item).unwrap_or_default());
        }
        Ok(present.into_iter().filter(|entry| !current.contains(entry)).collect())
    }
}

impl Part {
    fn read(items: Vec<Item>, report: &mut ProjectionReport) -> Self {
        let mut part = Self::default();
        for item in items {
            let Some(item_key) = ItemKey::of(&item) else { continue };
            if item_key.pk.starts_with(List::PK_PREFIX) {
                report.entries += 1;
                match Entry::of_item_key(&item_key) {
                    Some(entry) => part.present.push(entry),
                    None => part.strays.push(item_key),
                }
            } else if let Some(contract) = ContractItem::contract_at(&item_key) {
                report.contracts += 1;
                match Entry::of_item(item) {
                    Ok(entries) => _ = part.wanted.insert(contract, entries),
                    Err(error) => {
                        report.failed += 1;
                        log(&contract, &error);
                    }
                }
            }
        }
        part
    }
}

fn log(contract: &ContractId, error: &Error) {
    let error: &dyn std::error::Error = error;
    tracing::warn!(error, contract.id = contract.as_str(), "could not compare a contract with the index");
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
