//! The cloud's side: contracts with all that they ever granted, the pages and leases that were made of them, and what the
//! device's journal and reports say.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{
    AccessRequest, Between, CodeKind, EntryMessage, Handle, JournalFact, JournalLine, JournalMessage, KeyHolder, Lease,
    LockersMessage, Page, PageEntry, PageVersions, PinCase, Purpose, ThingName, Verifier, Windows,
};
use serde_json::{Value, json};

use super::world::{LOCKERS, START, seconds};
use crate::cloud::{PageBook, lease, name, pin_verifier, return_verifier};

/// How far the cloud's clock may be off, twice: when the device learns the time, and when a lease is made.
pub(crate) const TOLERANCE: u64 = 2_000;
/// The zone of the automat is ahead of UTC by so much, in seconds.
const OFFSET: i32 = 7_200;

#[derive(Debug, Clone)]
pub(crate) struct Contract {
    pub(crate) pin: String,
    /// The device key that its name is under.
    pub(crate) key: u8,
    pub(crate) handle: Handle,
    pub(crate) lockers: BTreeSet<u16>,
    pub(crate) start: u32,
    pub(crate) end: Option<u32>,
    pub(crate) is_scheduled: bool,
}

/// That a PIN opened a locker from one moment to another, by the cloud.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) entry: PageEntry,
    pub(crate) locker: u16,
    pub(crate) pin: String,
    /// In true milliseconds.
    pub(crate) since: u64,
    pub(crate) revoked: Option<Revoked>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Revoked {
    pub(crate) at: u64,
    /// The first version of the page without it.
    version: u32,
    /// The last second of all leases with an earlier page.
    leased_until: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) lease: Lease,
    /// In true milliseconds.
    pub(crate) at: u64,
}

/// What the cloud has allowed an entry.
#[derive(Debug, Clone)]
struct Allowed {
    contract: Option<Handle>,
    lockers: Vec<u16>,
}

pub(crate) struct Side {
    pub(crate) contracts: Vec<Contract>,
    pub(crate) return_codes: Vec<String>,
    /// The device key that return codes are named under.
    pub(crate) key: u8,
    pub(crate) lease_hours: u32,
    /// How far the clock is off, in milliseconds.
    pub(crate) offset: i64,
    pub(crate) grants: Vec<Grant>,
    pub(crate) leases: BTreeMap<String, Issued>,
    /// All answers that there ever were.
    pub(crate) answers: Vec<Value>,
    pub(crate) recorded: Vec<JournalLine>,
    /// All pages that there ever were, by locker and version.
    pub(crate) pages: BTreeMap<(u16, u32), Page>,
    /// Where each locker's key is, with the number of the report.
    pub(crate) reported: BTreeMap<u16, (u64, bool)>,
    book: PageBook,
    holders: BTreeMap<u16, Handle>,
    confirmed: PageVersions,
    journals: Vec<String>,
    up_to: u64,
    allowed: BTreeMap<String, Allowed>,
    leased_until: u32,
}

impl Side {
    pub(crate) fn new() -> Self {
        Self {
            contracts: Vec::new(),
            return_codes: (0..LOCKERS).map(|locker| format!("41{locker:02}")).collect(),
            key: 1,
            lease_hours: 24,
            offset: 0,
            grants: Vec::new(),
            leases: BTreeMap::new(),
            answers: Vec::new(),
            recorded: Vec::new(),
            pages: BTreeMap::new(),
            reported: BTreeMap::new(),
            book: PageBook::new(),
            holders: BTreeMap::new(),
            confirmed: PageVersions::default(),
            journals: Vec::new(),
            up_to: 0,
            allowed: BTreeMap::new(),
            leased_until: 0,
        }
    }

    /// Its time in seconds.
    pub(crate) fn seconds(&self, now: u64) -> i64 {
        (START * 1000 + i64::try_from(now).unwrap() + self.offset).div_euclid(1000)
    }

    /// Contracts, codes or holders have changed: so do the pages.
    pub(crate) fn changed(&mut self, now: u64) {
        for locker in 0..LOCKERS {
            let page = self.page(locker);
            if self.book.pages.get(&locker).is_none_or(|(_, before)| *before != page) {
                self.book.put(locker, page.clone());
                self.pages.insert((locker, self.book.last_version), page);
            }
        }
        let granted = |contract: &Contract, locker: u16| (entry(contract), locker);
        let now_granted: Vec<_> = self
            .contracts
            .iter()
            .flat_map(|of| of.lockers.iter().map(move |locker| (granted(of, *locker), of)))
            .collect();
        for grant in self.grants.iter_mut().filter(|grant| grant.revoked.is_none()) {
            if !now_granted.iter().any(|((entry, locker), _)| *entry == grant.entry && *locker == grant.locker) {
                let version = self.book.versions().of(grant.locker);
                grant.revoked = Some(Revoked { at: now, version, leased_until: self.leased_until });
            }
        }
        for ((entry, locker), contract) in now_granted {
            let is_same = |grant: &Grant| grant.revoked.is_none() && grant.entry == entry && grant.locker == locker;
            if !self.grants.iter().any(is_same) {
                let pin = contract.pin.clone();
                self.grants.push(Grant { entry, locker, pin, since: now, revoked: None });
            }
        }
    }

