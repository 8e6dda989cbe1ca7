//! The end of a run: everything becomes quiet, and then the cloud must say what is the case.

use std::collections::{BTreeMap, BTreeSet};

use domain::{EventKind, LockerIndex, Whereabouts};
use protocol::Door;

use crate::SECOND;
use crate::bookings::key_id;
use crate::cabinet::{KEYS, LOCKERS};
use crate::event::Happening;
use crate::faults::Chances;
use crate::invariants::Verdict;
use crate::lockers::Locker;
use crate::world::{CABINETS, World, instant};

/// How often something happened to a key, at least and at most, and how often the cloud says so.
#[derive(Debug, Default)]
struct Times {
    least: usize,
    most: usize,
    said: usize,
}

type Counts = BTreeMap<(usize, u16, String), Times>;

impl World {
    /// Runs without faults until nothing is pending.
    pub(crate) async fn calm(&mut self) {
        self.chances = Chances::none();
        self.is_closing = true;
        // Whoever is at a keypad finishes, and the last doors are closed.
        self.until(self.now + 400 * SECOND).await;
        for cabinet in 0..CABINETS {
            assert!(self.cabinets[cabinet].session.is_some(), "every device finds back");
            if let Some(visit) = &self.cabinets[cabinet].visit {
                self.verdict.lies.push(format!("somebody waits for ever: {visit:?}"));
            }
            (0..LOCKERS).for_each(|locker| self.set_door(cabinet, locker, Door::Closed));
            // Every device reconnects sooner or later, and reports again what may have been lost.
            self.disconnect(cabinet);
            let life = self.cabinets[cabinet].life;
            self.after(0, Happening::Woken { cabinet, life });
        }
        self.until(self.now + 120 * SECOND).await;
    }

    /// Checks every opening against its motor, and every key, contract and entry against the lockers.
    pub(crate) async fn judge(mut self) -> Verdict {
        self.judge_openings().await;
        self.judge_keys().await;
        self.judge_contracts().await;
        self.judge_events().await;
        self.type_every_code().await;
        self.entries.count(&mut self.verdict);
        let taken =
            self.lockers_with_keys().flat_map(|(_, _, locker)| &locker.moves[1..]).filter(|moved| !moved.inside);
        self.verdict.count("keys taken", taken.count());
        self.verdict
    }

    async fn judge_openings(&mut self) {
        for opening in self.cloud.openings().await {
            let now = instant(self.now);
            self.verdict.lies.extend(self.truth.lie(&opening, now));
            let confirmed = if opening.is_confirmed_by_device() { "confirmed" } else { "unconfirmed" };
            *self.verdict.ended.entry(format!("{:?} {confirmed}", opening.status(now))).or_default() += 1;
        }
        for cabinet in &self.cabinets {
            let left = self.cloud.shadow(&cabinet.thing);
            if left["reported"]["r"].as_object().is_some_and(|reports| !reports.is_empty()) {
                self.verdict.lies.push(format!("stored reports are left in the shadow: {left}"));
            }
        }
    }

    /// Every key is where it is, and out with whoever fetched it.
    async fn judge_keys(&mut self) {
        let mut lies = Vec::new();
        for (cabinet, index, locker) in self.lockers_with_keys() {
            let said = self.cloud.whereabouts(cabinet, index).await;
            // What the device could not say, or only too late, the cloud cannot know.
            let holder = locker.known().map(|(by, _)| {
                let holder = self.entries.fetched_with(by, index);
                holder.map(|booking| self.bookings[booking].id.clone())
            });
            let is_true = match &said {
                Whereabouts::Unknown => false,
                Whereabouts::Inside => locker.is_inside(),
                Whereabouts::Out { contract } => {
                    !locker.is_inside() && holder.as_ref().is_none_or(|holder| holder == contract)
                }
            };
            if !is_true {
                lies.push(format!("key {cabinet}-{index} is {said:?}, and the truth is {holder:?}, {locker:?}"));
            }
        }
        self.verdict.lies.extend(lies);
    }

