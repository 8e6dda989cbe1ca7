//! Writing the page of a locker, by several at once.
//!
//! A page is read first, then what it depends on, and it is written on condition that it is still as it was read. So of two writers the
//! later one has read everything after the other's write. Whoever finds nothing to change writes nothing, and so does not stop
//! another writer that read the table before: therefore each writer, after its write, reads again what the page depends on, and if that
//! is different by now it does all of it again. If it is interrupted before that, its record is handled again.
//!
//! So the page is right once the last record of each item that it depends on has been handled.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{AutomatId, Instant, KeyId, LockerIndex};
use protocol::{Handle, Verifier};

use crate::items::{
    AssignedKey, ContractItem, ContractLinks, ItemKey, KeyItem, LockerItem, PageContent, PinItem, StoredLocker,
    StoredPage, StoredPageEntry, VersionsItem, read,
};
use crate::retry::{NotDone, retry};
use crate::sealing::Mac;
use crate::{Error, Store};

type Entry = Option<(Handle, StoredPageEntry)>;

impl Store {
    /// Makes the entry of a PIN right in the page of one of its keys' lockers. `known` are verifiers that the PIN has had. `false` if
    /// the key is not in this automat.
    pub(super) async fn settle_pin(
        &self,
        (automat, name): (&AutomatId, &Mac),
        key: &KeyId,
        known: &[Verifier],
        now: Instant,
    ) -> Result<bool, Error> {
        retry!(self, {
            let key = self.assigned_key(key).await?.filter(|key| key.automat_id == *automat);
            let Some(AssignedKey { key_id, incarnation, locker_index, .. }) = key else { return Ok(false) };
            let before = self.stored_page(automat, locker_index).await?;
            if !before.is_of(&key_id, &incarnation) {
                self.rebuild_page(automat, locker_index, now).await?;
                return Ok(true);
            }
            let entry = self.entry_of_pin(automat, name, &key_id).await?;
            let known: Vec<_> = known.iter().copied().chain(verifier(&entry)).collect();
            let content = before.content.clone().with_pin(&known, entry.clone());
            if !self.write_page((automat, locker_index), &before, content, now).await? {
                return Ok(true);
            }
            let is_as_read = self.entry_of_pin(automat, name, &key_id).await? == entry;
            if is_as_read { Ok(true) } else { Err(NotDone::Again) }
        })
    }

    /// Makes the page of a locker anew.
    pub(super) async fn rebuild_page(
        &self,
        automat: &AutomatId,
        locker: LockerIndex,
        now: Instant,
    ) -> Result<(), Error> {
        retry!(self, {
            let before = self.stored_page(automat, locker).await?;
            let content = self.page_content(automat, locker).await?;
            if !self.write_page((automat, locker), &before, content.clone(), now).await? {
                return Ok(());
            }
            let is_as_read = self.page_content(automat, locker).await? == content;
            if is_as_read { Ok(()) } else { Err(NotDone::Again) }
        })
    }

    /// Gives the page of a key's locker a higher version: what it does not say itself is different.
    pub(super) async fn raise_page(&self, key: &AssignedKey, now: Instant) -> Result<(), Error> {
        let (automat, locker) = (&key.automat_id, key.locker_index);
        retry!(self, {
            let page = self.stored_page(automat, locker).await?;
            if !page.is_of(&key.key_id, &key.incarnation) {
                return self.rebuild_page(automat, locker, now).await.map_err(NotDone::from);
            }
            self.raise_to((automat, locker), &page, page.next_version(now)).await
        })
    }

    /// Gives a page that was read this version, with the same content.
    pub(super) async fn raise_to(
        &self,
        (automat, locker): (&AutomatId, LockerIndex),
        page: &StoredPage,
        version: u32,
    ) -> Result<(), NotDone> {
        let update = match page.version {
            0 => page.with_version(version).write(automat, locker)?,
            _ => StoredPage::raise(version),
        };
        if !self.update(StoredPage::key(automat, locker), update, page.unchanged()).await? {
            return Err(NotDone::Again);
        }
        Ok(self.raise_version((automat, locker), version).await?)
    }

