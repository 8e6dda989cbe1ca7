//! What may be opened without the cloud: pages and a lease, sealed as they arrived.

use std::collections::BTreeMap;

use protocol::{AnswerEnd, SealedPage, split_pages};

use super::Record;

/// The most bytes of pages in a record when the state is written, so that no line is over 100 kB.
const BYTES_AT_ONCE: usize = 90_000;

/// The latest page of each locker, and the end of the latest answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SealedPages {
    pages: BTreeMap<u16, SealedPage>,
    end: Option<AnswerEnd>,
}

impl SealedPages {
    /// By locker. Some may be sealed under a key that the device no longer has.
    #[must_use]
    pub fn pages(&self) -> &BTreeMap<u16, SealedPage> {
        &self.pages
    }

    #[must_use]
    pub fn end(&self) -> Option<&AnswerEnd> {
        self.end.as_ref()
    }

    /// Whether a page with this version is newer than the locker's.
    pub(super) fn has_older(&self, locker: u16, version: u32) -> bool {
        self.pages.get(&locker).is_none_or(|page| page.version < version)
    }

    /// The device has checked that these pages are newer than those that it can open.
    pub(super) fn add(&mut self, pages: &BTreeMap<u16, SealedPage>, end: Option<&AnswerEnd>) {
        self.pages.extend(pages.iter().map(|(&locker, page)| (locker, page.clone())));
        self.end = end.cloned().or(self.end.take());
    }

    /// In records of bounded size.
    pub(super) fn records(&self) -> impl Iterator<Item = Record> {
        let pages = self.pages.iter().map(|(locker, page)| (*locker, page.clone()));
        let parts = split_pages(pages, BYTES_AT_ONCE).filter(|pages| !pages.is_empty());
        let parts = parts.map(|pages| Record::Pages { pages, end: None });
        let end = self.end.iter().map(|end| Record::Pages { pages: BTreeMap::new(), end: Some(end.clone()) });
        parts.chain(end)
    }
}

#[cfg(test)]
mod tests {
    use protocol::Sealed;

    use super::*;

    fn page(version: u32, size: usize) -> SealedPage {
        SealedPage { version, sealed: Sealed("s".repeat(size)) }
    }

    #[test]
    fn an_answer_adds_pages_and_its_end_replaces_the_one_before() {
        let mut pages = SealedPages::default();
        pages.add(&BTreeMap::from([(1, page(1, 9)), (2, page(1, 9))]), None);
        let end = |cost, lease: Option<&str>| AnswerEnd { cost, lease: lease.map(|lease| Sealed(lease.to_owned())) };
        pages.add(&BTreeMap::new(), Some(&end(14, Some("lease"))));
        pages.add(&BTreeMap::from([(2, page(2, 9))]), None);
        assert_eq!(pages.pages().values().map(|page| page.version).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(pages.end(), Some(&end(14, Some("lease"))));
        pages.add(&BTreeMap::new(), Some(&end(14, None)));
        assert_eq!(pages.end(), Some(&end(14, None)));
    }

    #[test]
    fn five_hundred_pages_of_fifty_entries_are_written_again_in_lines_below_100_kb() {
        let mut pages = SealedPages::default();
        let lockers: BTreeMap<u16, SealedPage> = (0..500).map(|locker| (locker, page(u32::MAX, 2_100))).collect();
        let end = AnswerEnd { cost: 14, lease: Some(Sealed("lease".to_owned())) };
        pages.add(&lockers, Some(&end));
        let records: Vec<_> = pages.records().collect();
        for record in &records {
            assert!(serde_json::to_vec(record).unwrap().len() < 100_000 - 20, "with the checksum");
        }
        assert_eq!(records.len(), 14, "the last one has the end");
        let mut again = SealedPages::default();
        for record in &records {
            let Record::Pages { pages, end } = record else { panic!("{record:?}") };
            again.add(pages, end.as_ref());
        }
        assert_eq!(again, pages);
    }
}
