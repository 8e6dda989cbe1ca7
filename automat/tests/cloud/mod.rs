//! The cloud's side of pages and leases, for the tests of the device: makes verifiers, seals, and answers questions.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{
    AccessRequest, Handle, Lease, OffsetChange, Page, PageEntry, PageVersions, SEALING_KEY, Sealed, SealedPage,
    ThingName, Verifier,
};
use ring::{aead, digest, hmac};
use serde_json::{Value, json};

/// The cost of the verifiers.
const COST: u8 = 10;

/// The name of `pin 4711` or the like, under the device key of these bytes.
pub(crate) fn name(key: u8, code: &str) -> [u8; 16] {
    mac(key, code)[..16].try_into().unwrap()
}

fn mac(key: u8, text: &str) -> [u8; 32] {
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &[key; 32]), text.as_bytes());
    mac.as_ref().try_into().unwrap()
}

pub(crate) fn return_verifier(key: u8, code: &str) -> Verifier {
    Verifier(name(key, &format!("return {code}"))[..8].try_into().unwrap())
}

pub(crate) fn pin_verifier(key: u8, pin: &str) -> Verifier {
    let mut hash = [0; 8];
    let parameters = scrypt::Params::new(COST, 8, 1).unwrap();
    scrypt::scrypt(&name(key, &format!("pin {pin}")), b"lobby", &parameters, &mut hash).unwrap();
    Verifier(hash)
}

/// The entry of a permanent contract that began long ago.
pub(crate) fn entry(pin: &str, contract: u8) -> PageEntry {
    let (verifier, handle) = (pin_verifier(1, pin), Handle([contract; 8]));
    PageEntry { verifier, handle, start: 0, end: None, schedule: None }
}

/// What is sealed under a device key of these bytes, with this nonce.
pub(crate) fn seal(key: u8, nonce: [u8; 12], associated_data: &str, contents: &[u8]) -> Sealed {
    let key = aead::UnboundKey::new(&aead::AES_256_GCM, &mac(key, SEALING_KEY)).unwrap();
    let mut sealed = contents.to_vec();
    let data = aead::Aad::from(associated_data);
    let once = aead::Nonce::assume_unique_for_key(nonce);
    aead::LessSafeKey::new(key).seal_in_place_append_tag(once, data, &mut sealed).unwrap();
    Sealed(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
}

/// The pages of an automat, and its lease.
#[derive(Debug, Clone)]
pub(crate) struct PageBook {
    /// The bytes of the device key that is sealed under.
    pub(crate) key: u8,
    pub(crate) thing: ThingName,
    pub(crate) pages: BTreeMap<u16, (u32, Page)>,
    /// Its root does not matter: the answer has the one for the pages. `None`: the automat has no lease.
    pub(crate) lease: Option<Lease>,
    pub(crate) last_version: u32,
}

impl PageBook {
    pub(crate) fn new() -> Self {
        Self { key: 1, thing: ThingName::new("lobby"), pages: BTreeMap::new(), lease: None, last_version: 0 }
    }

    /// A locker has another page.
    pub(crate) fn put(&mut self, locker: u16, page: Page) {
        self.last_version += 1;
        self.pages.insert(locker, (self.last_version, page));
    }

    pub(crate) fn with(mut self, locker: u16, page: Page) -> Self {
        self.put(locker, page);
        self
    }

    /// A lease in a zone without summer time that is two hours ahead of UTC.
    pub(crate) fn leased(mut self, issued: i64, until: i64) -> Self {
        self.lease = Some(lease(issued, until, 7_200, None));
        self
    }

    pub(crate) fn versions(&self) -> PageVersions {
        self.pages.iter().map(|(&locker, (version, _))| (locker, *version)).collect()
    }

    /// The root of a lease for these pages.
    pub(crate) fn root(&self) -> [u8; 8] {
        digest::digest(&digest::SHA256, &self.versions().bytes()).as_ref()[..8].try_into().unwrap()
    }

    pub(crate) fn sealed(&self, locker: u16) -> SealedPage {
        let (version, page) = &self.pages[&locker];
        let nonce = [u8::try_from(version % 251).unwrap(); 12];
        let data = Page::associated_data(&self.thing, locker, *version);
        SealedPage { version: *version, sealed: seal(self.key, nonce, &data, &page.encode()) }
    }

    pub(crate) fn sealed_lease(&self) -> Option<Sealed> {
        let lease = Lease { root: self.root().into(), ..self.lease.clone()? };
        Some(seal(self.key, [255; 12], &Lease::associated_data(&self.thing), &lease.encode()))
    }

    /// The messages that answer a question, with at most this many pages in each.
    pub(crate) fn answers(&self, question: &Value, pages_in_each: usize) -> Vec<Value> {
        let AccessRequest { id, have, .. } = serde_json::from_value(question.clone()).unwrap();
        let newer = self.pages.iter().filter(|(locker, (version, _))| have.of(**locker) < *version);
        let pages: Vec<_> = newer.map(|(&locker, _)| (locker, self.sealed(locker))).collect();
        let part = |pages: &[(u16, SealedPage)]| {
            let pages: BTreeMap<_, _> = pages.iter().cloned().collect();
            json!({"answer": {"id": id, "pages": pages}})
        };
        let mut parts: Vec<_> = pages.chunks(pages_in_each).map(part).collect();
        if parts.is_empty() {
            parts.push(part(&[]));
        }
        let mut end = json!({"cost": COST});
        if let Some(lease) = self.sealed_lease() {
            end["lease"] = json!(lease);
        }
        parts.last_mut().unwrap()["answer"]["end"] = end;
        parts
    }
}

pub(crate) fn lease(issued: i64, until: i64, offset: i32, change: Option<(i64, i32)>) -> Lease {
    let seconds = |at: i64| u32::try_from(at).unwrap();
    let change = change.map(|(at, offset)| OffsetChange { at: seconds(at), offset });
    Lease { issued: seconds(issued), until: seconds(until), root: [0; 8].into(), offset, change }
}
