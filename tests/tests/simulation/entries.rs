//! The invariants of keypad entries: what they were answered, and which lockers they opened.

use std::collections::{BTreeMap, BTreeSet};

use domain::Purpose;
use protocol::{Door, EntryMessage, EntryResponse, LockerSet, OfflineEntry};

use crate::SECOND;
use crate::bookings::Booking;
use crate::invariants::Verdict;
use crate::lockers::Locker;
use crate::world::BEGINNING;

/// An entry that is answered within this time was not too late.
const TIMELY: u64 = 8 * SECOND;
/// The pauses between two lockers.
const CLOSED_FOR: u64 = SECOND;
const JAM_SHOWN: u64 = 3 * SECOND;
const UNOPENED: u64 = 10 * SECOND;
/// A door that is open for longer ends the sequence.
const DOOR_OPEN: u64 = 120 * SECOND;
/// The next locker opens at most this long after a pause.
const NEXT: u64 = 30 * SECOND;
/// A device opens the first locker of its own decision at most this long after it.
const OPENS_WITHIN: u64 = 10 * SECOND;
/// The same, if the person is asked what is wanted.
const ASKED_OPENS_WITHIN: u64 = 30 * SECOND;
/// How long a slow disk keeps a device from seeing a door.
const SLOW_DISK: u64 = 10 * SECOND;

/// The entries by their ids.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    of_bookings: BTreeMap<String, Entry>,
    /// Those with a code of nobody.
    mistyped: BTreeSet<String>,
    /// The cabinets at which codes were typed without a connection. There they count as wrong, and slow the keypad.
    slow: BTreeSet<usize>,
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) cabinet: usize,
    /// Which start of the device it was typed in.
    life: u64,
    pub(crate) booking: usize,
    sent_at: u64,
    inside: LockerSet,
    answer: Option<Answer>,
    decided: Option<Decided>,
    runs: Vec<Run>,
}

/// What the device decided by itself, because the cloud did not.
#[derive(Debug)]
struct Decided {
    at: u64,
    /// The lockers that it may open to fetch keys.
    fetch: Vec<u16>,
    /// Those that it may open to return keys.
    give_back: Vec<u16>,
    /// The device has lost its journal since, so the cloud may never hear of it.
    may_be_lost: bool,
}

/// Without lockers if it was refused.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Answer {
    fetch: Vec<u16>,
    give_back: Vec<u16>,
    missing: Vec<u16>,
    /// In seconds since 1970.
    expires_at: i64,
}

#[derive(Debug)]
struct Run {
    locker: u16,
    at: u64,
    stopped_at: Option<u64>,
    opened: bool,
}

/// Where an entry was typed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) now: u64,
    pub(crate) life: u64,
    pub(crate) lockers: &'a [Locker],
    pub(crate) bookings: &'a [Booking],
}

impl Entries {
    pub(crate) fn send(&mut self, message: EntryMessage, cabinet: usize, booking: Option<usize>, scene: Scene<'_>) {
        let EntryMessage { id, inside, .. } = message;
        let Some(booking) = booking else {
            self.mistyped.insert(id);
            return;
        };
        let (life, sent_at) = (scene.life, scene.now);
        let entry = Entry { cabinet, life, booking, sent_at, inside, answer: None, decided: None, runs: Vec::new() };
        self.of_bookings.insert(id, entry);
    }

    /// A device has decided about an entry by itself, and written that down. Returns what is wrong with it.
    pub(crate) fn decide(&mut self, accepted: &OfflineEntry, cabinet: usize, scene: Scene<'_>) -> Option<String> {
        let of = |booking: &Booking| accepted.contract == Some(booking.handle);
        let Some(booking) = scene.bookings.iter().position(of) else {
            return Some(format!("at {}, a code of nobody opens lockers: {accepted:?}", scene.now));
        };
        let (life, sent_at) = (scene.life, scene.now);
        let unsent = || Entry {
            cabinet,
            life,
            booking,
            sent_at,
            inside: LockerSet::default(),
            answer: None,
            decided: None,
            runs: Vec::new(),
        };
        let entry = self.of_bookings.entry(accepted.id.clone()).or_insert_with(unsent);
        let mine: BTreeSet<u16> = scene.bookings[booking].lockers(cabinet).collect();
        let OfflineEntry { fetch, give_back, .. } = accepted;
        // Certain for a while: then it was so when the device decided.
        let is = |locker: &u16, inside: bool| {
            let locker = &scene.lockers[usize::from(*locker)];
            locker.is_inside() == inside && locker.rests(scene.now)
        };
        let wrong = if entry.decided.is_some() {
            Some("it is decided twice")
        } else if (entry.booking, entry.cabinet, entry.life) != (booking, cabinet, life) {
            Some("it is somebody else's")
        } else if fetch.is_empty() && give_back.is_empty() || !fetch.is_sorted() || !give_back.is_sorted() {
            Some("it opens nothing, or in another order")
        } else if fetch.iter().chain(give_back).any(|locker| !mine.contains(locker)) {
            Some("it opens lockers of other keys")
        } else if give_back.iter().any(|locker| is(locker, true)) {
            Some("it returns to a locker that has its key")
        } else {
            fetch.iter().any(|locker| is(locker, false)).then_some("it fetches a key that is out")
        };
        let found = wrong.map(|wrong| format!("at {}, {wrong}: {accepted:?}, {entry:?}", scene.now));
        entry.decided =
            Some(Decided { at: scene.now, fetch: fetch.clone(), give_back: give_back.clone(), may_be_lost: false });
        found
    }

