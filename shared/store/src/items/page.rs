//! What a device may open one locker for without the cloud, as the projector keeps it (ADR 0054).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{AutomatId, ContractId, Instant, KeyId, LockerIndex, Schedule};
use protocol::{Handle, Verifier};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ulid::Ulid;

use super::{AutomatItem, Item, ItemKey, number, read, write};
use crate::Error;
use crate::expression::{Expression, Update, absent, is};

/// So many contracts are remembered that have left the page: a device may still report an entry of theirs.
const FORMER: usize = 32;

/// A locker's page. There is none until a key is assigned to the locker; after that it is never deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StoredPage {
    /// 0 before it is written for the first time.
    pub(crate) version: u32,
    pub(crate) content: PageContent,
    /// Since which versions each contract is in it.
    marks: BTreeMap<Handle, Marks>,
    /// The contracts that were in it before, the latest last.
    former: Vec<Former>,
}

/// Versions of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Marks {
    /// The first one with the contract.
    first: u32,
    /// The first one with its entry as it is.
    since: u32,
}

/// A contract that was in a page, and the first version without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Former(Handle, ContractId, u32);

/// What a device has of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeldEntry {
    /// Its entry as it is.
    Current,
    /// That or nothing: it was sent, and not confirmed.
    PossiblyCurrent,
    /// An entry as it was before, or that is no longer there.
    Older,
    Nothing,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PageContent {
    /// The key that the entries are about, with its incarnation.
    pub(crate) key: Option<(KeyId, String)>,
    pub(crate) entries: BTreeMap<Handle, StoredPageEntry>,
}

/// A contract's PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredPageEntry {
    pub(crate) contract: ContractId,
    pub(crate) verifier: Verifier,
    /// In seconds since 1970, rounded up.
    pub(crate) start: u32,
    /// The same, rounded down; `None` for a permanent contract.
    pub(crate) end: Option<u32>,
    pub(crate) schedule: Option<Schedule>,
}

/// Its form in the table. Contracts often have the same schedule, and entries are many, so both are short.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageItem {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<KeyId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_incarnation: Option<String>,
    schedules: Vec<Schedule>,
    entries: BTreeMap<Handle, EntryForm>,
    former: Vec<Former>,
}

/// The names are part of every entry.
#[derive(Serialize, Deserialize)]
struct EntryForm {
    #[serde(rename = "c")]
    contract: ContractId,
    #[serde(rename = "v")]
    verifier: VerifierForm,
    #[serde(rename = "s")]
    start: u32,
    #[serde(rename = "e", skip_serializing_if = "Option::is_none")]
    end: Option<u32>,
    /// The position of the schedule.
    #[serde(rename = "w", skip_serializing_if = "Option::is_none")]
    schedule: Option<usize>,
    #[serde(rename = "f")]
    first: u32,
    /// Left out if it is the first one.
    #[serde(rename = "u", skip_serializing_if = "Option::is_none")]
    since: Option<u32>,
}

struct VerifierForm(Verifier);

