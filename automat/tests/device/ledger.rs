//! The cloud's side of what happens without the cloud, and what must hold: an entry runs each motor at most once, and
//! only if either the cloud allowed it or its line survives a power cut; no line is lost, or sent with another content.
//! A key is fetched without the cloud only if, by the true time, the contract runs in a page of a lease that has not
//! ended.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use automat::journal::{Journal, Record};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{
    CodeKind, EntryMessage, Handle, JournalFact, JournalLine, JournalMessage, Lease, Page, PageEntry, PageVersions,
    Sealed, SealedPage, Windows,
};
use serde_json::{Value, json};

use crate::cloud::{PageBook, entry, lease, name, return_verifier};
use crate::rig::START;

/// What is typed: locker 0 has a return code; the PINs are those of contracts 1 to 3, the last code is unknown, and the
/// digits answer the question which keys are wanted.
pub(crate) const CODES: [&str; 7] = ["*4711#", "482915#", "777777#", "135790#", "*0000#", "1", "2"];

/// The entries of the contracts in pages, by contract and then in the forms of [`Change`].
static ENTRIES: LazyLock<[PageEntry; 3]> =
    LazyLock::new(|| [entry("482915", 1), entry("777777", 2), entry("135790", 3)]);

/// The name of the unknown code.
static UNKNOWN: LazyLock<String> = LazyLock::new(|| URL_SAFE_NO_PAD.encode(name(1, "return 0000")));

/// How the zone is ahead of UTC at first, and after a change, in seconds.
const OFFSETS: [i32; 2] = [7_200, 3_600];
/// Two minutes of the week, by the clock on the wall: from a minute after the start of the test, on a Tuesday at 14:00.
const WINDOW: (u16, u16) = (2_281, 2_283);

/// What changes in the page of a locker.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    Removed,
    Permanent,
    /// Begins and ends so many seconds from now.
    Limited(i64, i64),
    Scheduled,
    /// The cloud learns that the contract has the key.
    Holds,
}

#[derive(Debug)]
pub(crate) struct Ledger {
    book: PageBook,
    /// How long leases last, in seconds, and when the clocks change, in seconds from the start.
    lease: Option<(i64, Option<i64>)>,
    /// The pages that there ever were, as they were sent.
    pages: BTreeMap<(u16, u32), (Page, SealedPage)>,
    /// The leases that there ever were, as they were sent, each with the pages that it is for.
    leases: BTreeMap<String, (Lease, PageVersions)>,
    /// The pages and the lease that count for the device.
    held: (PageVersions, Option<Sealed>),
    /// What survived a power cut, by journal and number.
    written: BTreeMap<(String, u64), JournalLine>,
    /// What the cloud has recorded of it.
    recorded: BTreeMap<(String, u64), JournalLine>,
    /// The lockers that the cloud has allowed entries to open.
    allowed: BTreeMap<String, Vec<u16>>,
    runs: BTreeMap<(String, u16), usize>,
}

impl Default for Ledger {
    fn default() -> Self {
        let [one, two, _] = ENTRIES.clone();
        let return_code = Some(return_verifier(1, "4711"));
        let schedules = vec![Windows(vec![WINDOW])];
        let mut ledger = Self {
            book: PageBook::new(),
            lease: Some((3_600, None)),
            pages: BTreeMap::new(),
            leases: BTreeMap::new(),
            held: <_>::default(),
            written: BTreeMap::new(),
            recorded: BTreeMap::new(),
            allowed: BTreeMap::new(),
            runs: BTreeMap::new(),
        };
        let first = Page { return_code, holder: None, schedules: schedules.clone(), entries: vec![one.clone()] };
        ledger.put(0, first);
        ledger.put(1, Page { return_code: None, holder: None, schedules, entries: vec![one, two] });
        ledger
    }
}

impl Ledger {
    fn put(&mut self, locker: u16, page: Page) {
        self.book.put(locker, page.clone());
        let sealed = self.book.sealed(locker);
        self.pages.insert((locker, sealed.version), (page, sealed));
    }

