//! A device that keeps the pages that it is sent, as far as it can open them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::CodeKind;
use protocol::{AccessRequest, Lease, Page, PageVersions, ThingName, Verifier};
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
            let opened = testkit::open_page(self.key.reveal(), &thing(), locker, &page).unwrap();
            let before = self.pages.insert(locker, (page.version, opened));
            assert!(before.is_none_or(|(before, _)| before < page.version), "locker {locker} got an old page");
        }
        self.lease = lease.map(|lease| testkit::open_lease(self.key.reveal(), &thing(), &lease).unwrap());
        if let Some(lease) = &self.lease {
            assert_eq!(testkit::lease_root(&self.have()), *lease.root, "the lease is over the pages that it has");
        }
        came
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
