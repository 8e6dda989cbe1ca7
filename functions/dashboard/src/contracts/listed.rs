//! Contracts in lists over several automats: each with its keys, and its times in the time zone of its automat.

use std::collections::{BTreeSet, HashMap};

use api::Problem;
use domain::{Automat, AutomatId, Contact, Contract, Instant, Key};
use store::ListedContract;

use super::page::state;
use crate::links;
use crate::times::Times;
use crate::translations::count;
use crate::visit::Visit;

/// Keys that a line names. The contract's page has the others.
const NAMED: usize = 3;

/// The automats that the page has read.
#[derive(Default)]
pub(crate) struct Automats {
    known: HashMap<AutomatId, Automat>,
}

/// A contract in a list.
pub(crate) struct Line {
    pub(crate) contract: Contract,
    pub(crate) href: String,
    /// Its first keys.
    pub(crate) keys: Vec<Key>,
    /// How many others there are.
    pub(crate) others: Option<String>,
    pub(crate) times: Times,
    /// The class and the text of its state.
    pub(crate) state: (&'static str, String),
}

impl Automats {
    pub(crate) fn of(automats: impl IntoIterator<Item = Automat>) -> Self {
        Self { known: automats.into_iter().map(|automat| (automat.id.clone(), automat)).collect() }
    }

    pub(crate) fn get(&self, id: &AutomatId) -> Option<&Automat> {
        self.known.get(id)
    }

    pub(crate) fn have_several_zones(&self) -> bool {
        let mut zones = self.known.values().map(|automat| automat.time_zone.identifier());
        let first = zones.next();
        zones.any(|zone| Some(zone) != first)
    }

    /// Reads the automats of these contracts that are still unknown, together.
    pub(crate) async fn read_those_of<'l>(
        &mut self,
        visit: &Visit,
        listed: impl IntoIterator<Item = &'l ListedContract>,
    ) -> Result<(), Problem> {
        let keys = listed.into_iter().flat_map(|one| &one.keys);
        let automats: BTreeSet<_> = keys.map(|key| key.automat.clone()).collect();
        self.read(visit, automats).await
    }

    /// Reads those of these automats that are still unknown, together.
    pub(crate) async fn read(&mut self, visit: &Visit, mut automats: BTreeSet<AutomatId>) -> Result<(), Problem> {
        automats.retain(|id| !self.known.contains_key(id));
        if !automats.is_empty() {
            let found = visit.store().automats_by_id(&automats).await?;
            self.known.extend(found.into_iter().map(|automat| (automat.id.clone(), automat)));
        }
        Ok(())
    }

    /// The line of a contract. `None` if its automat was removed a moment ago.
    pub(crate) fn line(&self, visit: &Visit, listed: ListedContract) -> Option<Line> {
        let ListedContract { contract, keys } = listed;
        let automat = self.get(&keys.first()?.automat)?;
        let others = keys.len().saturating_sub(NAMED);
        let overdue = contract.is_overdue(visit.now);
        Some(Line {
            href: links::contract(&contract.id),
            keys: keys.into_iter().take(NAMED).collect(),
            others: (others > 0).then(|| count(visit.t, "keys-more", others)),
            times: Times::new(visit.t, automat.time_zone),
            state: state(visit.t, contract.state(visit.now), overdue),
            contract,
        })
    }
}

impl Line {
    pub(crate) fn start(&self) -> String {
        self.times.moment(self.contract.range.start())
    }

    /// `None` if it is permanent.
    pub(crate) fn end(&self) -> Option<String> {
        self.contract.range.end().map(|end| self.times.moment(end))
    }

    /// To sort by. Permanent contracts come last.
    pub(crate) fn end_millis(&self) -> i64 {
        self.contract.range.end().unwrap_or(Instant::MAX).millis()
    }

    pub(crate) fn start_clock(&self) -> String {
        self.times.clock(self.contract.range.start())
    }

    /// Empty if it is permanent.
    pub(crate) fn end_clock(&self) -> String {
        self.contract.range.end().map(|end| self.times.clock(end)).unwrap_or_default()
    }

    /// Whether an instant is before the end of the day in its automat's time zone.
    pub(crate) fn is_today(&self, instant: Option<Instant>, now: Instant) -> bool {
        instant.zip(self.times.day_end(now)).is_some_and(|(instant, end)| instant < end)
    }

    /// How long ago it ended, in whole minutes, hours or days: the id of the text, and the number.
    pub(crate) fn lateness(&self, now: Instant) -> (&'static str, usize) {
        lateness(self.contract.range.end().unwrap_or(now), now)
    }

    /// Whether any of its contacts gets messages.
    pub(crate) fn can_be_reminded(&self) -> bool {
        Contact::any_is_notified(&self.contract.contacts)
    }

    pub(crate) fn phone(&self) -> Option<(&str, Option<&str>)> {
        phone(&self.contract)
    }
}

/// The first phone number among a contract's contacts, with the name of that contact if it is not the person's.
pub(crate) fn phone(contract: &Contract) -> Option<(&str, Option<&str>)> {
    let mut contacts = contract.contacts.iter();
    contacts.find_map(|contact| Some((contact, contact.phone_number.as_ref()?))).map(|(contact, number)| {
        (number.reveal(), Some(contact.name.as_str()).filter(|name| *name != contract.person.as_str()))
    })
}

/// The contract with only those of its keys that are out.
pub(crate) fn only_out(listed: ListedContract) -> ListedContract {
    let ListedContract { contract, keys } = listed;
    let keys = keys.into_iter().filter(|key| contract.out.contains(&key.id)).collect();
    ListedContract { contract, keys }
}

/// How long ago an instant was, in whole minutes, hours or days: the id of the text, and the number.
pub(crate) fn lateness(since: Instant, now: Instant) -> (&'static str, usize) {
    let minutes = usize::try_from((now.millis() - since.millis()) / 60_000).unwrap_or_default();
    match minutes {
        0 => ("today-late-now", 0),
        1..60 => ("today-late-minutes", minutes),
        60..2_880 => ("today-late-hours", minutes / 60),
        _ => ("today-late-days", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests {
    use super::lateness;
    use domain::Instant;

    #[test]
    fn lateness_is_in_the_largest_unit_that_says_enough() {
        let at = |minutes: i64| Instant::from_millis(minutes * 60_000).unwrap();
        for (minutes, id, number) in [
            (-1, "today-late-now", 0),
            (0, "today-late-now", 0),
            (1, "today-late-minutes", 1),
            (59, "today-late-minutes", 59),
            (60, "today-late-hours", 1),
            (47 * 60 + 59, "today-late-hours", 47),
            (48 * 60, "today-late-days", 2),
        ] {
            assert_eq!(lateness(at(10), at(10 + minutes)), (id, number), "{minutes}");
        }
    }
}
