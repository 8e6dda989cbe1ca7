//! An entry that a device accepted by itself, recorded as if the cloud had answered it.

use std::collections::BTreeSet;

use domain::{AllowedLocker, AutomatId, CodeKind, ContractId, EventKind, KeyState, LockerIndex, Purpose, Subject};
use protocol::Handle;

use super::Position;
use crate::expression::{absent, present};
use crate::items::{
    ContractItem, ContractLinks, ItemKey, KeyItem, LockerItem, OpenedOffline, StoredEntry, StoredKey, StoredLocker,
    StoredPage, handle_of, read,
};
use crate::retry::retry;
use crate::transaction::{Part, Transaction};
use crate::{Error, RequestMetadata, Store};

/// The lockers of one line, so that its events fit in a transaction.
const MAX_LOCKERS: usize = 90;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfflineEntry {
    /// The entry's id. The cloud may have had the entry as well.
    pub id: String,
    pub kind: CodeKind,
    /// Names the contract of a PIN.
    pub contract: Option<Handle>,
    /// The lockers that it opened to fetch a key.
    pub fetch: Vec<LockerIndex>,
    /// The lockers that it opened to return a key.
    pub give_back: Vec<LockerIndex>,
}

impl OfflineEntry {
    /// Its lockers, each once and with what it was opened for.
    fn lockers(&self) -> Vec<AllowedLocker> {
        let allowed = |purpose| move |locker: &LockerIndex| AllowedLocker { locker: *locker, purpose };
        let fetched = self.fetch.iter().map(allowed(Purpose::Fetch));
        let mut seen = BTreeSet::new();
        let all = fetched.chain(self.give_back.iter().map(allowed(Purpose::Return)));
        all.filter(|allowed| seen.insert(allowed.locker)).take(MAX_LOCKERS).collect()
    }
}

/// What the cloud knows of the things that an entry is about.
struct Scene {
    /// What the cloud answered to the entry, if it did.
    answered: Option<StoredEntry>,
    /// The lockers, each with its key.
    lockers: Vec<(AllowedLocker, Option<StoredKey>)>,
    /// The contract that the entry names.
    contract: Option<ContractId>,
    /// The same contract, unless it has been removed.
    links: Option<ContractLinks>,
}

impl Scene {
    /// Whether the contract has been removed by now, or no longer has the key.
    fn is_after_removal(&self, entry: &OfflineEntry, key: Option<&StoredKey>) -> bool {
        let has = |links: &ContractLinks| key.is_none_or(|stored| links.has(&stored.key.id, &stored.incarnation));
        entry.contract.is_some() && !self.links.as_ref().is_some_and(has)
    }
}

impl Store {
    /// Records an entry as if the cloud had answered it. What the cloud has answered itself is not recorded again.
    pub(super) async fn record_offline_entry(
        &self,
        automat: &AutomatId,
        position: &Position,
        entry: &OfflineEntry,
        metadata: &RequestMetadata,
    ) -> Result<bool, Error> {
        let item_key = StoredEntry::key(automat, &entry.id);
        retry!(self, {
            let scene = self.offline_scene(automat, entry, item_key.as_ref()).await?;
            let condition = if scene.answered.is_some() { present() } else { absent() };
            let keys = scene.lockers.iter().map(|(allowed, key)| (*allowed, key.as_ref().map(|key| &key.key.id)));
            let opened = OpenedOffline {
                code_kind: entry.kind,
                lockers: &keys.collect::<Vec<_>>(),
                contract: scene.contract.as_ref(),
                after_removal: scene.is_after_removal(entry, None),
                at: metadata.offline.map_or(metadata.now, |at| at.from),
            };
            let stored = StoredEntry::opened_offline(scene.answered.clone(), &opened);
            let mut transaction = Transaction::default();
            transaction.journal(automat, position)?;
            if let Some((stored, new)) = stored {
                if let Some(item_key) = &item_key {
                    transaction.put(Part::Entry, stored.write(item_key.clone(), metadata.now)?, condition);
                }
                for (allowed, key) in scene.lockers.iter().filter(|(allowed, _)| new.contains(allowed)) {
                    let after_removal = scene.is_after_removal(entry, key.as_ref());
                    let metadata = RequestMetadata { after_removal, ..metadata.clone() };
                    let opened = (*allowed, key.as_ref(), scene.contract.as_ref());
                    self.record_opened(&mut transaction, automat, entry.kind, opened, &metadata)?;
                }
            }
            transaction.commit_line(self).await
        })
    }

    async fn offline_scene(
        &self,
        automat: &AutomatId,
        entry: &OfflineEntry,
        item_key: Option<&ItemKey>,
    ) -> Result<Scene, Error> {
        let lockers = entry.lockers();
        let mut item_keys: Vec<_> = item_key.into_iter().cloned().collect();
        item_keys.extend(lockers.iter().map(|allowed| LockerItem::key(automat, allowed.locker)));
        if entry.contract.is_some() {
            item_keys.extend(lockers.iter().map(|allowed| StoredPage::key(automat, allowed.locker)));
        }
        let (mut answered, mut contract, mut keys) = (None, None, Vec::new());
        for item in self.get_all(&item_keys).await? {
            let found = ItemKey::of(&item);
            if found.as_ref() == item_key {
                answered = Some(read::<StoredEntry>(item)?);
            } else if found.as_ref().and_then(StoredPage::locker_at).is_some() {
                let page = StoredPage::read(item)?;
                contract = contract.or(entry.contract.and_then(|handle| page.contract(handle).cloned()));
            } else {
                keys.extend(read::<StoredLocker>(item)?.key.as_ref().map(KeyItem::key));
            }
        }
        let mut lockers: Vec<_> = lockers.into_iter().map(|allowed| (allowed, None)).collect();
        for item in self.get_all(&keys).await? {
            let stored = KeyItem::read(item, &self.codes)?;
            let is_here = stored.key.automat == *automat && stored.key.state == KeyState::Active;
            let locker = lockers.iter_mut().find(|(allowed, _)| is_here && allowed.locker == stored.key.locker);
            if let Some((_, key)) = locker {
                *key = Some(stored);
            }
        }
        let links = match &contract {
            Some(contract) => self.get(&ContractItem::key(contract)).await?.map(read::<ContractLinks>).transpose()?,
            None => None,
        };
        // A later contract with the same id is another one.
        let links = links.filter(|links| handle_of(&links.incarnation) == entry.contract);
        Ok(Scene { answered, lockers, contract, links })
    }

    fn record_opened(
        &self,
        transaction: &mut Transaction,
        automat: &AutomatId,
        code_kind: CodeKind,
        (AllowedLocker { locker, purpose }, key, contract): (AllowedLocker, Option<&StoredKey>, Option<&ContractId>),
        metadata: &RequestMetadata,
    ) -> Result<(), Error> {
        let kind = match code_kind {
            CodeKind::Pin => EventKind::PinAccepted { purpose },
            CodeKind::ReturnCode => EventKind::ReturnCodeAccepted,
        };
        if let Some(key) = key {
            return transaction.record_of_key(self, key, contract, kind, metadata);
        }
        let subject = Subject { contract: contract.cloned(), ..Subject::of_locker(automat, locker, None) };
        transaction.record(self, kind, subject, None, metadata)
    }
}