impl StoredPage {
    /// The attributes that a write can remove.
    const OPTIONAL: [&'static str; 2] = ["keyId", "keyIncarnation"];

    pub(crate) fn key(automat: &AutomatId, locker: LockerIndex) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), format!("PAGE#{:05}", locker.get()))
    }

    /// The locker whose page has this key.
    pub(crate) fn locker_at(item_key: &ItemKey) -> Option<LockerIndex> {
        LockerIndex::new(item_key.sk.strip_prefix("PAGE#")?.parse().ok()?).ok()
    }

    pub(crate) fn read(item: Item) -> Result<Self, Error> {
        let PageItem { version, key_id, key_incarnation, schedules, entries, former } = read(item)?;
        let mark = |form: &EntryForm| Marks { first: form.first, since: form.since.unwrap_or(form.first) };
        let marks = entries.iter().map(|(handle, form)| (*handle, mark(form))).collect();
        let entries =
            entries.into_iter().map(|(handle, EntryForm { contract, verifier, start, end, schedule, .. })| {
                let schedule = schedule.and_then(|position| schedules.get(position)).cloned();
                (handle, StoredPageEntry { contract, verifier: verifier.0, start, end, schedule })
            });
        let content = PageContent { key: key_id.zip(key_incarnation), entries: entries.collect() };
        Ok(Self { version, content, marks, former })
    }

    /// Update: the whole page.
    pub(crate) fn write(&self, automat: &AutomatId, locker: LockerIndex) -> Result<Update, Error> {
        let mut schedules: Vec<Schedule> = Vec::new();
        let mut position = |schedule: &Schedule| {
            let known = schedules.iter().position(|known| known == schedule);
            known.unwrap_or_else(|| {
                schedules.push(schedule.clone());
                schedules.len() - 1
            })
        };
        let entries = self.content.entries.iter().map(|(handle, entry)| {
            let StoredPageEntry { contract, verifier, start, end, schedule } = entry;
            let schedule = schedule.as_ref().map(&mut position);
            let (contract, verifier) = (contract.clone(), VerifierForm(*verifier));
            let Marks { first, since } = self.marks.get(handle).copied().unwrap_or(Marks::new(self.version));
            let since = (since != first).then_some(since);
            (*handle, EntryForm { contract, verifier, start: *start, end: *end, schedule, first, since })
        });
        let entries = entries.collect();
        let (key_id, key_incarnation) = self.content.key.clone().unzip();
        let item = PageItem {
            version: self.version,
            key_id,
            key_incarnation,
            schedules,
            entries,
            former: self.former.clone(),
        };
        Ok(Update::all(write(&item, Self::key(automat, locker), None, None)?, &Self::OPTIONAL))
    }

    /// Update: another version of what the page does not say itself.
    pub(crate) fn raise(version: u32) -> Update {
        Update::default().set("version", number(version))
    }

    /// Condition: the page has not been written since it was read.
    pub(crate) fn unchanged(&self) -> Expression {
        if self.version == 0 { absent() } else { is("version", number(self.version)) }
    }

    /// The version of the next write: one more, or the time, so that it rises also after the table was restored from a backup.
    pub(crate) fn next_version(&self, now: Instant) -> u32 {
        self.version.saturating_add(1).max(u32::try_from(now.seconds()).unwrap_or_default())
    }

    pub(crate) fn is_of(&self, key: &KeyId, incarnation: &str) -> bool {
        self.content.key.as_ref().is_some_and(|(id, known)| id == key && known == incarnation)
    }

    /// The page with another content.
    pub(crate) fn with(&self, content: PageContent, now: Instant) -> Self {
        let version = self.next_version(now);
        let left = self.content.entries.iter().filter(|(handle, _)| !content.entries.contains_key(handle));
        let mut former = self.former.clone();
        former.extend(left.map(|(handle, entry)| Former(*handle, entry.contract.clone(), version)));
        let mut seen = BTreeSet::new();
        // Of several times, the last.
        former = former.into_iter().rev().filter(|Former(handle, ..)| seen.insert(*handle)).collect();
        former.truncate(FORMER);
        former.reverse();
        let marks = content.entries.iter().map(|(handle, entry)| (*handle, self.marks_of(*handle, entry, version)));
        Self { version, marks: marks.collect(), content, former }
    }

    /// The marks of an entry in the next version.
    fn marks_of(&self, handle: Handle, entry: &StoredPageEntry, version: u32) -> Marks {
        match self.content.entries.get(&handle).zip(self.marks.get(&handle)) {
            Some((known, marks)) if known == entry => *marks,
            Some((_, marks)) => Marks { since: version, ..*marks },
            None => Marks::new(version),
        }
    }

    /// What a device has of a contract, if its page is of one of these versions; 0 is none.
    pub(crate) fn held(&self, handle: Handle, versions: &RangeInclusive<u32>) -> HeldEntry {
        let (least, most) = (*versions.start(), *versions.end());
        let had = |Former(of, _, left): &Former| *of == handle && least < *left && most > 0;
        match self.marks.get(&handle) {
            Some(marks) if least >= marks.since => HeldEntry::Current,
            _ if self.former.iter().any(had) => HeldEntry::Older,
            Some(marks) if most >= marks.first && least < marks.first && marks.first == marks.since => {
                HeldEntry::PossiblyCurrent
            }
            Some(marks) if most >= marks.first => HeldEntry::Older,
            Some(_) | None => HeldEntry::Nothing,
        }
    }

    /// Those that name its contracts, also the former ones.
    pub(crate) fn handles(&self) -> Vec<Handle> {
        self.content.entries.keys().copied().chain(self.former.iter().map(|former| former.0)).collect()
    }

    /// The contracts that have come into it after this version, each with the first version that has it.
    pub(crate) fn new_after(&self, version: u32) -> impl Iterator<Item = (u32, &ContractId)> {
        let first =
            move |handle: &Handle| self.marks.get(handle).map(|marks| marks.first).filter(|first| *first > version);
        self.content.entries.iter().filter_map(move |(handle, entry)| Some((first(handle)?, &entry.contract)))
    }

    /// The same page under another version.
    pub(crate) fn with_version(&self, version: u32) -> Self {
        Self { version, ..self.clone() }
    }

    /// The contract that a handle names, or named.
    pub(crate) fn contract(&self, handle: Handle) -> Option<&ContractId> {
        let current = self.content.entries.get(&handle).map(|entry| &entry.contract);
        current.or_else(|| {
            self.former.iter().find(|Former(former, ..)| *former == handle).map(|Former(_, contract, _)| contract)
        })
    }
}

