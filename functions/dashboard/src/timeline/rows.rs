//! The keys of a page with their rows, by automat.

use std::collections::HashMap;

use api::Problem;
use domain::{Contract, ContractId, Sharing, TimeRange, Whereabouts};

use super::keys::{Found, FoundKey, Local};
use super::layout::{Cell, Lanes, Window, lanes};
use crate::contracts::listed::Automats;
use crate::links;
use crate::translations::count;
use crate::visit::Visit;

/// The keys of an automat.
pub(super) struct Group {
    pub(super) href: String,
    pub(super) name: String,
    /// Its time zone, if the automats are in different ones.
    pub(super) zone: Option<&'static str>,
    /// Where now is, as a percentage of the width.
    pub(super) now: Option<String>,
    pub(super) window: Window,
    pub(super) keys: Vec<KeyRows>,
}

pub(super) struct KeyRows {
    pub(super) href: String,
    pub(super) id: String,
    pub(super) property: String,
    /// The class and the text of what is unusual about where it is.
    pub(super) state: Option<(&'static str, &'static str)>,
    pub(super) rows: Vec<Vec<Cell<Bar>>>,
    /// How many contracts are in none of the rows.
    pub(super) more: Option<String>,
}

/// A contract, or the time that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bar {
    Contract {
        href: String,
        person: String,
        /// From when to when, as far as that is within the days of the page. Empty if neither is.
        clocks: String,
        look: Look,
    },
    /// With the start and the end for the form.
    Free { start: String, end: String },
}

/// How a contract looks. Colour is never the only difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Upcoming,
    Active,
    Out,
    Overdue,
}

impl Look {
    /// The CSS class, and the text for it.
    pub(super) fn named(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Upcoming => None,
            Self::Active => Some(("run", "state-active")),
            Self::Out => Some(("out", "key-page-out")),
            Self::Overdue => Some(("late", "state-overdue")),
        }
    }
}

/// One read for the contracts of all keys.
pub(super) async fn groups(
    visit: &Visit,
    found: Found,
    automats: &Automats,
    has_several_zones: bool,
) -> Result<Vec<Group>, Problem> {
    let Found { keys, zones, next: _ } = found;
    let ids = keys.iter().flat_map(|key| key.live.iter().map(|entry| &entry.contract).chain(&key.overdue));
    let contracts = visit.store().contracts_of(&ids.cloned().collect()).await?;
    let mut groups: Vec<(_, Group)> = Vec::new();
    for key in keys {
        let Some(automat) = automats.get(&key.key.automat) else { continue };
        let Some(local) = zones.get(automat.time_zone.identifier()) else { continue };
        let rows = rows(visit, key, local, &contracts);
        if let Some((_, group)) = groups.iter_mut().find(|(id, _)| *id == automat.id) {
            group.keys.push(rows);
            continue;
        }
        groups.push((
            automat.id.clone(),
            Group {
                href: links::automat(&automat.id),
                name: automat.name.to_string(),
                zone: has_several_zones.then(|| local.times.zone()),
                now: local.window.position(visit.now),
                window: local.window.clone(),
                keys: vec![rows],
            },
        ));
    }
    Ok(groups.into_iter().map(|(_, group)| group).collect())
}

fn rows(visit: &Visit, found: FoundKey, local: &Local, contracts: &HashMap<ContractId, Contract>) -> KeyRows {
    let FoundKey { key, live, overdue } = found;
    let (now, window) = (visit.now, &local.window);
    // A contract that was removed a moment ago is missing.
    let named = |id: &ContractId| contracts.get(id).filter(|contract| contract.keys.has(&key.id));
    let mut bars = Vec::new();
    for entry in &live {
        let Some((contract, columns)) = named(&entry.contract).zip(window.touched(entry.range)) else { continue };
        let is_out = key.whereabouts.holder() == Some(&contract.id);
        let look = match (entry.range.contains(now), is_out) {
            (false, _) => Look::Upcoming,
            (true, false) => Look::Active,
            (true, true) => Look::Out,
        };
        bars.push((columns, bar(contract, entry.range, look, local)));
    }
    if let Some(contract) = overdue.as_ref().and_then(named) {
        // The key is out up to now.
        let until_now = TimeRange::new(contract.range.start(), Some(now.plus_millis(1)));
        if let Some(columns) = until_now.and_then(|range| window.touched(range)) {
            bars.push((columns, bar(contract, contract.range, Look::Overdue, local)));
        }
    }
    if let Some((range, columns)) = local.free.and_then(|range| Some((range, window.touched(range)?))) {
        let [start, end] = [Some(range.start()), range.end()]
            .map(|instant| instant.map(|instant| local.times.address(instant)).unwrap_or_default());
        bars.push((columns, Bar::Free { start, end }));
    }
    let is_shared = key.sharing == Sharing::Shared;
    let Lanes { rows, left_out } = lanes(bars, window.columns(), window.past(now), is_shared);
    KeyRows {
        href: links::key(&key.id),
        id: key.id.to_string(),
        property: key.property.to_string(),
        state: match &key.whereabouts {
            Whereabouts::Out { contract: None } => Some(("warning", "key-page-missing")),
            Whereabouts::Out { .. } if overdue.is_some() => Some(("bad", "state-overdue")),
            _ => None,
        },
        more: (left_out > 0).then(|| count(visit.t, "timeline-more", left_out)),
        rows,
    }
}

fn bar(contract: &Contract, range: TimeRange, look: Look, local: &Local) -> Bar {
    let start = Some(range.start()).filter(|start| local.window.starts_before(*start));
    let end = range.end().filter(|end| local.window.ends_after(*end));
    let [from, to] = [start, end].map(|time| time.map(|time| local.times.clock(time)).unwrap_or_default());
    Bar::Contract {
        href: links::contract(&contract.id),
        person: contract.person.to_string(),
        clocks: if start.is_some() || end.is_some() { format!("{from}–{to}") } else { String::new() },
        look,
    }
}

impl KeyRows {
    /// The form for a new contract of this key, between two local times.
    pub(super) fn booking(&self, start: &str, end: Option<&str>) -> String {
        let form = format!("{}/contracts/new", self.href);
        let end = end.map(|end| ("to", end));
        links::with_query(&form, &[Some(("from", start)), end].into_iter().flatten().collect::<Vec<_>>())
    }
}
