//! What must hold, and how often it was tried.
//!
//! a. No motor runs twice for an entry.
//! b. No key is fetched outside the range and schedule of its contract, or after the lease, by the true time: by more than the
//!    cloud's own clock is off.
//! c. No key is fetched by what was revoked before the lease was issued. A device with rolled-back flash memory has the lease of that
//!    memory: what it may do is bounded by that one.
//! d. After reconciling, the cloud has each entry that opened a locker exactly once, in the order in which they did. Lost with a
//!    journal is what it had not sent. A device whose memory was rolled back, or whose clone was online, uses numbers of lines
//!    again: of these worlds the order is not judged.
//! e. Where the cloud says that an automat no longer opens a locker by a grant, it does not; except by rolled-back memory, until
//!    the end of its lease, and with a clone, which confirms pages that the original does not have.
//! f. No return is refused for lack of a network or of the time.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use automat::journal::{Journal, Record};
use protocol::{JournalFact, OfflineEntry};

use super::side::{Grant, Side, TOLERANCE, is_in_windows, may_be_ahead, may_be_past};
use super::world::seconds;

#[derive(Debug, Default)]
pub(crate) struct Oracle {
    pub(crate) counts: Counts,
    pub(crate) faults: Vec<String>,
    /// Whether memory was rolled back, or a clone was online.
    pub(crate) is_tainted: bool,
    /// The entries that are durable, by id.
    written: BTreeMap<String, OfflineEntry>,
    /// The same of which the lines were lost with a journal.
    lost: BTreeSet<String>,
    runs: BTreeMap<(String, u16), usize>,
    /// The entries that opened a locker without the cloud, in order.
    opened: Vec<String>,
}

/// A motor runs.
pub(crate) struct Run<'a> {
    pub(crate) now: u64,
    pub(crate) id: &'a str,
    pub(crate) locker: u16,
    pub(crate) pin: &'a str,
    /// Whether the key is in the locker.
    pub(crate) inside: bool,
}

macro_rules! counts {
    ($($name:ident: $least:literal, $text:literal;)*) => {
        #[derive(Debug, Clone, Copy, Default)]
        pub(crate) struct Counts { $(pub(crate) $name: usize,)* }

        impl Counts {
            pub(crate) fn add(&mut self, other: Self) {
                $(self.$name += other.$name;)*
            }

            /// What happened too seldom in a run.
            pub(crate) fn rare(&self) -> Vec<&'static str> {
                let counts = [$((self.$name, $least, $text),)*];
                counts.into_iter().filter(|(count, least, _)| count < least).map(|(.., text)| text).collect()
            }
        }

        impl fmt::Display for Counts {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                $(writeln!(f, "{:>7}  {}", self.$name, $text)?;)*
                Ok(())
            }
        }
    };
}

counts! {
    fetched: 2_500, "keys fetched without the cloud";
    returned: 2_500, "lockers opened to return a key without the cloud";
    twice: 0, "opened twice";
    outside: 0, "outside their time, or after the lease";
    revoked: 0, "revoked before the lease was issued";
    disclaimed: 0, "although the cloud said that the automat no longer opens by it";
    unrecorded: 0, "recorded twice or not at all";
    disordered: 0, "recorded in another order";
    refused_returns: 0, "returns refused";
    exposed: 100, "fetched by what was revoked after the lease was issued";
    lost_lines: 10, "entries lost with a journal";
    online: 500, "lockers opened with the cloud";
    expected_returns: 1_000, "returns that had to work";
    nothing: 1_000, "entries that opened nothing";
    near: 500, "entries within 12 s of a start, an end or the end of a lease";
    spells: 300, "times away";
    long: 40, "of these more than a day";
    short: 60, "of these at most a minute";
    changes: 1_000, "contracts and keys changed while away";
    power_cuts: 200, "power cuts";
    torn_writes: 30, "of these in a write";
    rolled_back: 10, "memories rolled back";
    lost_journals: 10, "journals lost";
    clones: 10, "clones online";
    rotations: 20, "device keys changed in a rotation";
    tampered: 100, "answers changed, old, or of another automat";
}

impl Counts {
    pub(crate) fn opened(&self) -> usize {
        self.fetched + self.returned
    }
}

impl Oracle {
    pub(crate) fn fault(&mut self, now: u64, text: &str) {
        self.faults.push(format!("{}.{:03} s: {text}", now / 1000, now % 1000));
    }

    /// A record survives a power cut.
    pub(crate) fn written(&mut self, record: &Record) {
        if let Record::Line { line } = record
            && let JournalFact::Entry(entry) = &line.what
        {
            self.written.insert(entry.id.clone(), entry.clone());
        }
    }

