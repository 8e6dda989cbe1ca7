//! The panel of the Key Automat View: one locker with its key, who has it, what is due and next, and what can be done.
//!
//! It costs one read besides the view's: of the contracts that it names.

use api::Problem;
use domain::{Contact, Contract, ContractState, Entry, KeyId, Property};
use store::NextContract;

use super::cabinet::{Locker, Look};
use crate::contracts::listed::{lateness, phone};
use crate::form::Form;
use crate::links;
use crate::times::Times;
use crate::translations::count;
use crate::visit::Visit;

pub(super) struct Panel {
    /// In the address of its page.
    pub(super) index: u16,
    /// On its door.
    pub(super) number: u16,
    pub(super) look: Look,
    pub(super) door_is_open: bool,
    pub(super) key: Option<(KeyId, Property)>,
    /// Who has the key, if it is out with a contract.
    pub(super) holder: Option<Person>,
    /// Whether the contract with which the key is out has been removed.
    pub(super) holder_is_removed: bool,
    pub(super) since: Option<String>,
    pub(super) due: Option<Due>,
    /// The active contract, if the key is not out with it.
    pub(super) active: Option<Person>,
    pub(super) next: Option<Person>,
    /// Whether there may be a next contract that was not read.
    pub(super) next_is_unknown: bool,
    /// The contract that can be ended now, and the one that can be extended.
    pub(super) end: Option<String>,
    pub(super) extend: Option<String>,
    /// The contract whose contacts can be reminded, because the key is overdue.
    pub(super) remind: Option<String>,
    pub(super) form: Form,
}

/// The person of a contract, with its page.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) href: String,
    /// The contract's time range.
    pub(super) when: String,
    /// When the key can be fetched, if not at any time.
    pub(super) hours: Option<String>,
    /// How many other keys the contract has.
    pub(super) others: Option<String>,
    /// A number, with the name of the contact if that is somebody else.
    pub(super) phone: Option<(String, Option<String>)>,
}

/// When the key has to be back.
pub(super) struct Due {
    pub(super) when: String,
    /// How long ago that was.
    pub(super) late: Option<String>,
}

impl Panel {
    pub(super) async fn read(visit: &Visit, locker: &Locker, times: &Times) -> Result<Self, Problem> {
        let view = &locker.view;
        let (t, now) = (visit.t, visit.now);
        let next = match &view.next {
            NextContract::Starts(entry) => Some(entry),
            NextContract::None | NextContract::NotRead => None,
        };
        // The holder of an overdue key may be a contract that was removed.
        let holder_id = view.whereabouts.holder().filter(|_| view.key.is_some());
        let active = view.active_contract.as_ref().filter(|entry| Some(&entry.contract) != holder_id);
        let ids = [active, next].into_iter().flatten().map(|entry| &entry.contract).chain(holder_id);
        let mut contracts = visit.store().contracts_of(&ids.cloned().collect()).await?;
        contracts.retain(|_, contract| view.key.as_ref().is_some_and(|(key, _)| contract.keys.has(key)));
        let find = |entry: &Entry| contracts.get(&entry.contract);
        let holder = holder_id.and_then(|id| contracts.get(id));
        let (active, next) = (active.and_then(find), next.and_then(find));
        let current = holder.or(active);
        let person = |contract: &Contract| {
            let others = contract.keys.iter().count() - 1;
            Person {
                name: contract.person.to_string(),
                href: links::contract(&contract.id),
                when: times.range(contract.range),
                hours: contract.schedule.as_ref().map(|schedule| times.hours(schedule)),
                others: (others > 0).then(|| count(t, "keys-more", others)),
                phone: phone(contract).map(|(number, name)| (number.to_owned(), name.map(str::to_owned))),
            }
        };
        let is_active = |contract: &&Contract| contract.state(now) == ContractState::Active;
        Ok(Self {
            index: view.locker.get(),
            number: locker.number,
            look: locker.look,
            door_is_open: locker.door_is_open(),
            key: view.key.clone(),
            holder: holder.map(person),
            holder_is_removed: holder_id.is_some() && holder.is_none(),
            since: locker.since.clone(),
            due: holder.and_then(|contract| contract.range.end()).map(|end| Due {
                when: times.moment(end),
                late: (locker.look == Look::Overdue).then(|| {
                    let (id, late) = lateness(end, now);
                    count(t, id, late)
                }),
            }),
            active: active.map(person),
            next: next.map(person),
            next_is_unknown: view.next == NextContract::NotRead,
            end: current.filter(is_active).map(|contract| format!("{}/end", links::contract(&contract.id))),
            extend: current
                .filter(|contract| contract.can_be_extended(now))
                .map(|contract| format!("{}/edit#end", links::contract(&contract.id))),
            remind: holder
                .filter(|contract| locker.look == Look::Overdue && Contact::any_is_notified(&contract.contacts))
                .map(|contract| format!("{}/remind", links::contract(&contract.id))),
            form: visit.fresh_form()?,
        })
    }

    /// Whether the key may not be back when the next contract starts.
    pub(super) fn next_is_at_risk(&self) -> bool {
        self.look == Look::Overdue && self.next.is_some()
    }
}
