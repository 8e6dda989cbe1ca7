//! What a list of contracts has in it.

use std::ops::Range;

use domain::{AutomatId, Contract, ContractSearch, ContractState, ContractTerms, Instant, KeyId};
use strum::{IntoStaticStr, VariantArray};

use crate::items::StoredContract;

/// A selection of contracts. The most selective part decides in which list they are looked up: `search`, `key`,
/// `automat`, `starts`, or that a key is out.
#[derive(Debug, Clone, Default)]
pub struct ContractFilter {
    /// Newest first, whatever the order.
    pub search: Option<ContractSearch>,
    pub key: Option<KeyId>,
    pub automat: Option<AutomatId>,
    /// When they start.
    pub starts: Option<Range<Instant>>,
    /// Empty means every state.
    pub states: Vec<ListedState>,
    /// By start; by end if only overdue contracts are wanted and nothing else selects.
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

    /// Whether it selects few enough contracts to list them.
    #[must_use]
    pub fn is_selective(&self) -> bool {
        let Self { search, key, automat, starts, states, order: _ } = self;
        search.is_some() || key.is_some() || automat.is_some() || starts.is_some() || *states == [ListedState::Overdue]
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

    pub(super) fn has(&self, stored: &StoredContract, now: Instant) -> bool {
        let StoredContract { contract, keys, .. } = stored;
        let Self { search, key, automat, starts, states, order: _ } = self;
        search.as_ref().is_none_or(|search| search.matches(&ContractTerms::of(contract)))
            && key.as_ref().is_none_or(|key| contract.keys.has(key))
            && automat.as_ref().is_none_or(|automat| keys.iter().any(|noted| noted.automat == *automat))
            && starts.as_ref().is_none_or(|starts| starts.contains(&contract.range.start()))
            && (states.is_empty() || states.iter().any(|state| state.has(contract, now)))
    }

    /// What distinguishes this selection from others. Personal.
    pub(super) fn identity(&self) -> String {
        let search = self.search.as_ref().map(ContractSearch::identity);
        let Self { search: _, key, automat, starts, states, order } = self;
        format!("{search:?} {key:?} {automat:?} {starts:?} {states:?} {order:?}")
    }
}