    fn page(&self, locker: u16) -> Page {
        let with_key = self.contracts.iter().filter(|contract| contract.lockers.contains(&locker));
        Page {
            return_code: Some(return_verifier(self.key, &self.return_codes[usize::from(locker)])),
            holder: self.holders.get(&locker).copied(),
            schedules: vec![windows()],
            entries: with_key.map(entry).collect(),
        }
    }

    /// The versions of all pages.
    pub(crate) fn versions(&self) -> PageVersions {
        self.book.versions()
    }

    /// Whether the cloud says that the automat no longer opens a locker by a grant that it has revoked: the device has confirmed a
    /// page without it, or every lease with an earlier page has ended.
    pub(crate) fn says_gone(&self, grant: &Grant, now: u64) -> bool {
        grant.revoked.is_some_and(|revoked| {
            let has_ended = i64::from(revoked.leased_until) * 1000 < millis(now) - i64::try_from(TOLERANCE).unwrap();
            self.confirmed.of(grant.locker) >= revoked.version || has_ended
        })
    }

    /// Answers a question for pages.
    pub(crate) fn access(&mut self, question: &Value, pages_in_each: usize, now: u64) -> Vec<Value> {
        let AccessRequest { key, have, .. } = serde_json::from_value(question.clone()).unwrap();
        self.confirmed = have;
        self.book.key = if key == key_id(1) { 1 } else { 2 };
        let issued = self.seconds(now);
        let until = issued + 3_600 * i64::from(self.lease_hours);
        self.book.lease = (self.lease_hours > 0).then(|| lease(issued, until, OFFSET, None));
        if let (Some(lease), Some(sealed)) = (self.book.lease.clone(), self.book.sealed_lease()) {
            self.leased_until = self.leased_until.max(lease.until);
            self.leases.insert(sealed.0, Issued { lease, at: now });
        }
        let answers = self.book.answers(question, pages_in_each);
        self.answers.extend(answers.iter().cloned());
        answers
    }

    /// An answer to the same question, with the pages of another automat.
    pub(crate) fn access_of_another(&self, question: &Value) -> Vec<Value> {
        let mut book = self.book.clone();
        book.thing = ThingName::new("attic");
        book.pages.values_mut().for_each(|(version, _)| *version += 100);
        book.answers(question, usize::MAX)
    }

    /// Records lines that continue the journal. Returns the receipt.
    pub(crate) fn record(&mut self, message: &Value, now: u64) -> Value {
        let JournalMessage { journal, lines } = serde_json::from_value(message.clone()).unwrap();
        if !self.journals.contains(&journal) && lines[0].j == 1 {
            self.journals.push(journal.clone());
            self.up_to = 0;
        }
        let is_current = self.journals.last() == Some(&journal);
        for line in lines {
            if is_current && line.j == self.up_to + 1 {
                self.up_to = line.j;
                match &line.what {
                    JournalFact::Entry(entry) => {
                        let lockers = [&entry.fetch[..], &entry.give_back[..]].concat();
                        self.allowed.entry(entry.id.clone()).or_insert(Allowed { contract: entry.contract, lockers });
                    }
                    JournalFact::Lockers(report) => self.report(report, now),
                    JournalFact::WrongEntry(_) => {}
                }
                self.recorded.push(line);
            }
        }
        json!({"journal": self.journals.last(), "upTo": self.up_to})
    }

    /// Takes a report about lockers, unless a newer one has been taken.
    pub(crate) fn report(&mut self, report: &LockersMessage, now: u64) {
        for (&locker, state) in &report.lockers {
            if self.reported.get(&locker).is_some_and(|(n, _)| *n >= report.n) {
                continue;
            }
            self.reported.insert(locker, (report.n, state.key));
            if state.key {
                self.holders.remove(&locker);
            } else if let Some(allowed) = state.by.as_ref().and_then(|by| self.allowed.get(by)) {
                allowed.contract.map(|contract| self.holders.entry(locker).or_insert(contract));
            }
        }
        self.changed(now);
    }

