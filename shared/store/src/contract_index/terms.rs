//! Searching contracts: month by month, newest first. What an entry finds is read and compared, so that nothing
//! outdated is shown.
//!
//! A month's entries are read in chunks, in order of their terms. A chunk is sorted by start, so within a month the order
//! is that of the starts as long as the month has no more than [`CHUNK`] entries that the search finds.

use std::collections::{BTreeSet, HashSet};

use domain::ContractSearch;
use futures_util::future::try_join_all;

use super::entry::{Entry, List};
use super::walk::{Found, READ_AT_MOST, Walk};
use crate::Error;
use crate::items::ItemKey;
use crate::read::{BATCH, Stretch};

/// Limit on the entries of a month that are sorted together.
const CHUNK: usize = 1_000;
/// Limit on the months that are looked through for one page: ten years. More of them, and a page may be short.
const MONTHS: usize = 120;
/// How many months are read concurrently at most. The first one is read alone: mostly it fills the page.
const MONTHS_AT_ONCE: usize = 8;
/// So many contracts are read without asking whether the other parts of a search find them.
const FEW: usize = 4;
/// Separates the parts of a position. It is in no term and no identifier.
const BETWEEN: char = '\u{1f}';

/// A position in the results.
#[derive(Debug, Clone)]
struct Position {
    month: String,
    /// Where the chunk begins, for each prefix.
    from: Vec<From>,
    /// Continue after this position in the chunk.
    after: Option<String>,
}

/// Where a chunk begins among the entries that a prefix finds.
#[derive(Debug, Clone, PartialEq)]
enum From {
    Beginning,
    /// After this sort key.
    After(String),
    /// There are no more.
    End,
}

impl Position {
    fn first(month: &str, search: &ContractSearch) -> Self {
        let from = search.prefixes().iter().map(|_| From::Beginning).collect();
        Self { month: month.to_owned(), from, after: None }
    }

    fn to_text(&self) -> String {
        let after = self.after.as_deref().unwrap_or_default();
        let from = self.from.iter().map(|from| match from {
            From::Beginning => "",
            From::After(sk) => sk,
            From::End => "-",
        });
        [self.month.as_str(), after].into_iter().chain(from).collect::<Vec<_>>().join(&BETWEEN.to_string())
    }

    /// `None` if the text is not a position of this search: whoever invents one would otherwise get errors from DynamoDB.
    fn parse(text: &str, search: &ContractSearch) -> Option<Self> {
        let mut parts = text.split(BETWEEN);
        let (month, after) = (parts.next()?.to_owned(), parts.next()?);
        let from: Vec<_> = parts
            .map(|from| match from {
                "" => From::Beginning,
                "-" => From::End,
                sk => From::After(sk.to_owned()),
            })
            .collect();
        let belongs = |(from, prefix): (&From, &String)| !matches!(from, From::After(sk) if !sk.starts_with(prefix));
        let is_whole = from.len() == search.prefixes().len() && from.iter().zip(search.prefixes()).all(belongs);
        is_whole.then(|| Self { month, from, after: Some(after.to_owned()).filter(|after| !after.is_empty()) })
    }
}

/// Entries of a month, sorted by start, one for each contract.
struct Chunk {
    position: Position,
    entries: Vec<Entry>,
    /// Where the next chunk begins. `None` if this is the month's last one.
    next: Option<Position>,
}