    pub(crate) fn run(&mut self, run: &Run, side: &Side, journal: &Journal) {
        let runs = self.runs.entry((run.id.to_owned(), run.locker)).or_default();
        *runs += 1;
        if *runs > 1 {
            self.counts.twice += 1;
            self.fault(run.now, &format!("(a) {} ran again", run.id));
        }
        let Some(entry) = self.written.get(run.id).cloned() else {
            self.counts.online += 1;
            if !side.has_allowed(run.id, run.locker) {
                self.fault(run.now, &format!("{} opened locker {} without an answer or a line", run.id, run.locker));
            }
            return;
        };
        if self.opened.last().is_none_or(|last| last != run.id) {
            self.opened.push(run.id.to_owned());
        }
        if entry.fetch.contains(&run.locker) {
            self.counts.fetched += 1;
            if !run.inside {
                self.fault(run.now, &format!("{} fetched from an empty locker", run.id));
            }
            self.fetch(run, &entry, side, journal);
        } else {
            self.counts.returned += 1;
            if run.inside || !entry.give_back.contains(&run.locker) {
                self.fault(run.now, &format!("{} opened locker {} to return a key", run.id, run.locker));
            }
        }
    }

    fn fetch(&mut self, run: &Run, entry: &OfflineEntry, side: &Side, journal: &Journal) {
        let now = run.now;
        let lease =
            journal.pages().end().and_then(|end| end.lease.as_ref()).and_then(|lease| side.leases.get(&lease.0));
        let Some(issued) = lease else {
            self.counts.outside += 1;
            return self.fault(now, &format!("(b) {} fetched without a lease", run.id));
        };
        let is_of = |grant: &&Grant| {
            Some(grant.entry.handle) == entry.contract && grant.locker == run.locker && grant.pin == run.pin
        };
        let was_granted =
            |grant: &&Grant| grant.since <= issued.at && grant.revoked.is_none_or(|revoked| revoked.at > issued.at);
        let grants: Vec<&Grant> = side.grants.iter().filter(is_of).collect();
        let granted: Vec<&Grant> = grants.iter().copied().filter(was_granted).collect();
        if granted.is_empty() {
            self.counts.revoked += 1;
            self.fault(
                now,
                &format!("(c) {} fetched from {} by what was revoked before its lease", run.id, run.locker),
            );
        } else if !may_be_ahead(issued.lease.until, now) || !granted.iter().any(|grant| is_running(grant, now)) {
            self.counts.outside += 1;
            self.fault(now, &format!("(b) {} fetched from {} outside its time", run.id, run.locker));
        }
        if grants.iter().any(|grant| grant.revoked.is_none()) {
            return;
        }
        self.counts.exposed += 1;
        if !self.is_tainted && granted.iter().all(|grant| side.says_gone(grant, now)) {
            self.counts.disclaimed += 1;
            self.fault(now, &format!("(e) {} fetched from {} although the cloud said it cannot", run.id, run.locker));
        }
    }

    /// The journal is lost, with what the cloud does not have of it.
    pub(crate) fn lose_journal(&mut self, side: &Side) {
        let recorded = recorded(side);
        let lost = self.opened.iter().filter(|id| !recorded.contains_key(id.as_str()) && !self.lost.contains(*id));
        let lost: Vec<_> = lost.cloned().collect();
        self.counts.lost_lines += lost.len();
        self.lost.extend(lost);
    }

    /// The cloud has the whole journal.
    pub(crate) fn reconciled(&mut self, side: &Side, now: u64) {
        if self.is_tainted {
            return;
        }
        let recorded = recorded(side);
        let mut before = 0;
        for id in self.opened.clone() {
            let positions = recorded.get(id.as_str()).map_or(&[][..], Vec::as_slice);
            let [position] = positions[..] else {
                if !(positions.is_empty() && self.lost.contains(&id)) {
                    self.counts.unrecorded += 1;
                    self.fault(now, &format!("(d) {id} was recorded {} times", positions.len()));
                }
                continue;
            };
            if position < before {
                self.counts.disordered += 1;
                self.fault(now, &format!("(d) {id} was recorded too early"));
            }
            before = position;
        }
    }
}

/// Where each entry is among the recorded lines.
fn recorded(side: &Side) -> BTreeMap<&str, Vec<usize>> {
    let mut recorded: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, line) in side.recorded.iter().enumerate() {
        if let JournalFact::Entry(entry) = &line.what {
            recorded.entry(&entry.id).or_default().push(position);
        }
    }
    recorded
}

/// Whether a contract may run now, as the cloud's clock is off.
fn is_running(grant: &Grant, now: u64) -> bool {
    let Grant { entry, .. } = grant;
    let is_in = |now| is_in_windows(seconds(now));
    let is_in_schedule = entry.schedule.is_none() || is_in(now.saturating_sub(TOLERANCE)) || is_in(now + TOLERANCE);
    may_be_past(entry.start, now) && entry.end.is_none_or(|end| may_be_ahead(end, now)) && is_in_schedule
}
