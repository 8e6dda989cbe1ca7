//! What automats know of a contract, and what they may still accept without a connection, as text.

use domain::{AtAutomat, Automat, AutomatId, Contract, ContractState, Instant};
use store::{HeldContract, StillUsable};
use texts::Texts;

use super::form::KeyContext;
use crate::times::Times;

/// What an automat knows of a contract.
pub(super) struct HeldLine {
    pub(super) text: String,
    /// Whether somebody should know before it is too late.
    pub(super) is_warning: bool,
}

/// One line for each automat that was ever connected. Of an ended contract only what may still open lockers.
pub(super) fn lines(
    t: &Texts,
    context: &KeyContext,
    contract: &Contract,
    held: &[HeldContract],
    now: Instant,
) -> Vec<HeldLine> {
    let is_over = contract.state(now) == ContractState::Ended;
    let is_shown = |held: &&HeldContract| !is_over || held.state.revoking_until().is_some();
    let line = |held: &HeldContract| HeldLine {
        text: text(t, &context.times, context.automat_name(&held.automat), contract, held),
        is_warning: held.offline_since.is_some() || held.state == AtAutomat::Pending,
    };
    held.iter().filter(is_shown).map(line).collect()
}

/// Why a contract's PIN will not fetch its key at its start, if an automat is without a connection until then.
pub(crate) fn fails(t: &Texts, automat: &Automat, contract: &Contract, held: &HeldContract) -> Option<String> {
    let start = contract.range.start();
    let works = held.state == AtAutomat::Held && held.lease_until.is_some_and(|until| until > start);
    let says = || text(t, &Times::of_automat(t, Some(automat)), automat.name.to_string(), contract, held);
    (held.offline_since.is_some() && !works).then(says)
}

fn text(t: &Texts, times: &Times, automat: String, contract: &Contract, held: &HeldContract) -> String {
    let id = match (held.state, held.offline_since, held.lease_until) {
        (AtAutomat::Revoking { .. }, _, _) => "held-revoking",
        (AtAutomat::Pending, None, _) => "held-pending",
        (AtAutomat::Pending, Some(_), _) => "held-pending-offline",
        (AtAutomat::Held, None, None) => "held-no-lease",
        (AtAutomat::Held, Some(_), None) => "held-lease-over",
        (AtAutomat::Held, None, Some(_)) => "held-connected",
        (AtAutomat::Held, Some(_), Some(until)) if until <= contract.range.start() => "held-lease-ends",
        (AtAutomat::Held, Some(_), Some(_)) => "held-offline",
    };
    let until = held.state.revoking_until().or(held.lease_until);
    let time = |at: Option<Instant>| at.map(|at| times.moment(at)).unwrap_or_default();
    t.with(id, [("automat", automat), ("since", time(held.offline_since)), ("until", time(until))])
}

/// Where the PIN as it is may still be accepted after a new one was made.
pub(super) fn still_accepting(t: &Texts, context: &KeyContext, held: &[HeldContract]) -> Vec<String> {
    let knows = |held: &&HeldContract| held.state != AtAutomat::Pending;
    let usable = held.iter().filter(knows).filter_map(|held| {
        let (offline_since, until) = held.offline_since.zip(held.lease_until)?;
        Some(StillUsable { automat: held.automat.clone(), offline_since, until })
    });
    still_usable(t, context, &usable.collect::<Vec<_>>())
}

/// What the automats of a contract may still accept of what is taken away.
pub(super) fn still_usable(t: &Texts, context: &KeyContext, usable: &[StillUsable]) -> Vec<String> {
    usable.iter().map(|one| still_usable_at(t, &context.times, context.automat_name(&one.automat), one)).collect()
}

/// What the automat of a key may still accept of its contracts.
pub(crate) fn still_usable_of_key(t: &Texts, automat: &Automat, usable: &[StillUsable]) -> Vec<String> {
    let times = Times::of_automat(t, Some(automat));
    usable.iter().map(|one| still_usable_at(t, &times, automat.name.to_string(), one)).collect()
}

fn still_usable_at(t: &Texts, times: &Times, automat: String, usable: &StillUsable) -> String {
    let [since, until] = [usable.offline_since, usable.until].map(|at| times.moment(at));
    t.with("still-usable", [("automat", automat), ("since", since), ("until", until)])
}

impl KeyContext {
    fn automat_name(&self, id: &AutomatId) -> String {
        if *id == self.key.automat {
            return self.automat.clone();
        }
        self.elsewhere.get(id).map_or_else(|| id.to_string(), |automat| automat.name.to_string())
    }
}
