//! What may be opened without the cloud: the pages and the lease that the device could open, and whether they fit.
//!
//! *Invariant:* only pages and leases that survive a power cut are here. So the device names no page to the cloud that
//! it could lose.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{
    AnswerEnd, Handle, Lease, Page, PageEntry, PageVersions, SEALING_KEY, Sealed, SealedPage, ThingName, Verifier,
};
use ring::{aead, digest, hmac};

use super::DeviceKey;
use crate::clock::Millis;
use crate::journal::SealedPages;

/// The costs of verifiers that a device computes: with 2^17, scrypt needs 128 MiB.
const COSTS: std::ops::RangeInclusive<u8> = 10..=17;
/// The most lockers of an automat that [`PageVersions`] can name.
const LOCKERS: u16 = 512;
/// The longest and the shortest time until pages and lease are asked for again.
const HOUR: Millis = 3_600_000;
const SHORTEST: Millis = 5_000;

#[derive(Debug)]
pub(super) struct OpenPages {
    thing: ThingName,
    /// Without one, nothing can be opened.
    key: Option<DeviceKey>,
    pages: BTreeMap<u16, OpenPage>,
    cost: Option<u8>,
    lease: Option<Lease>,
    /// Whether the lease is for exactly these pages.
    is_fitting: bool,
    /// The versions of the pages that are being written.
    unwritten: BTreeMap<u16, u32>,
    /// How many records are being written.
    writing: usize,
}

#[derive(Debug)]
struct OpenPage {
    version: u32,
    page: Page,
}

impl OpenPages {
    /// Those of the journal that can be opened.
    pub(super) fn new(thing: ThingName, key: Option<DeviceKey>, journal: &SealedPages) -> Self {
        let mut pages = Self {
            thing,
            key,
            pages: BTreeMap::new(),
            cost: None,
            lease: None,
            is_fitting: false,
            unwritten: BTreeMap::new(),
            writing: 0,
        };
        pages.open(journal.pages(), journal.end());
        pages
    }

    /// The pages of an answer that are newer than those here and can be opened.
    pub(super) fn newer(&self, mut pages: BTreeMap<u16, SealedPage>) -> BTreeMap<u16, SealedPage> {
        pages.retain(|&locker, page| {
            let here = self.pages.get(&locker).map(|page| page.version);
            let version = here.max(self.unwritten.get(&locker).copied());
            locker < LOCKERS && version.is_none_or(|version| page.version > version) && {
                page.version > 0 && self.open_page(locker, page).is_some()
            }
        });
        pages
    }

    /// Whether the device can use the end of an answer.
    pub(super) fn can_use(&self, end: &AnswerEnd) -> bool {
        COSTS.contains(&end.cost) && end.lease.as_ref().is_none_or(|lease| self.open_lease(lease).is_some())
    }

    /// These are about to be written.
    pub(super) fn write(&mut self, pages: &BTreeMap<u16, SealedPage>) {
        self.writing += 1;
        self.unwritten.extend(pages.iter().map(|(&locker, page)| (locker, page.version)));
    }

    /// These survive a power cut: from now on they count.
    pub(super) fn written(&mut self, pages: &BTreeMap<u16, SealedPage>, end: Option<&AnswerEnd>) {
        self.writing = self.writing.saturating_sub(1);
        self.unwritten.retain(|locker, version| pages.get(locker).is_none_or(|page| page.version != *version));
        self.open(pages, end);
    }

    pub(super) fn is_writing(&self) -> bool {
        self.writing > 0
    }

    fn open(&mut self, pages: &BTreeMap<u16, SealedPage>, end: Option<&AnswerEnd>) {
        for (&locker, sealed) in pages {
            if let Some(page) = self.open_page(locker, sealed) {
                self.pages.insert(locker, OpenPage { version: sealed.version, page });
            }
        }
        if let Some(AnswerEnd { cost, lease }) = end {
            self.cost = Some(*cost).filter(|cost| COSTS.contains(cost));
            self.lease = lease.as_ref().and_then(|lease| self.open_lease(lease));
        }
        self.is_fitting = self.lease.as_ref().is_some_and(|lease| *lease.root == root(&self.versions()));
    }

