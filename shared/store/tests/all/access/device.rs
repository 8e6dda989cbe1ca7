//! A device that keeps the pages that it is sent, as far as it can open them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::CodeKind;
use protocol::{AccessRequest, Lease, Page, PageVersions, SEALING_KEY, Sealed, ThingName, Verifier};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::{digest, hmac};
use store::{AccessResponse, DeviceKey, Store};
use testkit::{at, name};

use super::stage::lobby;

pub(crate) struct Device {
    pub(crate) key: DeviceKey,
    pub(crate) pages: BTreeMap<u16, (u32, Page)>,
    pub(crate) lease: Option<Lease>,
}

impl Device {
    pub(crate) fn new(key: DeviceKey) -> Self {
        Self { key, pages: BTreeMap::new(), lease: None }
    }

    pub(crate) fn have(&self) -> PageVersions {
        self.pages.iter().map(|(locker, (version, _))| (*locker, *version)).collect()
    }

    pub(crate) fn request(&self) -> AccessRequest {
        AccessRequest { id: "a-1".to_owned(), key: self.key.id(), have: self.have() }
    }

    /// Asks, and keeps the answer. Returns the lockers whose pages came.
    pub(crate) async fn ask(&mut self, store: &Store, seconds: i64) -> BTreeSet<u16> {
        let AccessResponse { pages, lease } =
            store.answer_access(&lobby(), &self.request(), at(seconds)).await.unwrap();
        let came = pages.keys().copied().collect();
        for (locker, page) in pages {
            let data = Page::associated_data(&thing(), locker, page.version);
            let opened = Page::decode(&self.open(&page.sealed, &data).unwrap()).unwrap();
            let before = self.pages.insert(locker, (page.version, opened));
            assert!(before.is_none_or(|(before, _)| before < page.version), "locker {locker} got an old page");
        }
        let lease = lease.map(|lease| self.open(&lease, &Lease::associated_data(&thing())).unwrap());
        self.lease = lease.map(|lease| Lease::decode(&lease).unwrap());
        if let Some(lease) = &self.lease {
            let root = digest::digest(&digest::SHA256, &self.have().bytes());
            assert_eq!(root.as_ref()[..8], *lease.root, "the lease is over the pages that it has");
        }
        came
    }

    pub(crate) fn open(&self, sealed: &Sealed, associated_data: &str) -> Option<Vec<u8>> {
        let key = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.key.reveal()), SEALING_KEY.as_bytes());
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key.as_ref()).unwrap());
        let mut bytes = URL_SAFE_NO_PAD.decode(&sealed.0).unwrap();
        let nonce = Nonce::try_assume_unique_for_key(&bytes[..12]).unwrap();
        let opened = key.open_in_place(nonce, Aad::from(associated_data.as_bytes()), &mut bytes[12..]).ok()?;
        Some(opened.to_vec())
    }

    pub(crate) fn page(&self, locker: u16) -> &Page {
        &self.pages[&locker].1
    }

    /// The PINs of these that open the locker, in order.
    pub(crate) fn opened_by(&self, locker: u16, digits: &[&str]) -> Vec<String> {
        let page = self.pages.get(&locker).map(|(_, page)| page.clone()).unwrap_or_default();
        let opens = |digits: &&&str| {
            let verifier = verifier(&self.key, digits);
            page.entries.iter().any(|entry| entry.verifier == verifier)
        };
        digits.iter().filter(opens).map(|digits| (*digits).to_owned()).collect()
    }
}

pub(crate) fn thing() -> ThingName {
    ThingName::of_automat("lobby")
}

/// The verifier of a PIN for the automat `lobby`, as `docs/device-protocol.md` has it.
pub(crate) fn verifier(key: &DeviceKey, digits: &str) -> Verifier {
    static KNOWN: Mutex<Option<HashMap<String, Verifier>>> = Mutex::new(None);
    let name = name(key, CodeKind::Pin, digits);
    let mut known = KNOWN.lock().unwrap();
    let compute = |name: &String| {
        let mut bytes = [0; 8];
        let params = scrypt::Params::new(store::PIN_COST, 8, 1).unwrap();
        scrypt::scrypt(&URL_SAFE_NO_PAD.decode(name).unwrap(), b"lobby", &params, &mut bytes).unwrap();
        Verifier(bytes)
    };
    *known.get_or_insert_default().entry(name).or_insert_with_key(compute)
}