    /// The answer to a keypad entry.
    pub(crate) fn answer(&mut self, entry: &Value, now: u64) -> Value {
        let EntryMessage { id, kind, code, other, inside, .. } = serde_json::from_value(entry.clone()).unwrap();
        let is_code = |key, text: &str| {
            let name = URL_SAFE_NO_PAD.encode(name(key, &format!("{}{text}", kind.prefix())));
            name == code || Some(name) == other
        };
        let (mut fetch, mut give_back, mut contract) = (Vec::new(), Vec::new(), None);
        match kind {
            CodeKind::ReturnCode => {
                let locker = self.return_codes.iter().position(|text| is_code(self.key, text));
                give_back.extend(locker.map(|at| u16::try_from(at).unwrap()).filter(|locker| !inside.has(*locker)));
            }
            CodeKind::Pin => {
                if let Some(found) = self.contracts.iter().find(|found| is_code(found.key, &found.pin)) {
                    contract = Some(found.handle);
                    for &locker in &found.lockers {
                        match self.case(found, locker, inside.has(locker), now) {
                            Some(Purpose::Fetch) => fetch.push(locker),
                            Some(Purpose::Return) => give_back.push(locker),
                            None => {}
                        }
                    }
                }
            }
        }
        if fetch.is_empty() && give_back.is_empty() {
            return json!({"id": id, "answer": "no"});
        }
        let lockers = [&fetch[..], &give_back[..]].concat();
        let lasts = if fetch.is_empty() || give_back.is_empty() { 10 } else { 30 };
        let mut answer = json!({"id": id, "answer": "open", "expiresAt": self.seconds(now) + lasts});
        for (what, lockers) in [("fetch", fetch), ("return", give_back)] {
            if !lockers.is_empty() {
                answer[what] = json!(lockers);
            }
        }
        self.allowed.insert(id, Allowed { contract, lockers });
        answer
    }

    fn case(&self, contract: &Contract, locker: u16, is_inside: bool, now: u64) -> Option<Purpose> {
        let at = self.seconds(now);
        let holder = match self.holders.get(&locker) {
            Some(holder) if *holder == contract.handle => KeyHolder::Own,
            Some(_) => KeyHolder::Other,
            None => KeyHolder::Unknown,
        };
        let is_in_schedule = !contract.is_scheduled || is_in_windows(at);
        let (start, end) = (i64::from(contract.start), contract.end.map(i64::from));
        PinCase { start, end, is_in_schedule, is_inside, holder }.decide(Between { from: at, to: Some(at) }).ok()
    }

    /// Whether the cloud has allowed an entry to open a locker.
    pub(crate) fn has_allowed(&self, id: &str, locker: u16) -> bool {
        self.allowed.get(id).is_some_and(|allowed| allowed.lockers.contains(&locker))
    }
}

fn millis(now: u64) -> i64 {
    START * 1000 + i64::try_from(now).unwrap()
}

fn entry(contract: &Contract) -> PageEntry {
    let Contract { pin, key, handle, start, end, is_scheduled, .. } = contract;
    let schedule = is_scheduled.then_some(0);
    PageEntry { verifier: verifier(*key, pin), handle: *handle, start: *start, end: *end, schedule }
}

/// Every day from 8 to 20 o'clock.
fn windows() -> Windows {
    Windows((0..7).map(|day| (day * 1_440 + 480, day * 1_440 + 1_200)).collect())
}

/// Whether the schedule allows fetching at a time in seconds.
pub(crate) fn is_in_windows(at: i64) -> bool {
    windows().contain(at + i64::from(OFFSET))
}

/// The id of a device key.
fn key_id(key: u8) -> String {
    name(key, "id")[..4].iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The verifier of a PIN, computed once.
pub(crate) fn verifier(key: u8, pin: &str) -> Verifier {
    thread_local!(static KNOWN: RefCell<BTreeMap<(u8, String), Verifier>> = const { RefCell::new(BTreeMap::new()) });
    KNOWN.with_borrow_mut(|known| *known.entry((key, pin.to_owned())).or_insert_with(|| pin_verifier(key, pin)))
}

/// Whether these seconds are before that time in milliseconds, give or take the tolerance.
pub(crate) fn may_be_past(at: u32, now: u64) -> bool {
    seconds(now + TOLERANCE) >= i64::from(at)
}

pub(crate) fn may_be_ahead(at: u32, now: u64) -> bool {
    millis(now) - i64::try_from(TOLERANCE).unwrap() < i64::from(at) * 1000
}
