//! The answer to a device's question: the pages that are newer than its own, and a lease.

use std::collections::{BTreeMap, HashMap};

use domain::{AutomatId, Instant, KeyId, KeyState, LockerIndex, Whereabouts};
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use protocol::{AccessRequest, Page, PageEntry, PageVersions, Sealed, SealedPage, ThingName, Verifier, Windows};

use super::lease::lease;
use super::noting::Noted;
use super::seal::Seal;
use crate::items::{Item, ItemKey, KeyItem, StoredAutomat, StoredKey, StoredPage};
use crate::retry::retry;
use crate::{DeviceKey, Error, Store};

/// So many pages are raised at the same time, after the table was restored from a backup.
const AT_ONCE: usize = 16;
/// A page has at most so many bytes, so that it fits in a message: MQTT messages of AWS IoT Core have at most 128 KB
/// (<https://docs.aws.amazon.com/general/latest/gr/iot-core.html>). The 2,000 contracts of a key take 60 kB, and more only with
/// hundreds of schedules.
const MAX_PAGE_BYTES: usize = 70_000;

/// What a device gets.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct AccessResponse {
    /// The pages that are newer than those that it has.
    pub pages: BTreeMap<u16, SealedPage>,
    /// `None` if it fetches no keys without the cloud.
    pub lease: Option<Sealed>,
}

/// The key that a device computes names with.
struct DeviceSecret {
    key: DeviceKey,
    /// Whether it is derived from the other secret, during a rotation.
    is_other: bool,
}

impl Store {
    /// Answers a device's question, and stores which pages it has. A question where nothing has changed takes a batch of three
    /// items and one update.
    ///
    /// A device whose key is not known gets nothing: it could not open it, and what it says that it has is not believed.
    pub async fn answer_access(
        &self,
        automat: &AutomatId,
        request: &AccessRequest,
        now: Instant,
    ) -> Result<AccessResponse, Error> {
        let (StoredAutomat { automat: settings, .. }, mut access) = self.automat_and_access(automat).await?;
        let Some(secret) = self.device_secret(automat, &request.key) else {
            tracing::info!(automat.id = %automat, "a device asked for access under an unknown key");
            return Ok(AccessResponse::default());
        };
        self.outbid(automat, &request.have, &mut access.versions, now).await?;
        let newer: Vec<_> =
            access.versions.iter().filter(|(locker, version)| *version > request.have.of(*locker)).collect();
        let seal = Seal::under(&secret.key, &self.random)?;
        let thing = ThingName::of_automat(automat.as_str());
        let mut versions = request.have.clone();
        let mut pages = BTreeMap::new();
        for (locker, version, page) in self.pages_of(automat, &newer, &secret).await? {
            if version > request.have.of(locker) {
                let sealed = seal.close(page, &Page::associated_data(&thing, locker, version))?;
                versions.set(locker, version);
                pages.insert(locker, SealedPage { version, sealed });
            }
        }
        let lease = lease(&settings, &versions, now);
        let until = lease.as_ref().and_then(|lease| Instant::from_millis(i64::from(lease.until) * 1_000));
        let noted = Noted { have: &request.have, lease_until: until.max(access.lease_until), now };
        self.note_question(automat, access, &noted).await?;
        let lease = lease.map(|lease| seal.close(lease.encode(), &protocol::Lease::associated_data(&thing)));
        Ok(AccessResponse { pages, lease: lease.transpose()? })
    }

    /// The device key with this id.
    fn device_secret(&self, automat: &AutomatId, id: &str) -> Option<DeviceSecret> {
        let current = DeviceSecret { key: self.device_key(automat), is_other: false };
        let other = self.other_device_key(automat).map(|key| DeviceSecret { key, is_other: true });
        [Some(current), other].into_iter().flatten().find(|secret| secret.key.id() == id)
    }

    /// Gives pages a version above that of the device, where it has a higher one: the table was restored from a backup. A locker that
    /// has no page here gets an empty one.
    async fn outbid(
        &self,
        automat: &AutomatId,
        have: &PageVersions,
        versions: &mut PageVersions,
        now: Instant,
    ) -> Result<(), Error> {
        let higher: Vec<_> = have.iter().filter(|(locker, version)| *version > versions.of(*locker)).collect();
        let raised = stream::iter(higher).map(|(locker, held)| async move {
            let Ok(index) = LockerIndex::new(u32::from(locker)) else { return Ok::<_, Error>(None) };
            let version = self.outbid_page((automat, index), held, now).await?;
            Ok(Some((locker, version)))
        });
        for (locker, version) in raised.buffer_unordered(AT_ONCE).try_collect::<Vec<_>>().await?.into_iter().flatten() {
            versions.set(locker, version);
        }
        Ok(())
    }