    /// Writes a page if it has another content than what was read, and its version in any case: whoever wrote the page may
    /// have been interrupted. `false` if there is nothing to write.
    async fn write_page(
        &self,
        (automat, locker): (&AutomatId, LockerIndex),
        before: &StoredPage,
        content: PageContent,
        now: Instant,
    ) -> Result<bool, NotDone> {
        if content == before.content {
            if before.version > 0 && self.known_version(automat, locker).await? < before.version {
                self.raise_version((automat, locker), before.version).await?;
            }
            return Ok(false);
        }
        let after = before.with(content, now);
        let item_key = StoredPage::key(automat, locker);
        if !self.update(item_key, after.write(automat, locker)?, before.unchanged()).await? {
            return Err(NotDone::Again);
        }
        self.raise_version((automat, locker), after.version).await?;
        Ok(true)
    }

    async fn known_version(&self, automat: &AutomatId, locker: LockerIndex) -> Result<u32, Error> {
        let versions = self.get(&VersionsItem::key(automat)).await?;
        Ok(versions.map_or(0, |versions| VersionsItem::read(&versions).of(locker.get())))
    }

    pub(super) async fn raise_version(
        &self,
        (automat, locker): (&AutomatId, LockerIndex),
        version: u32,
    ) -> Result<(), Error> {
        let (update, lower) = (VersionsItem::raise(locker, version), VersionsItem::is_lower(locker, version));
        // Otherwise a higher one is known.
        self.update(VersionsItem::key(automat), update, lower).await?;
        Ok(())
    }

    pub(super) async fn stored_page(&self, automat: &AutomatId, locker: LockerIndex) -> Result<StoredPage, Error> {
        let item = self.get(&StoredPage::key(automat, locker)).await?;
        item.map_or_else(|| Ok(StoredPage::default()), StoredPage::read)
    }

    /// A key, if it is in use.
    async fn assigned_key(&self, id: &KeyId) -> Result<Option<AssignedKey>, Error> {
        let key = self.get(&KeyItem::key(id)).await?.map(read::<AssignedKey>).transpose()?;
        Ok(key.filter(|key| !key.removing))
    }

    async fn entry_of_pin(&self, automat: &AutomatId, name: &Mac, key: &KeyId) -> Result<Entry, Error> {
        let pin = self.get(&PinItem::key(automat, name)).await?.map(read::<PinItem>).transpose()?;
        Ok(pin.and_then(|pin| pin.page_entry(key)))
    }

    /// What the page of a locker has to say, by the table. Key and locker are not read at one moment; if they disagree, there
    /// will be another record of the key. So it is with contracts and PINs: a PIN without a verifier is left out.
    async fn page_content(&self, automat: &AutomatId, locker: LockerIndex) -> Result<PageContent, Error> {
        let stored = self.get(&LockerItem::key(automat, locker)).await?.map(read::<StoredLocker>).transpose()?;
        let Some(key) = stored.and_then(|locker| locker.key) else { return Ok(PageContent::default()) };
        let key = self.assigned_key(&key).await?;
        let key = key.filter(|key| key.automat_id == *automat && key.locker_index == locker);
        let Some(key) = key else { return Ok(PageContent::default()) };
        let entries = self.entries_of(automat, &key).await?;
        Ok(PageContent { key: Some((key.key_id, key.incarnation)), entries })
    }

    /// The entries of all contracts of a key: two batches for each hundred of them.
    async fn entries_of(
        &self,
        automat: &AutomatId,
        key: &AssignedKey,
    ) -> Result<BTreeMap<Handle, StoredPageEntry>, Error> {
        let contracts: Vec<_> = key.contracts()?.iter().map(ContractItem::key).collect();
        let links = self.get_all(&contracts).await?.into_iter().map(read::<ContractLinks>);
        let links = links.collect::<Result<Vec<_>, _>>()?;
        let mut owners: HashMap<ItemKey, String> = HashMap::new();
        for contract in links.into_iter().filter(|contract| contract.has(&key.key_id, &key.incarnation)) {
            owners.extend(contract.pins.get(automat).map(|pin| (PinItem::key(automat, pin), contract.incarnation)));
        }
        let pins: BTreeSet<_> = owners.keys().cloned().collect();
        let mut entries = BTreeMap::new();
        for item in self.get_all(&pins.into_iter().collect::<Vec<_>>()).await? {
            let owner = ItemKey::of(&item).and_then(|item_key| owners.remove(&item_key));
            let pin: PinItem = read(item)?;
            if owner.as_ref() == Some(&pin.incarnation) {
                entries.extend(pin.page_entry(&key.key_id));
            }
        }
        Ok(entries)
    }
}

fn verifier(entry: &Entry) -> Option<Verifier> {
    entry.as_ref().map(|(_, entry)| entry.verifier)
}
