//! `GET /search`: keys by words of their KeyID and property, and contracts by words of names and reference, by addresses
//! and by the last digits of phone numbers.

use api::{Problem, Query};
use askama::Template;
use domain::{Contract, ContractSearch, Key, SearchTerms};
use store::{ContractFilter, KeyFilter, ListedContract, Page, PageRequest};
use strum::{IntoStaticStr, VariantArray};

use crate::contracts::listed::Automats;
use crate::frame::Frame;
use crate::links;
use crate::times::Times;
use crate::translations::count;
use crate::visit::{Answer, Visit, page};

/// Which of the two lists is continued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
enum List {
    Keys,
    Contracts,
}

/// Results, and the address of the next ones.
struct Found<T> {
    results: Vec<T>,
    next: Option<String>,
}

struct KeyLine {
    key: Key,
    /// The name of its automat, and the number on its door.
    automat: String,
    number: u16,
}

struct ContractLine {
    contract: Contract,
    /// The first key.
    key: Key,
    /// How many others there are.
    others: Option<String>,
    overdue: bool,
    /// In the local time of the key's automat.
    times: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage<'p> {
    frame: &'p Frame,
    query_text: String,
    keys: Option<Found<KeyLine>>,
    contracts: Option<Found<ContractLine>>,
}

pub(crate) async fn search(visit: Visit, mut query: Query) -> Answer {
    let (request, query_text) = (query.page(), query.text("q").unwrap_or_default());
    let only = query.one_of::<List>("list");
    query.finish()?;
    // The text may be too short for one of the lists.
    let terms = SearchTerms::parse(&query_text).filter(|_| only != Some(List::Contracts));
    let search = ContractSearch::parse(&query_text).ok().filter(|_| only != Some(List::Keys));
    // A cursor belongs to one of the lists.
    let first = PageRequest { after: None, ..request.clone() };
    let request = if only.is_some() { &request } else { &first };
    let mut shown = SearchPage { frame: &visit.frame, query_text, keys: None, contracts: None };
    let mut automats = Automats::default();
    if terms.is_some() {
        let found = visit.store().keys(&KeyFilter { automat: None, search: terms }, request).await?;
        let Page { data, next } = found;
        let data = key_lines(&visit, &mut automats, data).await?;
        shown.keys = Some(shown.found(Page { data, next }, List::Keys));
    }
    if let Some(search) = search {
        let found = visit.store().contracts(&ContractFilter::of_search(search), request, visit.now).await?;
        let Page { data, next } = found;
        let data = lines(&visit, &mut automats, data).await?;
        shown.contracts = Some(shown.found(Page { data, next }, List::Contracts));
    }
    page(&shown)
}

async fn key_lines(visit: &Visit, automats: &mut Automats, found: Vec<Key>) -> Result<Vec<KeyLine>, Problem> {
    automats.read(visit, found.iter().map(|key| key.automat.clone()).collect()).await?;
    // A key without an automat was removed a moment ago.
    let line = |key: Key| {
        let automat = automats.get(&key.automat)?;
        Some(KeyLine { automat: automat.name.to_string(), number: automat.door(key.locker), key })
    };
    Ok(found.into_iter().filter_map(line).collect())
}

async fn lines(
    visit: &Visit,
    automats: &mut Automats,
    found: Vec<ListedContract>,
) -> Result<Vec<ContractLine>, Problem> {
    automats.read_those_of(visit, &found).await?;
    let mut lines = Vec::with_capacity(found.len());
    for ListedContract { contract, keys } in found {
        let others = keys.len().saturating_sub(1);
        let Some(key) = keys.into_iter().next() else { continue };
        // Otherwise it was removed a moment ago.
        let Some(automat) = automats.get(&key.automat) else { continue };
        let local = Times::new(visit.t, automat.time_zone);
        let others = (others > 0).then(|| count(visit.t, "keys-more", others));
        let (overdue, times) = (contract.is_overdue(visit.now), local.range(contract.range));
        lines.push(ContractLine { contract, key, others, overdue, times });
    }
    Ok(lines)
}

impl SearchPage<'_> {
    fn found<T>(&self, Page { data, next }: Page<T>, list: List) -> Found<T> {
        let next = next.map(|after| {
            let query = [("q", self.query_text.as_str()), ("list", list.into()), ("after", after.as_str())];
            links::with_query("/search", &query)
        });
        Found { results: data, next }
    }

    /// Whether something was searched for, and nothing was found to the end.
    fn has_nothing(&self) -> bool {
        let is_empty = |results: usize, next: &Option<String>| results == 0 && next.is_none();
        let keys = self.keys.as_ref().is_none_or(|keys| is_empty(keys.results.len(), &keys.next));
        let contracts = self.contracts.as_ref().is_none_or(|found| is_empty(found.results.len(), &found.next));
        (self.keys.is_some() || self.contracts.is_some()) && keys && contracts
    }
}