    async fn outbid_page(
        &self,
        (automat, locker): (&AutomatId, LockerIndex),
        held: u32,
        now: Instant,
    ) -> Result<u32, Error> {
        retry!(self, {
            let page = self.stored_page(automat, locker).await?;
            if page.version >= held {
                // Only its version has not been written yet.
                self.raise_version((automat, locker), page.version).await?;
                return Ok(page.version);
            }
            let version = held.saturating_add(1).max(page.next_version(now));
            self.raise_to((automat, locker), &page, version).await?;
            Ok(version)
        })
    }

    /// The pages of these lockers with their versions, to be sealed.
    async fn pages_of(
        &self,
        automat: &AutomatId,
        lockers: &[(u16, u32)],
        secret: &DeviceSecret,
    ) -> Result<Vec<(u16, u32, Vec<u8>)>, Error> {
        let indices = lockers.iter().filter_map(|(locker, _)| LockerIndex::new(u32::from(*locker)).ok());
        let item_keys: Vec<_> = indices.map(|locker| StoredPage::key(automat, locker)).collect();
        let mut pages = Vec::new();
        for item in self.get_all(&item_keys).await? {
            let locker = ItemKey::of(&item).and_then(|item_key| StoredPage::locker_at(&item_key));
            if let Some(locker) = locker {
                pages.push((locker, StoredPage::read(item)?));
            }
        }
        let keys = pages.iter().filter_map(|(_, page)| page.content.key.as_ref()).map(|(key, _)| KeyItem::key(key));
        let keys = self.keys_in_use(self.get_all(&keys.collect::<Vec<_>>()).await?)?;
        let encoded = pages.iter().map(|(locker, page)| {
            let key = page.content.key.as_ref().and_then(|(id, incarnation)| {
                let is_here = |stored: &&StoredKey| {
                    stored.incarnation == *incarnation && stored.key.automat == *automat && stored.key.locker == *locker
                };
                keys.get(id).filter(is_here)
            });
            // Without its key, another version of the page is on its way.
            let content = key.map_or_else(Page::default, |key| self.page(page, key, secret));
            (locker.get(), page.version, encode(content))
        });
        Ok(encoded.collect())
    }

    fn keys_in_use(&self, items: Vec<Item>) -> Result<HashMap<KeyId, StoredKey>, Error> {
        let mut keys = HashMap::new();
        for item in items {
            let stored = KeyItem::read(item, &self.codes)?;
            if stored.key.state == KeyState::Active {
                keys.insert(stored.key.id.clone(), stored);
            }
        }
        Ok(keys)
    }

    fn page(
        &self,
        StoredPage { content, .. }: &StoredPage,
        StoredKey { key, .. }: &StoredKey,
        secret: &DeviceSecret,
    ) -> Page {
        let names = self.return_code_names(key);
        let name = names.and_then(|names| if secret.is_other { names.other } else { Some(names.current) });
        let return_code = name.and_then(|name| name.bytes()?.first_chunk().copied()).map(Verifier);
        let holder = match &key.whereabouts {
            Whereabouts::Out { contract } => contract.as_ref().and_then(|contract| content.handle(contract)),
            Whereabouts::Inside | Whereabouts::Unknown => None,
        };
        let mut page = Page { return_code, holder, ..Page::default() };
        let mut positions: HashMap<_, u16> = HashMap::new();
        for (handle, entry) in &content.entries {
            let schedule = entry.schedule.as_ref().map(|schedule| {
                let windows = schedule.windows();
                *positions.entry(windows.0.clone()).or_insert_with(|| push(&mut page.schedules, windows))
            });
            let (verifier, start, end) = (entry.verifier, entry.start, entry.end);
            page.entries.push(PageEntry { verifier, handle: *handle, start, end, schedule });
        }
        page
    }
}

/// Adds a schedule, and returns its position.
fn push(schedules: &mut Vec<Windows>, windows: Windows) -> u16 {
    schedules.push(windows);
    u16::try_from(schedules.len() - 1).unwrap_or(u16::MAX)
}

/// The bytes of a page. If it is too long, the contracts that begin last are left out.
fn encode(mut page: Page) -> Vec<u8> {
    let mut bytes = page.encode();
    while bytes.len() > MAX_PAGE_BYTES && !page.entries.is_empty() {
        page.entries.sort_by_key(|entry| entry.start);
        page.entries.truncate(page.entries.len() * 3 / 4);
        let used = page.entries.iter().filter_map(|entry| entry.schedule).max().map_or(0, |last| usize::from(last) + 1);
        page.schedules.truncate(used);
        bytes = page.encode();
    }
    bytes
}