    /// A device has lost its journal, with what it has not sent.
    pub(crate) fn lose(&mut self, cabinet: usize) {
        let entries = self.of_bookings.values_mut().filter(|entry| entry.cabinet == cabinet);
        entries.filter_map(|entry| entry.decided.as_mut()).for_each(|decided| decided.may_be_lost = true);
    }

    /// A code was typed without a connection.
    pub(crate) fn slow(&mut self, cabinet: usize) {
        self.slow.insert(cabinet);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Entry> {
        self.of_bookings.get(id)
    }

    /// What entries were allowed to do, by booking, cabinet and locker, and whether the cloud must know it.
    pub(crate) fn allowed(&self) -> impl Iterator<Item = ((usize, usize, u16), Purpose, bool)> {
        self.of_bookings.values().flat_map(|entry| {
            let mut allowed: Vec<(u16, Purpose, bool)> = Vec::new();
            let mut allow = |lockers: &[u16], purpose, is_sure| {
                for &locker in lockers {
                    if !allowed.iter().any(|(of, known, _)| (*of, *known) == (locker, purpose)) {
                        allowed.push((locker, purpose, is_sure));
                    }
                }
            };
            if let Some(Answer { fetch, give_back, .. }) = &entry.answer {
                allow(give_back, Purpose::Return, true);
                allow(fetch, Purpose::Fetch, true);
            }
            // The cloud may have decided otherwise. It records both.
            if let Some(Decided { fetch, give_back, may_be_lost, .. }) = &entry.decided {
                allow(give_back, Purpose::Return, !may_be_lost);
                allow(fetch, Purpose::Fetch, !may_be_lost);
            }
            let key = |locker| (entry.booking, entry.cabinet, locker);
            allowed.into_iter().map(move |(locker, purpose, is_sure)| (key(locker), purpose, is_sure))
        })
    }

    /// The contract that a locker's key is taken with, if this opened it.
    pub(crate) fn fetched_with(&self, id: Option<&String>, locker: u16) -> Option<usize> {
        let entry = self.get(id?)?;
        let answered = entry.answer.iter().flat_map(|answer| &answer.fetch);
        let mut fetched = answered.chain(entry.decided.iter().flat_map(|decided| &decided.fetch));
        fetched.any(|of| *of == locker).then_some(entry.booking)
    }

    /// The cloud answers. Returns what is wrong with the answer.
    pub(crate) fn answer(&mut self, id: &str, response: EntryResponse, scene: Scene<'_>) -> Option<String> {
        let Some(entry) = self.get(id) else {
            let is_open = matches!(response, EntryResponse::Open { .. });
            return (is_open || !self.mistyped.contains(id)).then(|| format!("{id} was answered {response:?}"));
        };
        let (answer, may_be_late) = match response {
            EntryResponse::Open { fetch, give_back, missing, expires_at } => {
                (Answer { fetch, give_back, missing, expires_at }, false)
            }
            EntryResponse::Wait { .. } if self.slow.contains(&entry.cabinet) => (Answer::default(), true),
            EntryResponse::No { .. } | EntryResponse::Wait { .. } => {
                (Answer::default(), entry.sent_at + TIMELY < scene.now)
            }
        };
        let wrong = match &entry.answer {
            // The device has decided meanwhile, and the cloud may know of it or not.
            _ if entry.decided.is_some() => None,
            Some(before) => (*before != answer).then_some("it was answered differently before"),
            None if may_be_late => None,
            None => self.wrong_answer(entry, &answer, scene),
        };
        let lie = wrong.map(|wrong| {
            let lockers = scene.bookings[entry.booking].lockers(entry.cabinet);
            let states: Vec<_> = lockers.map(|locker| (locker, &scene.lockers[usize::from(locker)])).collect();
            format!("at {}, {wrong}: {answer:?} to {id}, {entry:?}, of {states:?}", scene.now)
        });
        if let Some(entry) = self.of_bookings.get_mut(id) {
            entry.answer = Some(answer);
        }
        lie
    }

    /// What is wrong with an answer, by what the cloud must know.
    fn wrong_answer(&self, entry: &Entry, answer: &Answer, scene: Scene<'_>) -> Option<&'static str> {
        let mine: Vec<u16> = scene.bookings[entry.booking].lockers(entry.cabinet).collect();
        let Answer { fetch, give_back, missing, expires_at } = answer;
        if [fetch, give_back, missing].iter().any(|list| !list.is_sorted() || list.iter().any(|l| !mine.contains(l))) {
            return Some("it opens lockers of other keys, or in another order");
        }
        let life = if fetch.is_empty() || give_back.is_empty() { 10 } else { 30 };
        if *expires_at > seconds(scene.now) + life + 1 {
            return Some("it may be acted on for too long");
        }
        mine.into_iter().find_map(|index| {
            let locker = &scene.lockers[usize::from(index)];
            let (fetches, returns, misses) =
                (fetch.contains(&index), give_back.contains(&index), missing.contains(&index));
            if entry.inside.has(index) != fetches {
                return Some("it does not fetch what is inside");
            }
            if !locker.rests(entry.sent_at) {
                return None;
            }
            if locker.is_inside() {
                return (!fetches || returns || misses).then_some("it does not fetch a key that is inside");
            }
            // What was known before the entry was sent was known when it was decided. A key that somebody else has is not
            // returned; one that nobody is known to have may be anybody's.
            let (by, since) = locker.known()?;
            let holder = self.fetched_with(by, index);
            let is_mine = holder.is_none_or(|holder| holder == entry.booking);
            let is_right = if is_mine { returns } else { !returns && misses != fetch.is_empty() };
            (since <= entry.sent_at && (fetches || !is_right)).then_some("it returns a wrong key")
        })
    }

    /// A motor runs for an entry. Returns what is wrong with that.
    pub(crate) fn run(&mut self, id: &str, locker: u16, opened: bool, scene: Scene<'_>) -> Option<String> {
        let entry = self.of_bookings.get_mut(id)?;
        let wrong = entry.wrong_run(locker, scene);
        let lie = wrong.map(|wrong| format!("at {}, locker {locker}, {wrong}: {id}, {entry:?}", scene.now));
        entry.runs.push(Run { locker, at: scene.now, stopped_at: None, opened });
        lie
    }

    pub(crate) fn stopped(&mut self, locker: u16, cabinet: usize, now: u64) {
        let entries = self.of_bookings.values_mut().filter(|entry| entry.cabinet == cabinet);
        for run in entries.filter_map(|entry| entry.runs.last_mut()).filter(|run| run.locker == locker) {
            run.stopped_at.get_or_insert(now);
        }
    }

    pub(crate) fn answered(&self) -> usize {
        self.of_bookings.values().filter(|entry| entry.answer.is_some()).count()
    }

    /// Whether a sequence is under way in a cabinet.
    pub(crate) fn is_under_way(&self, cabinet: usize, life: u64, now: u64) -> bool {
        self.of_bookings.values().any(|entry| entry.cabinet == cabinet && entry.is_under_way(life, now))
    }

    pub(crate) fn count(&self, verdict: &mut Verdict) {
        let mut count = |what, is: &dyn Fn(&Entry) -> bool| {
            verdict.count(what, self.of_bookings.values().filter(|entry| is(entry)).count());
        };
        count("allowed", &|entry| entry.answer.as_ref().is_some_and(|answer| *answer != Answer::default()));
        count("opened", &|entry| !entry.runs.is_empty());
        count("several lockers", &|entry| entry.runs.len() > 1);
        count("went on after a jam", &|entry| entry.runs.iter().rev().skip(1).any(|run| !run.opened));
        count("decided by the device", &|entry| entry.decided.is_some());
        count("returned without the cloud", &|entry| entry.has_run(|decided| &decided.give_back));
        count("fetched without the cloud", &|entry| entry.has_run(|decided| &decided.fetch));
        count("asked and decided by the device", &|entry| entry.decided.is_some() && entry.answer.is_some());
        count("asked and opened", &|entry| entry.is_question() && !entry.runs.is_empty());
    }
}

impl Entry {
    /// Whether the device ran a motor by its own decision, of these lockers.
    fn has_run(&self, lockers: impl Fn(&Decided) -> &Vec<u16>) -> bool {
        let run = |locker: &u16| self.runs.iter().any(|run| run.locker == *locker);
        self.decided.as_ref().is_some_and(|decided| lockers(decided).iter().any(run))
    }

    /// What it may open, to fetch keys and to return them: by the device's own decision, or the cloud's.
    fn lists(&self) -> Option<(&[u16], &[u16])> {
        let decided = self.decided.as_ref().map(|decided| (decided.fetch.as_slice(), decided.give_back.as_slice()));
        decided.or_else(|| self.answer.as_ref().map(|answer| (answer.fetch.as_slice(), answer.give_back.as_slice())))
    }

    fn is_question(&self) -> bool {
        self.lists().is_some_and(|(fetch, give_back)| !fetch.is_empty() && !give_back.is_empty())
    }

    /// Whether a sequence is under way: a locker was opened, and others are to follow.
    fn is_under_way(&self, life: u64, now: u64) -> bool {
        let is_recent = self.runs.last().is_some_and(|run| run.at + NEXT > now);
        self.life == life && is_recent && self.chosen().is_some_and(|(list, _)| self.runs.len() < list.len())
    }

    /// The list that was chosen, known from the first run.
    fn chosen(&self) -> Option<(&[u16], Purpose)> {
        let ((fetch, give_back), first) = (self.lists()?, self.runs.first()?);
        let fetches = fetch.contains(&first.locker);
        Some(if fetches { (fetch, Purpose::Fetch) } else { (give_back, Purpose::Return) })
    }

    fn wrong_run(&self, locker: u16, scene: Scene<'_>) -> Option<&'static str> {
        if let Some(decided) = &self.decided {
            return self.wrong_own(decided, locker, scene);
        }
        let Some(answer) = &self.answer else { return Some("it runs without an answer") };
        if self.life != scene.life {
            return Some("it runs after a power cut");
        }
        let (fetch, give_back) = (answer.fetch.as_slice(), answer.give_back.as_slice());
        let (list, purpose) = self.chosen().unwrap_or(if fetch.contains(&locker) {
            (fetch, Purpose::Fetch)
        } else {
            (give_back, Purpose::Return)
        });
        if list.get(self.runs.len()) != Some(&locker) {
            return Some("it is not the next one of the answer");
        }
        let state = &scene.lockers[usize::from(locker)];
        let was_so = state.is_inside() == (purpose == Purpose::Fetch);
        if !was_so && state.rests(self.sent_at) {
            return Some("it is opened to fetch a key that is out, or to return one that is inside");
        }
        match self.runs.last() {
            None => (seconds(scene.now) >= answer.expires_at).then_some("it is too late"),
            Some(before) => before.wrong_next(&scene.lockers[usize::from(before.locker)], scene.now),
        }
    }
}

impl Entry {
    /// What is wrong with a run that the device decided by itself. It passes over lockers where it is no longer right.
    fn wrong_own(&self, decided: &Decided, locker: u16, scene: Scene<'_>) -> Option<&'static str> {
        if self.life != scene.life {
            return Some("it runs after a power cut");
        }
        let is_next = self.runs.last().is_none_or(|before| before.locker < locker);
        let (list, purpose) = self.chosen().unwrap_or(if decided.fetch.contains(&locker) {
            (&decided.fetch, Purpose::Fetch)
        } else {
            (&decided.give_back, Purpose::Return)
        });
        if !is_next || !list.contains(&locker) {
            return Some("it is not the next one that the device decided on");
        }
        let state = &scene.lockers[usize::from(locker)];
        if state.is_inside() != (purpose == Purpose::Fetch) && state.rests(scene.now) {
            return Some("it is opened to return a key that is inside, or to fetch one that is out");
        }
        let life = if self.is_question() { ASKED_OPENS_WITHIN } else { OPENS_WITHIN };
        match self.runs.last() {
            None => (scene.now > decided.at + life + SLOW_DISK).then_some("it is too late"),
            Some(before) => before.wrong_next(&scene.lockers[usize::from(before.locker)], scene.now),
        }
    }
}

impl Run {
    /// Why the next locker must not open now, after this one.
    fn wrong_next(&self, locker: &Locker, now: u64) -> Option<&'static str> {
        let Some(stopped_at) = self.stopped_at else { return Some("the motor before still runs") };
        let due = if !self.opened {
            stopped_at + JAM_SHOWN
        } else if locker.door == Door::Open {
            let is_seen = locker.opened_at + SLOW_DISK < now;
            return is_seen.then_some("the door before is open");
        } else if locker.closed_at >= self.at {
            if locker.closed_at.saturating_sub(locker.opened_at.max(stopped_at)) > DOOR_OPEN + SLOW_DISK {
                return Some("the door before was open for too long");
            }
            locker.closed_at + CLOSED_FOR
        } else {
            stopped_at + UNOPENED
        };
        if now < due {
            Some("it is too early")
        } else {
            (now > due + NEXT + SLOW_DISK).then_some("it is too late after the one before")
        }
    }
}

/// In seconds since 1970.
fn seconds(now: u64) -> i64 {
    (BEGINNING + i64::try_from(now).unwrap()) / 1_000
}
