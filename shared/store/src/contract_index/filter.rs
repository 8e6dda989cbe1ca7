//! What a list of contracts has in it.

use std::ops::Range;

use domain::{AutomatId, Contract, ContractSearch, ContractState, ContractTerms, Instant, KeyId};
use strum::{IntoStaticStr, VariantArray};

use crate::items::StoredContract;

/// A selection of contracts. The most selective part decides in which list they are looked up: `search`, `key`,
/// `automat`, `starts`, or that a key is out, as of those that are `due` or overdue.
#[derive(Debug, Clone, Default)]
pub struct ContractFilter {
    /// Newest first, whatever the order.
    pub search: Option<ContractSearch>,
    pub key: Option<KeyId>,
    pub automat: Option<AutomatId>,
    /// When they start.
    pub starts: Option<Range<Instant>>,
    /// When they end, while one of their keys is out.
    pub due: Option<Range<Instant>>,
    /// Empty means every state.
    pub states: Vec<ListedState>,
    /// By start; by end if `due` or that they are overdue is all that selects.
    pub order: Order,
}

/// A state by which contracts can be listed. An overdue contract has also ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ListedState {
    Upcoming,
    Active,
    Ended,
    Overdue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, IntoStaticStr, VariantArray)]
pub enum Order {
    #[default]
    #[strum(serialize = "asc")]
    Ascending,
    #[strum(serialize = "desc")]
    Descending,
}

impl ListedState {
    /// Whether a contract that has not ended can be in it.
    fn is_live(self) -> bool {
        matches!(self, Self::Upcoming | Self::Active)
    }

    fn has(self, contract: &Contract, now: Instant) -> bool {
        match self {
            Self::Upcoming => contract.state(now) == ContractState::Upcoming,
            Self::Active => contract.state(now) == ContractState::Active,
            Self::Ended => contract.state(now) == ContractState::Ended,
            Self::Overdue => contract.is_overdue(now),
        }
    }
}

impl ContractFilter {
    /// All contracts of a key.
    #[must_use]
    pub fn of_key(key: KeyId) -> Self {
        Self { key: Some(key), ..Self::default() }
    }

    /// What a search finds.
    #[must_use]
    pub fn of_search(search: ContractSearch) -> Self {
        Self { search: Some(search), ..Self::default() }
    }

    /// Contracts that end in this range, of which a key is still out.
    #[must_use]
    pub fn of_due(due: Range<Instant>) -> Self {
        Self { due: Some(due), ..Self::default() }
    }

    /// Contracts of which a key is out after their end.
    #[must_use]
    pub fn of_overdue() -> Self {
        Self { states: vec![ListedState::Overdue], ..Self::default() }
    }

    /// Whether it selects few enough contracts to list them.
    #[must_use]
    pub fn is_selective(&self) -> bool {
        let Self { search, key, automat, starts, due, states, order: _ } = self;
        let is_by_start = search.is_some() || key.is_some() || automat.is_some() || starts.is_some();
        is_by_start || due.is_some() || *states == [ListedState::Overdue]
    }

    /// Whether only contracts that have not ended are wanted.
    pub(super) fn is_live(&self) -> bool {
        !self.states.is_empty() && self.states.iter().all(|state| state.is_live())
    }

    /// When contracts may start, as far as the filter says.
    pub(super) fn bounds(&self, now: Instant) -> Range<Option<Instant>> {
        let Range { start, end } =
            self.starts.clone().map_or(None..None, |starts| Some(starts.start)..Some(starts.end));
        let wants = |state| self.states.is_empty() || self.states.contains(&state);
        // Only upcoming contracts start later than now.
        let now_at_the_latest = || Some(end.map_or(now.plus_millis(1), |end| end.min(now.plus_millis(1))));
        let end = if wants(ListedState::Upcoming) { end } else { now_at_the_latest() };
        let start = if self.states == [ListedState::Upcoming] { start.max(Some(now)) } else { start };
        start..end
    }

    /// When contracts of which a key is out may end, as far as the filter says.
    pub(super) fn due_bounds(&self, now: Instant) -> Range<Option<Instant>> {
        let Range { start, end } = self.due.clone().map_or(None..None, |due| Some(due.start)..Some(due.end));
        // What ends later is not overdue.
        let overdue_at_most = now.plus_millis(1);
        let is_overdue = self.states == [ListedState::Overdue];
        start..if is_overdue { Some(end.map_or(overdue_at_most, |end| end.min(overdue_at_most))) } else { end }
    }

    pub(super) fn has(&self, stored: &StoredContract, now: Instant) -> bool {
        let StoredContract { contract, keys, .. } = stored;
        let Self { search, key, automat, starts, due, states, order: _ } = self;
        let is_due = |due: &Range<Instant>| {
            !contract.out.is_empty() && contract.range.end().is_some_and(|end| due.contains(&end))
        };
        search.as_ref().is_none_or(|search| search.matches(&ContractTerms::of(contract)))
            && key.as_ref().is_none_or(|key| contract.keys.has(key))
            && automat.as_ref().is_none_or(|automat| keys.iter().any(|noted| noted.automat == *automat))
            && starts.as_ref().is_none_or(|starts| starts.contains(&contract.range.start()))
            && due.as_ref().is_none_or(is_due)
            && (states.is_empty() || states.iter().any(|state| state.has(contract, now)))
    }

    /// What distinguishes this selection from others. Personal.
    pub(super) fn identity(&self) -> String {
        let search = self.search.as_ref().map(ContractSearch::identity);
        let Self { search: _, key, automat, starts, due, states, order } = self;
        format!("{search:?} {key:?} {automat:?} {starts:?} {due:?} {states:?} {order:?}")
    }
}
