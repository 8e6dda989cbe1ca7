//! Who has the keys that moved without the cloud, as the lines about them say.
//!
//! A page says who has a locker's key, but not what happened since it was made. So for each locker in the lines, what
//! they say counts instead, until the cloud has them and has sent a newer page.

use std::collections::BTreeMap;

use protocol::{Handle, JournalFact, JournalLine, LockersMessage, OfflineEntry};
use serde::{Deserialize, Serialize};

use super::Record;

/// What the lines say about the key of one locker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KnownHolder {
    /// The number of the last of these lines.
    line: u64,
    /// The latest entry that may have fetched the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fetch: Option<Fetch>,
    /// Who has the key, if it is not inside. `None`: it is not known who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contract: Option<Handle>,
    /// Whether a line says that it has left.
    is_out: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Fetch {
    /// The entry's id.
    id: String,
    contract: Handle,
}

/// By locker.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Holders(BTreeMap<u16, KnownHolder>);

impl Holders {
    /// Who has a locker's key, if it is not inside: by the lines or, without any about it, by its page.
    pub(super) fn of(&self, locker: u16, by_page: Option<Handle>) -> Option<Handle> {
        self.0.get(&locker).map_or(by_page, |known| known.contract)
    }

    /// A line is added.
    pub(super) fn add(&mut self, line: &JournalLine) {
        match &line.what {
            JournalFact::Entry(entry) => self.entry(line.j, entry),
            JournalFact::Lockers(report) => self.report(line.j, report),
            JournalFact::WrongEntry(_) => {}
        }
    }

    /// Whoever has typed the code has each key that now leaves. That counts at once: the power may fail before the
    /// sensors have settled.
    fn entry(&mut self, line: u64, entry: &OfflineEntry) {
        let Some(contract) = entry.contract else { return };
        for &locker in &entry.fetch {
            let fetch = Some(Fetch { id: entry.id.clone(), contract });
            self.0.insert(locker, KnownHolder { line, fetch, contract: Some(contract), is_out: false });
        }
    }

    fn report(&mut self, line: u64, report: &LockersMessage) {
        for (&locker, state) in &report.lockers {
            match (self.0.get_mut(&locker), state.key) {
                (Some(known), true) => {
                    known.line = line;
                    if std::mem::take(&mut known.is_out) {
                        known.contract = None;
                    }
                }
                (Some(known), false) => {
                    known.line = line;
                    if !std::mem::replace(&mut known.is_out, true) {
                        let by_entry = known.fetch.as_ref().filter(|fetch| state.by.as_ref() == Some(&fetch.id));
                        known.contract = by_entry.map(|fetch| fetch.contract);
                    }
                }
                // It may have been returned: the page may still name who had it.
                (None, true) => {
                    self.0.insert(locker, KnownHolder { line, fetch: None, contract: None, is_out: false });
                }
                // Only its door has moved.
                (None, false) => {}
            }
        }
    }

    /// Newer pages of these lockers have arrived, and the cloud has all lines up to this one.
    pub(super) fn forget<'a>(&mut self, lockers: impl Iterator<Item = &'a u16>, received_up_to: u64) {
        for locker in lockers {
            if self.0.get(locker).is_some_and(|known| known.line <= received_up_to) {
                self.0.remove(locker);
            }
        }
    }

    pub(super) fn set(&mut self, locker: u16, known: &KnownHolder) {
        self.0.insert(locker, known.clone());
    }

    /// To be written after the lines, which have other records.
    pub(super) fn records(&self) -> impl Iterator<Item = Record> {
        self.0.iter().map(|(&locker, known)| Record::Holder { locker, known: known.clone() })
    }
}

#[cfg(test)]
mod tests {
    use protocol::{CodeKind, Door, LockerState, Times};

    use super::*;

    const PAGE: Option<Handle> = Some(Handle([9; 8]));
    const ONE: Handle = Handle([1; 8]);
    const TWO: Handle = Handle([2; 8]);

    fn add(holders: &mut Holders, j: u64, what: JournalFact) {
        holders.add(&JournalLine { j, at: Times { from: 0, to: None }, what });
    }

    fn fetch(id: &str, contract: Handle) -> JournalFact {
        let (id, kind) = (id.to_owned(), CodeKind::Pin);
        JournalFact::Entry(OfflineEntry { id, kind, contract: Some(contract), fetch: vec![7], give_back: vec![8] })
    }

    fn report(key: bool, by: Option<&str>) -> JournalFact {
        let state = LockerState { key, door: Door::Open, by: by.map(str::to_owned) };
        JournalFact::Lockers(LockersMessage { n: 1, lockers: BTreeMap::from([(7, state)]), device_keys: Vec::new() })
    }

    /// Who has the key after each of these lines.
    fn after(lines: Vec<JournalFact>) -> Vec<Option<Handle>> {
        let mut holders = Holders::default();
        let add = |(j, what)| {
            add(&mut holders, j, what);
            holders.of(7, PAGE)
        };
        (1..).zip(lines).map(add).collect()
    }

    #[test]
    fn a_key_is_with_the_entry_that_fetched_it_until_it_is_back() {
        let lines = vec![
            report(false, None),
            fetch("a", ONE),
            report(true, Some("a")),
            report(false, Some("a")),
            report(false, Some("return")),
            report(true, Some("return")),
            report(false, Some("a")),
            report(true, Some("a")),
            fetch("b", TWO),
            report(false, Some("b")),
        ];
        let (one, two) = (Some(ONE), Some(TWO));
        assert_eq!(after(lines), [PAGE, one, one, one, one, None, one, None, two, two]);
    }

    #[test]
    fn a_key_that_leaves_otherwise_is_with_nobody_known() {
        assert_eq!(after(vec![fetch("a", ONE), report(false, Some("opening"))]), [Some(ONE), None]);
        assert_eq!(after(vec![report(true, None), report(false, None)]), [None, None], "the page is old");
    }

    #[test]
    fn a_newer_page_counts_once_the_cloud_has_the_lines() {
        let mut holders = Holders::default();
        add(&mut holders, 1, fetch("a", ONE));
        add(&mut holders, 2, report(false, Some("a")));
        holders.forget([7].iter(), 1);
        assert_eq!(holders.of(7, PAGE), Some(ONE));
        holders.forget([8].iter(), 2);
        assert_eq!(holders.of(7, PAGE), Some(ONE));
        holders.forget([7].iter(), 2);
        assert_eq!(holders.of(7, PAGE), PAGE);
    }
}