    /// The versions of all pages.
    pub(super) fn versions(&self) -> PageVersions {
        self.pages.iter().map(|(&locker, page)| (locker, page.version)).collect()
    }

    /// Whether there is nothing more to come of an answer with an end.
    pub(super) fn are_complete(&self) -> bool {
        self.lease.is_none() || self.is_fitting
    }

    /// When to ask again: a lease is renewed at its half.
    pub(super) fn ask_in(&self) -> Millis {
        let lasts = self.lease.as_ref().map(|lease| Millis::from(lease.until.saturating_sub(lease.issued)) * 1000);
        lasts.map_or(HOUR, |lasts| lasts / 2).clamp(SHORTEST, HOUR)
    }

    /// The lease, if it is in force and its end is after this time for certain.
    pub(super) fn lease_after(&self, to: Option<i64>) -> Option<&Lease> {
        let to = to?;
        self.lease.as_ref().filter(|lease| self.is_fitting && to < i64::from(lease.until))
    }

    /// The cost of the verifiers of PINs, if there are any.
    pub(super) fn cost_of_pins(&self) -> Option<u8> {
        self.cost.filter(|_| self.pages.values().any(|page| !page.page.entries.is_empty()))
    }

    /// The contract of the first entry with one of these verifiers.
    pub(super) fn contract_of(&self, verifiers: &[Verifier]) -> Option<Handle> {
        let entries = self.pages.values().flat_map(|page| &page.page.entries);
        entries.into_iter().find(|entry| verifiers.contains(&entry.verifier)).map(|entry| entry.handle)
    }

    /// The entries of a contract, each with its locker and page.
    pub(super) fn entries_of(&self, contract: Handle) -> impl Iterator<Item = (u16, &Page, &PageEntry)> {
        self.pages.iter().filter_map(move |(&locker, OpenPage { page, .. })| {
            Some((locker, page, page.entries.iter().find(|entry| entry.handle == contract)?))
        })
    }

    /// The lockers whose keys have a return code with one of these verifiers.
    pub(super) fn with_return_code(&self, verifiers: &[Verifier]) -> impl Iterator<Item = u16> {
        let matches = |page: &OpenPage| page.page.return_code.is_some_and(|code| verifiers.contains(&code));
        self.pages.iter().filter(move |(_, page)| matches(page)).map(|(&locker, _)| locker)
    }

    fn open_page(&self, locker: u16, page: &SealedPage) -> Option<Page> {
        self.key.as_ref()?.open_page(&self.thing, locker, page)
    }

    fn open_lease(&self, lease: &Sealed) -> Option<Lease> {
        self.key.as_ref()?.open_lease(&self.thing, lease)
    }
}

impl DeviceKey {
    /// Opens the page of a locker. `None`: it is sealed under another key, or for something else, or it was changed.
    fn open_page(&self, thing: &ThingName, locker: u16, page: &SealedPage) -> Option<Page> {
        let data = Page::associated_data(thing, locker, page.version);
        let mut page = Page::decode(&self.unseal(&page.sealed, &data)?)?;
        page.entries.shrink_to_fit();
        Some(page)
    }

    /// Opens a lease in the same way.
    fn open_lease(&self, thing: &ThingName, lease: &Sealed) -> Option<Lease> {
        Lease::decode(&self.unseal(lease, &Lease::associated_data(thing))?)
    }

    /// What is sealed under the key or the other one.
    fn unseal(&self, sealed: &Sealed, associated_data: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(&sealed.0).ok()?;
        let (nonce, contents) = bytes.split_first_chunk::<{ aead::NONCE_LEN }>()?;
        self.keys().find_map(|key| {
            let key = hmac::sign(key, SEALING_KEY.as_bytes());
            let key = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_256_GCM, key.as_ref()).ok()?);
            let nonce = aead::Nonce::assume_unique_for_key(*nonce);
            let mut contents = contents.to_vec();
            let opened = key.open_in_place(nonce, aead::Aad::from(associated_data), &mut contents).ok()?.len();
            contents.truncate(opened);
            Some(contents)
        })
    }
}

/// What a lease for pages of these versions has as its root.
fn root(versions: &PageVersions) -> [u8; 8] {
    let mut root = [0; 8];
    root.copy_from_slice(&digest::digest(&digest::SHA256, &versions.bytes()).as_ref()[..8]);
    root
}