impl Walk<'_> {
    /// A page of the contracts that a search finds, those of later months first.
    pub(super) async fn through_terms(
        mut self,
        search: &ContractSearch,
        position: Option<String>,
    ) -> Result<Found, Error> {
        let from = position.map(|text| Position::parse(&text, search).ok_or(Error::BadCursor)).transpose()?;
        let latest = from.as_ref().map(|position| position.month.as_str());
        let mut months = self.store.months_to_search(search.prefixes(), latest).await?;
        let more_months = months.get(MONTHS).map(|month| Position::first(month, search));
        months.truncate(MONTHS);
        let mut at_once = 1;
        let mut months = months.as_slice();
        while !months.is_empty() {
            let (group, rest) = months.split_at(at_once.min(months.len()));
            let start = |month: &String| match &from {
                Some(from) if from.month == *month => from.clone(),
                _ => Position::first(month, search),
            };
            for chunk in try_join_all(group.iter().map(|month| self.chunk(search, start(month)))).await? {
                if let Some(stopped) = self.through_month(search, chunk).await? {
                    return Ok((self.found, Some(stopped.to_text())));
                }
            }
            months = rest;
            at_once = (at_once * 2).min(MONTHS_AT_ONCE);
        }
        Ok((self.found, more_months.map(|position| position.to_text())))
    }

    /// Continues in a month, at this chunk. Returns where it stopped if the page is full.
    async fn through_month(&mut self, search: &ContractSearch, mut chunk: Chunk) -> Result<Option<Position>, Error> {
        loop {
            if let Some(after) = self.through_chunk(search, &chunk).await? {
                return Ok(Some(Position { after: Some(after), ..chunk.position }));
            }
            let Some(next) = chunk.next else { return Ok(None) };
            chunk = self.chunk(search, next).await?;
        }
    }

    async fn through_chunk(&mut self, search: &ContractSearch, chunk: &Chunk) -> Result<Option<String>, Error> {
        let mut entries = chunk.entries.as_slice();
        while !entries.is_empty() {
            // As many as are missing, and twice as many each time if most of them do not match.
            let wanted = (self.limit - self.found.len()).max(self.read).min(BATCH);
            let (batch, rest) = entries.split_at(wanted.min(entries.len()));
            for (entry, stored) in self.read(batch).await? {
                if is_in_earlier_chunk(search, &Entry::of_contract(&stored), &chunk.position) {
                    continue;
                }
                self.found.extend(self.with_keys(stored).map(|listed| (entry.position(), listed)));
                if self.found.len() == self.limit {
                    return Ok(Some(entry.position()));
                }
            }
            entries = rest;
            if self.read >= READ_AT_MOST {
                return Ok(batch.last().map(Entry::position));
            }
        }
        Ok(None)
    }

    /// Reads the entries of a month from a position on.
    async fn chunk(&self, search: &ContractSearch, position: Position) -> Result<Chunk, Error> {
        let (mut entries, mut next) = (Vec::new(), Vec::new());
        for (prefix, from) in search.prefixes().iter().zip(&position.from) {
            let pk = List::of_prefix(prefix, &position.month);
            let from = match from {
                From::Beginning => None,
                From::After(sk) => Some(ItemKey::new(pk.clone(), sk.clone()).into_item()),
                From::End => {
                    next.push(From::End);
                    continue;
                }
            };
            let found = self.store.query(&Stretch::of_prefix(pk, prefix).after(from), Some(CHUNK)).await?;
            entries.extend(
                found.items.iter().filter_map(ItemKey::of).filter_map(|item_key| Entry::of_item_key(&item_key)),
            );
            next.push(found.rest.as_ref().and_then(ItemKey::of).map_or(From::End, |item_key| From::After(item_key.sk)));
        }
        entries.sort_by_cached_key(Entry::position);
        // A contract that several of its terms find.
        entries.dedup_by_key(|entry| entry.position());
        entries.retain(|entry| position.after.as_ref().is_none_or(|after| entry.position() > *after));
        self.keep_found_by_others(search, &position.month, &mut entries).await?;
        let is_last = next.iter().all(|from| *from == From::End);
        let next = (!is_last).then(|| Position { month: position.month.clone(), from: next, after: None });
        Ok(Chunk { position, entries, next })
    }

    /// Of many entries keeps those that the search's other parts find as well. To query an entry costs a fraction of what
    /// reading its contract does.
    async fn keep_found_by_others(
        &self,
        search: &ContractSearch,
        month: &str,
        entries: &mut Vec<Entry>,
    ) -> Result<(), Error> {
        for prefixes in search.other_prefixes() {
            if entries.len() <= FEW {
                break;
            }
            let queries = prefixes.iter().map(|prefix| async move {
                let stretch = Stretch::of_prefix(List::of_prefix(prefix, month), prefix);
                self.store.query(&stretch, Some(CHUNK)).await
            });
            let found = try_join_all(queries).await?;
            // A part that finds more than this narrows the search little.
            if found.iter().any(|found| found.rest.is_some()) {
                continue;
            }
            let item_keys = found.iter().flat_map(|found| &found.items).filter_map(ItemKey::of);
            let positions: HashSet<_> =
                item_keys.filter_map(|item_key| Some(Entry::of_item_key(&item_key)?.position())).collect();
            entries.retain(|entry| positions.contains(&entry.position()));
        }
        Ok(())
    }
}

/// Whether another of the contract's entries, which the search finds too, is before the chunk.
fn is_in_earlier_chunk(search: &ContractSearch, current: &BTreeSet<Entry>, position: &Position) -> bool {
    search.prefixes().iter().zip(&position.from).any(|(prefix, from)| {
        let mut found = current.iter().filter(|entry| entry.term().is_some_and(|term| term.starts_with(prefix)));
        match from {
            From::Beginning => false,
            From::After(sk) => found.any(|entry| entry.item_key().sk <= *sk),
            From::End => found.next().is_some(),
        }
    })
}