    /// A contract changes in the page of a locker.
    pub(crate) fn change(&mut self, locker: u16, contract: usize, change: Change, seconds: i64) {
        let mut page = self.pages[&(locker, self.book.versions().of(locker))].0.clone();
        let entry = ENTRIES[contract].clone();
        let at = |seconds| u32::try_from(seconds).unwrap();
        if let Change::Holds = change {
            page.holder = Some(entry.handle);
            return self.put(locker, page);
        }
        page.holder = None;
        page.entries.retain(|other| other.handle != entry.handle);
        match change {
            Change::Removed | Change::Holds => {}
            Change::Permanent => page.entries.push(entry),
            Change::Limited(from, to) => {
                page.entries.push(PageEntry { start: at(seconds + from), end: Some(at(seconds + to)), ..entry });
            }
            Change::Scheduled => page.entries.push(PageEntry { schedule: Some(0), ..entry }),
        }
        self.put(locker, page);
    }

    /// Leases last this long from now on; with 0 there are none. The clocks change so many seconds from the start.
    pub(crate) fn lease(&mut self, lasts: i64, change: Option<i64>) {
        self.lease = (lasts > 0).then_some((lasts, change));
    }

    /// The messages that answer a question for pages.
    pub(crate) fn access(&mut self, question: &Value, seconds: i64) -> Vec<Value> {
        let terms = self.lease.map(|(lasts, change)| {
            let change = change.map(|at| START + at).filter(|at| *at < seconds + lasts);
            let is_past = change.is_some_and(|at| at <= seconds);
            let change = change.filter(|_| !is_past).map(|at| (at, OFFSETS[1]));
            lease(seconds, seconds + lasts, OFFSETS[usize::from(is_past)], change)
        });
        self.book.lease.clone_from(&terms);
        if let (Some(terms), Some(sealed)) = (terms, self.book.sealed_lease()) {
            self.leases.insert(sealed.0, (terms, self.book.versions()));
        }
        self.book.answers(question, 1)
    }

    /// The answer to an entry.
    pub(crate) fn answer(&mut self, entry: &Value, seconds: i64) -> Value {
        let EntryMessage { id, kind, inside, .. } = serde_json::from_value(entry.clone()).unwrap();
        let (locker, purpose) = match kind {
            CodeKind::ReturnCode => (0, "return"),
            CodeKind::Pin if inside.has(1) => (1, "fetch"),
            CodeKind::Pin => (1, "return"),
        };
        if entry["code"] == *UNKNOWN || (purpose == "return" && inside.has(locker)) {
            return json!({"id": id, "answer": "no"});
        }
        self.allowed.insert(id.clone(), vec![locker]);
        json!({"id": id, "answer": "open", purpose: [locker], "expiresAt": seconds + 10})
    }

    /// Pages are about to survive a power cut.
    pub(crate) fn write_pages(&self, record: &Record, disk: &Journal) {
        let Record::Pages { pages, .. } = record else { return };
        for (&locker, page) in pages {
            let sent = self.pages.get(&(locker, page.version)).map(|(_, sealed)| sealed);
            assert_eq!(sent, Some(page), "what the cloud has not sealed is not kept");
            let before = disk.pages().pages().get(&locker).map(|before| before.version);
            assert!(before < Some(page.version), "an old page is not taken");
        }
    }

    /// A record survives a power cut from now on.
    pub(crate) fn write(&mut self, record: &Record, disk: &Journal) {
        if let Record::Line { line } = record {
            let journal = disk.lines().id().unwrap().to_owned();
            let before = self.written.insert((journal, line.j), line.clone());
            assert_eq!(before, None, "a number is used once");
        }
    }

    /// The device sends lines.
    pub(crate) fn send(&self, message: &Value) {
        let JournalMessage { journal, lines } = serde_json::from_value(message.clone()).unwrap();
        for line in lines {
            assert_eq!(self.written.get(&(journal.clone(), line.j)), Some(&line), "it is sent as it was written");
        }
    }

    /// Lines arrive, maybe again or after later ones. Returns the receipt.
    pub(crate) fn record(&mut self, message: &Value) -> Value {
        let JournalMessage { journal, lines } = serde_json::from_value(message.clone()).unwrap();
        for line in lines {
            if line.j == self.up_to(&journal) + 1 {
                self.recorded.insert((journal.clone(), line.j), line);
            }
        }
        json!({"journal": journal, "upTo": self.up_to(&journal)})
    }