    /// The contracts and their PINs say of their keys what the keys say.
    async fn judge_contracts(&mut self) {
        for booking in &self.bookings {
            let mut out = BTreeSet::new();
            for &(cabinet, locker) in &booking.keys {
                let whereabouts = self.cloud.whereabouts(cabinet, locker).await;
                if whereabouts.holder() == Some(&booking.id) {
                    out.insert((cabinet, locker));
                }
            }
            let of = |keys: &BTreeSet<(usize, u16)>, here: Option<usize>| -> BTreeSet<_> {
                let wanted = keys.iter().filter(|(cabinet, _)| here.is_none_or(|here| here == *cabinet));
                wanted.map(|(cabinet, locker)| key_id(*cabinet, *locker)).collect()
            };
            let contract = self.cloud.contract(&booking.id).await;
            if contract.out != of(&out, None) {
                self.verdict.lies.push(format!("{:?} are out: {contract:?}", of(&out, None)));
            }
            for cabinet in booking.cabinets() {
                let automat = self.cabinets[cabinet].thing.automat_id();
                let said = self.cloud.pin_keys(&automat, &booking.pin).await;
                let expected = (of(&booking.keys, Some(cabinet)), of(&out, Some(cabinet)));
                if said != expected {
                    self.verdict.lies.push(format!("the PIN of {:?} has {said:?}, not {expected:?}", booking.id));
                }
            }
        }
    }

    /// The events say of each key what happened to it. Not everything has an event: a key may be fetched and returned
    /// while the device cannot report.
    async fn judge_events(&mut self) {
        let mut counts = self.true_counts();
        for cabinet in 0..CABINETS {
            for event in self.cloud.events(&self.cabinets[cabinet].thing.automat_id()).await {
                let what = match &event.kind {
                    EventKind::PinAccepted { purpose } => format!("{purpose:?} accepted"),
                    EventKind::KeyFetched => "fetched".to_owned(),
                    EventKind::KeyReturned => "returned".to_owned(),
                    _ => continue,
                };
                let contract = event.subject.contract.filter(|_| event.kind != EventKind::KeyReturned);
                let what = contract.map_or(what.clone(), |contract| format!("{what} with {contract}"));
                let locker = event.subject.locker.map_or(0, LockerIndex::get);
                counts.entry((cabinet, locker, what)).or_default().said += 1;
            }
        }
        let is_false = |times: &Times| times.said < times.least || times.said > times.most;
        let wrong = counts.into_iter().filter(|(_, times)| is_false(times));
        self.verdict.lies.extend(wrong.map(|(what, times)| format!("events of {what:?}: {times:?}")));
    }

    fn true_counts(&self) -> Counts {
        let mut counts = Counts::new();
        for ((booking, cabinet, locker), purpose, is_sure) in self.entries.allowed() {
            let what = format!("{purpose:?} accepted with {}", self.bookings[booking].id);
            let times = counts.entry((cabinet, locker, what)).or_default();
            times.least += usize::from(is_sure);
            times.most += 1;
        }
        for (cabinet, index, locker) in self.lockers_with_keys() {
            for (before, moved) in locker.moves.iter().zip(&locker.moves[1..]) {
                let mut count = |by: Option<&String>, least, most| {
                    let holder = self.entries.fetched_with(by, index).filter(|_| !moved.inside);
                    let what = if moved.inside { "returned" } else { "fetched" }.to_owned();
                    let what = holder.map_or(what.clone(), |of| format!("{what} with {}", self.bookings[of].id));
                    let times = counts.entry((cabinet, index, what)).or_default();
                    times.least += least;
                    times.most += most;
                };
                match &moved.reported {
                    Some((by, _)) if before.reported.is_some() => count(by.as_ref(), 1, 1),
                    // It may be unknown, as may be who it was: a door may have been opened by somebody else since.
                    _ => {
                        count(moved.by.as_ref(), 0, 1);
                        count(None, 0, usize::from(moved.by.is_some()));
                    }
                }
            }
        }
        counts
    }

    /// Everybody types the code again: what is left is what the lockers have. [`crate::entries`] judges the answers.
    async fn type_every_code(&mut self) {
        for cabinet in 0..CABINETS {
            for booking in 0..self.bookings.len() {
                if self.bookings[booking].cabinets().contains(&cabinet) {
                    let before = self.entries.answered();
                    self.come(cabinet, booking, true);
                    self.until(self.now + 120 * SECOND).await;
                    if self.entries.answered() != before + 1 {
                        self.verdict.lies.push(format!("booking {booking} got no answer at cabinet {cabinet}"));
                    }
                }
            }
        }
    }

    fn lockers_with_keys(&self) -> impl Iterator<Item = (usize, u16, &Locker)> {
        self.cabinets.iter().enumerate().flat_map(|(cabinet, state)| {
            (0..KEYS).zip(&state.lockers).map(move |(index, locker)| (cabinet, index, locker))
        })
    }
}
