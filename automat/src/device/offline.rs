//! Decides about an entry when the cloud does not: what it opens is looked up, written, and then opened.

use protocol::{CodeKind, JournalFact, OfflineEntry, Verifier};

use super::decide::Found;
use super::motors::{Decider, Limit};
use super::sequence::Allowed;
use super::verifier::{CodeName, Hashing};
use super::{Device, Display, Effect};
use crate::clock::Millis;
use crate::journal::Record;

/// How long an entry waits for the cloud.
const CLOUD: Millis = 3_000;
/// How long its code may take to compute.
const HASH: Millis = 5_000;
/// The first locker of an entry opens at most this long after the decision.
const OPENS_WITHIN: Millis = 10_000;
/// The same if the person is asked which keys are wanted.
const CHOSEN_WITHIN: Millis = 30_000;

/// An entry that was typed. Of its code, only the names are kept.
#[derive(Debug)]
pub(super) struct TypedEntry {
    pub(super) id: String,
    pub(super) kind: CodeKind,
    /// The code's name under each of the device's keys.
    pub(super) names: Vec<CodeName>,
    /// Whether the cloud was asked. If so, it has counted a wrong code itself, and it can be asked again.
    pub(super) was_sent: bool,
}

/// The entry that is being decided. Meanwhile key presses are ignored.
#[derive(Debug)]
pub(super) struct Pending {
    entry: TypedEntry,
    stage: Stage,
    until: Millis,
}

#[derive(Debug)]
enum Stage {
    /// The cloud was asked.
    Cloud,
    /// Its verifiers are computed.
    Hash,
    /// The line with this number is written. Then the lockers open.
    Line { j: u64, found: Found },
}

impl Pending {
    pub(super) fn wake_at(&self) -> Millis {
        self.until
    }
}

impl Device {
    /// The cloud was asked about an entry.
    pub(super) fn wait_for_cloud(&mut self, entry: TypedEntry, now: Millis) {
        self.pending = Some(Pending { entry, stage: Stage::Cloud, until: now + CLOUD });
    }

    /// Whether the cloud may answer the entry with this id. If so, it has.
    pub(super) fn take_answer(&mut self, id: &str) -> bool {
        let is_it = |pending: &mut Pending| pending.entry.id == id && matches!(pending.stage, Stage::Cloud);
        self.pending.take_if(is_it).is_some()
    }

    /// The connection is lost: no answer arrives any more.
    pub(super) fn lose_answer(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        if let Some(pending) = self.pending.take_if(|pending| matches!(pending.stage, Stage::Cloud)) {
            self.decide(pending.entry, now, effects);
        }
    }

    /// The entry has waited long enough.
    pub(super) fn catch_up_entry(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        match self.pending.take_if(|pending| pending.until <= now) {
            Some(Pending { entry, stage: Stage::Cloud, .. }) => self.decide(entry, now, effects),
            Some(_) => self.show(Display::TryAgain, now, effects),
            None => {}
        }
    }

    /// Decides about an entry without the cloud.
    pub(super) fn decide(&mut self, entry: TypedEntry, now: Millis, effects: &mut Vec<Effect>) {
        if self.guesses.wait(now).is_some() {
            return self.refuse(&entry, now, effects);
        }
        match (entry.kind, self.pages.cost_of_pins()) {
            (CodeKind::ReturnCode, _) => {
                let verifiers: Vec<_> = entry.names.iter().map(CodeName::of_return_code).collect();
                self.judge(entry, &verifiers, now, effects);
            }
            (CodeKind::Pin, None) => self.judge(entry, &[], now, effects),
            (CodeKind::Pin, Some(cost)) => {
                effects.push(Effect::Hash(Hashing {
                    id: entry.id.clone(),
                    names: entry.names.clone(),
                    thing: self.identity.topics.thing().clone(),
                    cost,
                }));
                if !entry.was_sent {
                    self.show(Display::Asking, now, effects);
                }
                self.pending = Some(Pending { entry, stage: Stage::Hash, until: now + HASH });
            }
        }
    }

