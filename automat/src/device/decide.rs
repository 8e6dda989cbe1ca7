//! What a code opens without the cloud, by pages, lease, sensors and time. Nothing here changes anything.

use protocol::{Between, CodeKind, Handle, KeyHolder, Lease, Page, PageEntry, PinCase, PinRefusal, Purpose, Verifier};

use super::Device;
use super::motors::{Decider, EntryRun};
use crate::clock::Millis;

/// What a code opens.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// Whether a page has it.
    pub(super) is_known: bool,
    /// The contract of a PIN.
    pub(super) contract: Option<Handle>,
    pub(super) fetch: Vec<u16>,
    pub(super) give_back: Vec<u16>,
    /// How many keys of the contract somebody else has.
    pub(super) missing: u16,
}

impl Found {
    pub(super) fn opens_nothing(&self) -> bool {
        self.fetch.is_empty() && self.give_back.is_empty()
    }

    /// Whether the person is asked what is wanted.
    pub(super) fn is_both(&self) -> bool {
        !self.fetch.is_empty() && !self.give_back.is_empty()
    }
}

impl Device {
    /// What a code with these verifiers, under each of the device's keys, opens now.
    pub(super) fn find(&self, kind: CodeKind, verifiers: &[Verifier], now: Millis) -> Found {
        match kind {
            CodeKind::Pin => {
                self.pages.contract_of(verifiers).map(|contract| self.find_contract(contract, verifiers, now))
            }
            CodeKind::ReturnCode => {
                let lockers: Vec<u16> = self.pages.with_return_code(verifiers).collect();
                let give_back = lockers.iter().copied().filter(|locker| self.lockers.is_empty(*locker)).collect();
                Some(Found { is_known: !lockers.is_empty(), give_back, ..Found::default() })
            }
        }
        .unwrap_or_default()
    }

    fn find_contract(&self, contract: Handle, verifiers: &[Verifier], now: Millis) -> Found {
        let mut found = Found { is_known: true, contract: Some(contract), ..Found::default() };
        let can_fetch = self.can_fetch(now);
        for (locker, page, entry) in self.pages.entries_of(contract) {
            if !verifiers.contains(&entry.verifier) {
                continue;
            }
            match self.decide_locker(locker, page, entry, now) {
                Some(Ok(Purpose::Return)) => found.give_back.push(locker),
                Some(Ok(Purpose::Fetch)) if can_fetch => found.fetch.push(locker),
                Some(Err(PinRefusal::KeyOut)) => found.missing = found.missing.saturating_add(1),
                Some(
                    Ok(Purpose::Fetch) | Err(PinRefusal::TooEarly | PinRefusal::Ended | PinRefusal::OutsideSchedule),
                )
                | None => {}
            }
        }
        found
    }

    /// Whether keys can be fetched at all: the lease is in force, its end is ahead for certain, and there is room for
    /// lines.
    pub(super) fn can_fetch(&self, now: Millis) -> bool {
        self.lease(now).is_some() && !self.journal.lines().is_full()
    }

    /// Whether the motor of a locker may run for an entry now.
    pub(super) fn may_run(&self, locker: u16, run: EntryRun, now: Millis) -> bool {
        match (run.decider, run.purpose) {
            (Decider::Cloud, _) => true,
            (Decider::Device { .. }, Purpose::Return) => self.lockers.is_empty(locker),
            (Decider::Device { contract }, Purpose::Fetch) => contract.is_some_and(|contract| {
                let mut entries = self.pages.entries_of(contract).filter(|(of, ..)| *of == locker);
                let decision = entries.next().and_then(|(_, page, entry)| self.decide_locker(locker, page, entry, now));
                self.lease(now).is_some() && decision == Some(Ok(Purpose::Fetch))
            }),
        }
    }

    /// `None`: it is not certain whether the key is inside, or the device has no such locker.
    fn decide_locker(
        &self,
        locker: u16,
        page: &Page,
        entry: &PageEntry,
        now: Millis,
    ) -> Option<Result<Purpose, PinRefusal>> {
        let is_inside = self.lockers.is_inside(locker);
        if !is_inside && !self.lockers.is_empty(locker) {
            return None;
        }
        let times = self.time.times(now);
        let holder = match self.journal.holder(locker, page.holder) {
            Some(holder) if holder == entry.handle => KeyHolder::Own,
            Some(_) => KeyHolder::Other,
            None => KeyHolder::Unknown,
        };
        let times_on_wall = times.to.zip(self.lease(now)).map(|(to, lease)| [times.from, to].map(|at| lease.local(at)));
        let case = PinCase {
            start: i64::from(entry.start),
            end: entry.end.map(i64::from),
            is_in_schedule: times_on_wall.is_some_and(|times| is_in_schedule(page, entry, times)),
            is_inside,
            holder,
        };
        Some(case.decide(Between { from: times.from, to: times.to }))
    }

    fn lease(&self, now: Millis) -> Option<&Lease> {
        self.pages.lease_after(self.time.times(now).to)
    }
}

/// Whether the schedule of an entry contains all of these local times. A schedule that is not in the page contains
/// none.
fn is_in_schedule(page: &Page, entry: &PageEntry, times: [i64; 2]) -> bool {
    let Some(schedule) = entry.schedule else { return true };
    let windows = page.schedules.get(usize::from(schedule));
    windows.is_some_and(|windows| times.iter().all(|at| windows.contain(*at)))
}