impl Marks {
    fn new(version: u32) -> Self {
        Self { first: version, since: version }
    }
}

impl PageContent {
    /// The contract's handle, if it has an entry.
    pub(crate) fn handle(&self, contract: &ContractId) -> Option<Handle> {
        self.entries.iter().find(|(_, entry)| entry.contract == *contract).map(|(handle, _)| *handle)
    }

    /// With this entry of a PIN, and no other with the same verifier: another contract had the PIN before.
    pub(crate) fn with_pin(mut self, known: &[Verifier], entry: Option<(Handle, StoredPageEntry)>) -> Self {
        self.entries.retain(|_, entry| !known.contains(&entry.verifier));
        self.entries.extend(entry);
        self
    }
}

/// The handle of a contract with this incarnation.
pub(crate) fn handle_of(incarnation: &str) -> Option<Handle> {
    let bytes = Ulid::from_string(incarnation).ok()?.to_bytes();
    bytes.last_chunk().copied().map(Handle)
}

/// A verifier in the form that it has in the table.
pub(crate) fn parse_verifier(text: &str) -> Option<Verifier> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Verifier)
}

impl Serialize for VerifierForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0.0))
    }
}

impl<'de> Deserialize<'de> for VerifierForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_verifier(&text).map(Self).ok_or_else(|| D::Error::custom("not a verifier"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contract(number: u8) -> ContractId {
        ContractId::parse(&format!("BK-{number}")).unwrap()
    }

    fn handle(number: u8) -> Handle {
        Handle([number; 8])
    }

    fn entry(number: u8, schedule: Option<&str>) -> (Handle, StoredPageEntry) {
        let schedule = schedule.map(|text| Schedule::parse(text).unwrap());
        let verifier = Verifier([number; 8]);
        (handle(number), StoredPageEntry { contract: contract(number), verifier, start: 10, end: Some(20), schedule })
    }

    fn content(entries: impl IntoIterator<Item = (Handle, StoredPageEntry)>) -> PageContent {
        let key = (KeyId::parse("A").unwrap(), "1".to_owned());
        PageContent { key: Some(key), entries: entries.into_iter().collect() }
    }

    fn at(seconds: i64) -> Instant {
        Instant::from_millis(seconds * 1_000).unwrap()
    }

    #[test]
    fn a_page_is_read_as_it_was_written() {
        let (automat, locker) = (AutomatId::parse("lobby").unwrap(), LockerIndex::new(7).unwrap());
        let weekdays = Some("Mo-Fr 08:00-17:00");
        let entries = [entry(1, weekdays), entry(2, None), entry(3, weekdays), entry(4, Some("Sa 08:00-17:00"))];
        let page = StoredPage::default().with(content(entries), at(5)).with(content([entry(2, None)]), at(5));
        let item = |page: &StoredPage| {
            let values = page.write(&automat, locker).unwrap().into_expression().values;
            values.into_iter().map(|(name, value)| (name[1..].to_owned(), value)).collect::<Item>()
        };
        let full = StoredPage::default().with(content([entry(1, weekdays), entry(3, weekdays)]), at(5));
        assert_eq!(item(&full)["schedules"].as_l().unwrap().len(), 1);
        for page in [page, full] {
            assert_eq!(StoredPage::read(item(&page)).unwrap(), page);
        }
        assert_eq!(StoredPage::locker_at(&StoredPage::key(&automat, locker)), Some(locker));
    }

    #[test]
    fn versions_rise_with_the_time_or_by_one() {
        let page = |version| StoredPage { version, ..StoredPage::default() };
        let next = |version, seconds| page(version).next_version(at(seconds));
        assert_eq!((next(0, 0), next(5, 3), next(5, 100), next(u32::MAX, 0)), (1, 6, 100, u32::MAX));
    }

    #[test]
    fn a_contract_that_has_left_is_remembered_until_others_have() {
        let full = StoredPage::default().with(content((0..100).map(|number| entry(number, None))), at(0));
        let empty = full.with(PageContent::default(), at(0));
        assert_eq!((empty.former.len(), empty.contract(handle(99))), (FORMER, Some(&contract(99))));
        assert_eq!(empty.contract(handle(1)), None);
        let back = empty.with(content([entry(99, None)]), at(0));
        assert_eq!(back.contract(handle(99)), Some(&contract(99)));
        let gone = back.with(PageContent::default(), at(0));
        assert_eq!(gone.former.last(), Some(&Former(handle(99), contract(99), gone.version)));
        assert_eq!(gone.former.len(), FORMER);
    }

    #[test]
    fn a_device_has_what_was_in_its_version_of_the_page() {
        use HeldEntry::{Current, Nothing, Older, PossiblyCurrent};

        let one = StoredPage::default().with(content([entry(1, None)]), at(0));
        let two = one.with(content([entry(1, None), entry(2, None)]), at(0));
        let changed = two.with(content([entry(1, Some("Mo 08:00-17:00")), entry(2, None)]), at(0));
        let gone = changed.with(content([entry(2, None)]), at(0));
        let back = gone.with(content([entry(1, None), entry(2, None)]), at(0));
        assert_eq!((one.version, back.version), (1, 5));
        let held = |page: &StoredPage, number, versions: RangeInclusive<u32>| page.held(handle(number), &versions);
        let each = |page: &StoredPage, number| {
            (0..=page.version).map(|version| held(page, number, version..=version)).collect::<Vec<_>>()
        };
        assert_eq!(each(&two, 1), [Nothing, Current, Current]);
        assert_eq!(each(&two, 2), [Nothing, Nothing, Current]);
        assert_eq!(each(&changed, 1), [Nothing, Older, Older, Current]);
        assert_eq!(each(&gone, 1), [Nothing, Older, Older, Older, Nothing]);
        assert_eq!(each(&back, 1), [Nothing, Older, Older, Older, Nothing, Current]);
        assert_eq!(each(&back, 2), [Nothing, Nothing, Current, Current, Current, Current]);
        // What it was sent last may have arrived or not.
        assert_eq!([held(&two, 2, 1..=2), held(&two, 2, 0..=1)], [PossiblyCurrent, Nothing]);
        assert_eq!([held(&changed, 1, 2..=3), held(&changed, 1, 0..=3), held(&gone, 1, 3..=4)], [Older; 3]);
        assert_eq!(back.new_after(2).collect::<Vec<_>>(), [(5, &contract(1))]);
        assert_eq!(back.new_after(0).collect::<Vec<_>>(), [(5, &contract(1)), (2, &contract(2))]);
    }

    #[test]
    fn a_pin_has_one_entry() {
        let before = content([entry(1, None), entry(2, None)]);
        let (_, of_another) = entry(1, None);
        let of_another = (handle(9), StoredPageEntry { contract: contract(9), ..of_another });
        let known = [Verifier([1; 8])];
        let after = before.clone().with_pin(&known, Some(of_another));
        assert_eq!(after.entries.keys().collect::<Vec<_>>(), [&handle(2), &handle(9)]);
        assert_eq!(before.with_pin(&known, None), content([entry(2, None)]));
    }

    #[test]
    fn a_handle_is_the_end_of_a_ulid() {
        assert_eq!(handle_of("00000000000000000000000017"), Some(Handle([0, 0, 0, 0, 0, 0, 0, 39])));
        assert_eq!(handle_of("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"), Some(Handle([255; 8])));
        assert_eq!(handle_of("no ulid"), None);
    }
}