    fn up_to(&self, journal: &str) -> u64 {
        let last = self.recorded.range((journal.to_owned(), 0)..=(journal.to_owned(), u64::MAX)).next_back();
        last.map_or(0, |((_, j), _)| *j)
    }

    /// A motor runs for an entry, at this true time in milliseconds. `is_full`: the key is inside for certain, and so
    /// on.
    pub(crate) fn run(&mut self, id: &str, locker: u16, is_full: bool, is_empty: bool, millis: i64) {
        let of_entry = |line: &&JournalLine| matches!(&line.what, JournalFact::Entry(entry) if entry.id == id);
        if let Some(line) = self.written.values().find(of_entry) {
            let JournalFact::Entry(entry) = &line.what else { unreachable!() };
            if entry.fetch.contains(&locker) {
                assert!(!is_empty, "{id} fetched from an empty locker");
                let is_allowed = entry.contract.is_some_and(|contract| self.may_fetch(locker, contract, millis));
                assert!(is_allowed, "{id} fetched without being allowed to: {line:?}");
            } else {
                assert!(entry.give_back.contains(&locker), "{id} ran another motor than {line:?}");
                assert!(!is_full, "{id} opened a locker that has its key");
            }
        } else {
            let allowed = self.allowed.get(id).is_some_and(|lockers| lockers.contains(&locker));
            assert!(allowed, "{id} ran without an answer and without a line");
        }
        let runs = self.runs.entry((id.to_owned(), locker)).or_default();
        *runs += 1;
        assert_eq!(*runs, 1, "{id} ran again");
    }

    /// How many motors ran for entries.
    pub(crate) fn runs_without_cloud(&self) -> usize {
        self.runs.len()
    }

    /// The device learns that pages and a lease are durable: from now on they count.
    pub(crate) fn hold(&mut self, record: &Record) {
        let Record::Pages { pages, end } = record else { return };
        for (&locker, page) in pages {
            self.held.0.set(locker, page.version);
        }
        if let Some(end) = end {
            self.held.1.clone_from(&end.lease);
        }
    }

    /// The device has restarted: everything counts that survived.
    pub(crate) fn hold_all(&mut self, disk: &Journal) {
        self.held = (versions(disk), disk.pages().end().and_then(|end| end.lease.clone()));
    }

    /// Whether the device's lease allows a fetch at this true time.
    fn may_fetch(&self, locker: u16, contract: Handle, millis: i64) -> bool {
        let (held, lease) = &self.held;
        let Some((lease, versions)) = lease.as_ref().and_then(|lease| self.leases.get(&lease.0)) else { return false };
        let (page, _) = &self.pages[&(locker, held.of(locker))];
        let is_past = |seconds: u32| i64::from(seconds) * 1000 <= millis;
        let local = lease.local(millis.div_euclid(1000));
        let runs = |entry: &PageEntry| {
            let is_in = entry.schedule.is_none_or(|schedule| page.schedules[usize::from(schedule)].contain(local));
            is_past(entry.start) && !entry.end.is_some_and(is_past) && is_in
        };
        let is_allowed = page.entries.iter().any(|entry| entry.handle == contract && runs(entry));
        versions == held && !is_past(lease.until) && is_allowed
    }

    /// When everything is over: the device has the latest pages, and a lease if there is one.
    pub(crate) fn check_pages(&self, disk: &Journal) {
        assert_eq!(versions(disk), self.book.versions());
        let has_lease = disk.pages().end().is_some_and(|end| end.lease.is_some());
        assert_eq!(has_lease, self.lease.is_some());
    }

    /// When everything is over: the cloud has each line of the journal that was not lost.
    pub(crate) fn check(&self, journal: Option<&str>) {
        for ((of, j), line) in self.written.iter().filter(|((of, _), _)| Some(of.as_str()) == journal) {
            assert_eq!(self.recorded.get(&(of.clone(), *j)), Some(line), "line {j} of {of} is lost");
        }
    }
}

fn versions(disk: &Journal) -> PageVersions {
    disk.pages().pages().iter().map(|(&locker, page)| (locker, page.version)).collect()
}
