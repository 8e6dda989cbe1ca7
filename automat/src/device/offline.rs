//! Decides about an entry when the cloud does not: only returns, into lockers that are empty.

use protocol::{CodeKind, JournalFact, OfflineEntry, Verifier};

use super::motors::Limit;
use super::sequence::Allowed;
use super::verifier::{CodeName, Hashing};
use super::{Device, Display, Effect};
use crate::clock::Millis;
use crate::journal::{KnownAccess, Record};

/// How long an entry waits for the cloud.
const CLOUD: Millis = 3_000;
/// How long its code may take to compute.
const HASH: Millis = 5_000;
/// The first locker of an entry opens at most this long after the decision.
const OPENS_WITHIN: Millis = 10_000;

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
    Line { j: u64, lockers: Vec<u16> },
}

impl Pending {
    pub(super) fn wake_at(&self) -> Millis {
        self.until
    }
}

/// What a code returns without the cloud.
#[derive(Debug, PartialEq, Eq)]
struct Match {
    lockers: Vec<u16>,
    contract: Option<String>,
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
        let access = self.journal.access();
        let has_pins = access.lockers().values().any(|access| !access.pins.is_empty());
        match entry.kind {
            CodeKind::ReturnCode => {
                let verifiers: Vec<_> = entry.names.iter().map(CodeName::of_return_code).collect();
                self.judge(entry, &verifiers, now, effects);
            }
            CodeKind::Pin if !has_pins => self.judge(entry, &[], now, effects),
            CodeKind::Pin => {
                effects.push(Effect::Hash(Hashing {
                    id: entry.id.clone(),
                    names: entry.names.clone(),
                    thing: self.identity.topics.thing().clone(),
                    cost: access.cost(),
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

    /// Opens the empty lockers that a code with these verifiers returns a key to, once the entry is written.
    fn judge(&mut self, entry: TypedEntry, verifiers: &[Verifier], now: Millis, effects: &mut Vec<Effect>) {
        let Match { mut lockers, contract } = find(self.journal.access(), entry.kind, verifiers);
        if lockers.is_empty() {
            return self.wrong(&entry, now, effects);
        }
        lockers.retain(|locker| self.lockers.is_empty(*locker));
        if lockers.is_empty() {
            let before = self.guesses;
            self.guesses.known(now);
            if self.guesses != before {
                self.persist(Record::Guesses(self.guesses.left(now)), effects);
            }
            return self.refuse(&entry, now, effects);
        }
        let accepted = OfflineEntry { id: entry.id.clone(), kind: entry.kind, contract, lockers: lockers.clone() };
        let j = self.write_line(JournalFact::Entry(accepted), now, effects);
        self.pending = Some(Pending { entry, stage: Stage::Line { j, lockers }, until: now + OPENS_WITHIN });
    }

    /// The line with this number survives a power cut: now the lockers of its entry open.
    pub(super) fn line_written(&mut self, j: u64, now: Millis, effects: &mut Vec<Effect>) {
        self.upload.written(j);
        let is_it = |pending: &mut Pending| matches!(pending.stage, Stage::Line { j: of, .. } if of == j);
        if let Some(Pending { entry, stage: Stage::Line { mut lockers, .. }, until }) = self.pending.take_if(is_it) {
            lockers.retain(|locker| self.lockers.is_empty(*locker));
            let limit = Limit::Counter(until);
            let allowed =
                Allowed { id: entry.id, fetch: Vec::new(), give_back: lockers, missing: 0, limit, is_offline: true };
            self.open_for_entry(allowed, now, effects);
        }
    }

    /// Counts a code that returns nothing. What is left of the budget is written before the display says so.
    fn wrong(&mut self, entry: &TypedEntry, now: Millis, effects: &mut Vec<Effect>) {
        self.guesses.wrong(now);
        self.persist(Record::Guesses(self.guesses.left(now)), effects);
        if !entry.was_sent {
            self.write_line(JournalFact::WrongEntry(entry.kind), now, effects);
        }
        self.show_refusal(entry, Display::ReturnsOnly, now, effects);
    }

    /// The code was not checked, or opens nothing now.
    fn refuse(&mut self, entry: &TypedEntry, now: Millis, effects: &mut Vec<Effect>) {
        let wait = self.guesses.wait(now).map(seconds);
        self.show_refusal(entry, wait.map_or(Display::ReturnsOnly, Display::Wait), now, effects);
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

/// The lockers whose keys a code returns, by its verifiers under each of the device's keys.
fn find(access: &KnownAccess, kind: CodeKind, verifiers: &[Verifier]) -> Match {
    let mut found = Match { lockers: Vec::new(), contract: None };
    for (&locker, access) in access.lockers() {
        let contract = verifiers.iter().find_map(|verifier| access.pins.get(verifier));
        let matches = match kind {
            CodeKind::Pin => contract.is_some(),
            CodeKind::ReturnCode => access.return_code.as_ref().is_some_and(|code| verifiers.contains(code)),
        };
        if matches {
            found.lockers.push(locker);
            if kind == CodeKind::Pin {
                found.contract = found.contract.or_else(|| contract.cloned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use protocol::Access;

    use super::*;

    fn verifier(text: &str) -> Verifier {
        Verifier(text.to_owned())
    }

    #[test]
    fn a_code_matches_the_lockers_that_name_it() {
        let access = |code: &str, pins: &[(&str, &str)]| Access {
            return_code: Some(verifier(code)),
            pins: pins.iter().map(|(pin, contract)| (verifier(pin), (*contract).to_owned())).collect(),
        };
        let lockers =
            BTreeMap::from([(3, access("a", &[("p", "c-1"), ("q", "c-2")])), (7, access("b", &[("p", "c-1")]))]);
        let known = KnownAccess::default().after(true, 14, &lockers);
        let find = |kind, verifiers: &[&str]| {
            let verifiers: Vec<_> = verifiers.iter().map(|text| verifier(text)).collect();
            let Match { lockers, contract } = find(&known, kind, &verifiers);
            (lockers, contract)
        };
        assert_eq!(find(CodeKind::Pin, &["p"]), (vec![3, 7], Some("c-1".to_owned())));
        assert_eq!(find(CodeKind::Pin, &["x", "q"]), (vec![3], Some("c-2".to_owned())), "under the other key");
        assert_eq!(find(CodeKind::ReturnCode, &["b"]), (vec![7], None));
        assert_eq!(find(CodeKind::ReturnCode, &["p"]), (vec![], None), "a PIN is no return code");
        assert_eq!(find(CodeKind::Pin, &["a"]), (vec![], None));
        assert_eq!(find(CodeKind::Pin, &[]), (vec![], None));
    }
}
