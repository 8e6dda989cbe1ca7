//! The cloud's side of returns without the cloud, and what must hold: an entry runs each motor at most once, and only if
//! either the cloud allowed it or its line survives a power cut; no line is lost, or sent with another content.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use automat::journal::{Journal, Record};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{CodeKind, EntryMessage, JournalFact, JournalLine, JournalMessage};
use serde_json::{Value, json};

use crate::offline::{COST, name, pin_verifier, return_verifier};

/// The codes that are typed: locker 0 has a return code, locker 1 a PIN, and the last one is unknown.
pub(crate) const CODES: [&str; 3] = ["*4711#", "482915#", "*0000#"];

static ACCESS: LazyLock<Value> = LazyLock::new(|| {
    json!({
        "0": {"returnCode": return_verifier(1, "4711")},
        "1": {"pins": {pin_verifier(1, "482915"): "c-1"}},
    })
});

/// The name of the unknown code.
static UNKNOWN: LazyLock<String> = LazyLock::new(|| URL_SAFE_NO_PAD.encode(name(1, "return 0000")));

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// What survived a power cut, by journal and number.
    written: BTreeMap<(String, u64), JournalLine>,
    /// What the cloud has recorded of it.
    recorded: BTreeMap<(String, u64), JournalLine>,
    /// The lockers that the cloud has allowed entries to open.
    allowed: BTreeMap<String, Vec<u16>>,
    runs: BTreeMap<(String, u16), usize>,
}

impl Ledger {
    /// The answer to a question for access.
    pub(crate) fn access(question: &Value) -> Value {
        let mut lockers = ACCESS.clone();
        if let Some(asked) = question["lockers"].as_array() {
            let asked: Vec<_> = asked.iter().map(ToString::to_string).collect();
            lockers.as_object_mut().unwrap().retain(|locker, _| asked.contains(locker));
        }
        json!({"answer": {"id": question["id"], "cost": COST, "lockers": lockers}})
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

    /// A motor runs for an entry.
    pub(crate) fn run(&mut self, id: &str, locker: u16, has_key: bool) {
        let of_entry = |line: &&JournalLine| matches!(&line.what, JournalFact::Entry(entry) if entry.id == id);
        if let Some(line) = self.written.values().find(of_entry) {
            let JournalFact::Entry(entry) = &line.what else { unreachable!() };
            assert!(entry.lockers.contains(&locker), "{id} ran another motor than {line:?}");
            assert!(!has_key, "{id} opened a locker that has its key");
        } else {
            let allowed = self.allowed.get(id).is_some_and(|lockers| lockers.contains(&locker));
            assert!(allowed, "{id} ran without an answer and without a line");
        }
        let runs = self.runs.entry((id.to_owned(), locker)).or_default();
        *runs += 1;
        assert_eq!(*runs, 1, "{id} ran again");
    }

    /// When everything is over: the cloud has each line of the journal that was not lost.
    pub(crate) fn check(&self, journal: Option<&str>) {
        for ((of, j), line) in self.written.iter().filter(|((of, _), _)| Some(of.as_str()) == journal) {
            assert_eq!(self.recorded.get(&(of.clone(), *j)), Some(line), "line {j} of {of} is lost");
        }
    }
}