    /// The verifiers of a typed PIN are computed.
    pub(super) fn hashed(&mut self, id: &str, verifiers: &[Verifier], now: Millis, effects: &mut Vec<Effect>) {
        let is_it = |pending: &mut Pending| pending.entry.id == id && matches!(pending.stage, Stage::Hash);
        if let Some(Pending { entry, .. }) = self.pending.take_if(is_it) {
            self.judge(entry, verifiers, now, effects);
        }
    }

    /// Opens what a code with these verifiers opens, once the entry is written.
    fn judge(&mut self, entry: TypedEntry, verifiers: &[Verifier], now: Millis, effects: &mut Vec<Effect>) {
        let found = self.find(entry.kind, verifiers, now);
        if !found.is_known {
            return self.wrong(&entry, now, effects);
        }
        if found.opens_nothing() {
            let before = self.guesses;
            self.guesses.known(now);
            if self.guesses != before {
                self.persist(Record::Guesses(self.guesses.left(now)), effects);
            }
            return self.refuse(&entry, now, effects);
        }
        let accepted = OfflineEntry {
            id: entry.id.clone(),
            kind: entry.kind,
            contract: found.contract,
            fetch: found.fetch.clone(),
            give_back: found.give_back.clone(),
        };
        let j = self.write_line(JournalFact::Entry(accepted), now, effects);
        let until = now + if found.is_both() { CHOSEN_WITHIN } else { OPENS_WITHIN };
        self.pending = Some(Pending { entry, stage: Stage::Line { j, found }, until });
    }

    /// The line with this number survives a power cut: now the lockers of its entry open.
    pub(super) fn line_written(&mut self, j: u64, now: Millis, effects: &mut Vec<Effect>) {
        self.upload.written(j);
        let is_it = |pending: &mut Pending| matches!(pending.stage, Stage::Line { j: of, .. } if of == j);
        if let Some(Pending { entry, stage: Stage::Line { found, .. }, until }) = self.pending.take_if(is_it) {
            let Found { contract, fetch, give_back, missing, .. } = found;
            let (limit, decider) = (Limit::Counter(until), Decider::Device { contract });
            self.open_for_entry(Allowed { id: entry.id, fetch, give_back, missing, limit, decider }, now, effects);
        }
    }

    /// Counts a code that no page has. What is left of the budget is written before the display says so.
    fn wrong(&mut self, entry: &TypedEntry, now: Millis, effects: &mut Vec<Effect>) {
        self.guesses.wrong(now);
        self.persist(Record::Guesses(self.guesses.left(now)), effects);
        if !entry.was_sent {
            self.write_line(JournalFact::WrongEntry(entry.kind), now, effects);
        }
        self.show_refusal(entry, self.refusal(now), now, effects);
    }

    /// The code was not checked, or opens nothing now.
    fn refuse(&mut self, entry: &TypedEntry, now: Millis, effects: &mut Vec<Effect>) {
        let wait = self.guesses.wait(now).map(seconds);
        self.show_refusal(entry, wait.map_or_else(|| self.refusal(now), Display::Wait), now, effects);
    }

    /// What the display says to a code that opens nothing, known or not.
    fn refusal(&self, now: Millis) -> Display {
        if self.can_fetch(now) { Display::NotValid } else { Display::ReturnsOnly }
    }

    /// Shows that nothing opens. An entry of which the cloud has heard nothing may be right for the cloud: then the next one
    /// need not wait, because the cloud is asked first.
    fn show_refusal(&mut self, entry: &TypedEntry, display: Display, now: Millis, effects: &mut Vec<Effect>) {
        if entry.was_sent {
            return self.show(Display::TryAgain, now, effects);
        }
        self.keypad.pause(self.guesses.wait(now).map_or(0, seconds), now);
        self.show(display, now, effects);
    }
}

fn seconds(millis: Millis) -> u32 {
    u32::try_from(millis.div_ceil(1000)).unwrap_or(u32::MAX)
}
