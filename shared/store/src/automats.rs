//! Automats: creating, editing, viewing and removing them.

use std::collections::BTreeSet;

use domain::{
    Automat, AutomatChange, AutomatDraft, AutomatId, AutomatRefusal, Calendar, Connection, Contract, DoorState, Entry,
    EventKind, Instant, KeyId, LockerIndex, Property, Whereabouts,
};
use futures_util::stream::{self, StreamExt as _};

use crate::expression::{Update, absent, unchanged};
use crate::idempotency::again_unless_recorded;
use crate::items::{AUTOMATS, AutomatItem, ItemKey, KeyItem, StoredAutomat, StoredLocker, read};
use crate::page::List;
use crate::read::Stretch;
use crate::retry::retry;
use crate::transaction::{Part, Transaction};
use crate::{Created, Error, Expected, Page, PageRequest, RequestMetadata, ResourceKind, Store};

/// Upper bound of the items of an automat's partition under `AUTOMAT`: the automat and its lockers.
const AUTOMAT_AND_LOCKERS: usize = 1 + domain::LockerCount::MAX as usize;

/// How many views are read concurrently. Each needs a connection to DynamoDB.
const VIEWS_AT_ONCE: usize = 5;

/// The Key Automat View: an automat with all its lockers, including empty ones.
#[derive(Debug, Clone)]
pub struct AutomatView {
    pub automat: Automat,
    /// In order of number.
    pub lockers: Vec<LockerView>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockerView {
    pub locker: LockerIndex,
    /// The key assigned to it.
    pub key: Option<(KeyId, Property)>,
    /// Where that key is. Without a key, whether the sensor sees one.
    pub whereabouts: Whereabouts,
    pub door: DoorState,
    /// The contract running now; of a shared key the one that started first.
    pub active_contract: Option<Entry>,
    /// The contract that the key is out with. `None` if it is out without a contract, or if the contract has been
    /// removed.
    pub holder: Option<Entry>,
    /// Whether the key is out with a contract that has ended.
    pub overdue: bool,
    /// Since when the key is out. `None` if that is not known: nobody saw it leave, or it was moved to this locker while it
    /// was out.
    pub out_since: Option<Instant>,
    pub next: NextContract,
}

/// The first contract of a key that has not started yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum NextContract {
    #[default]
    None,
    Starts(Entry),
    /// Further on in the calendar, if there is one: so many contracts run, or have ended a moment ago.
    NotRead,
}

impl NextContract {
    pub(crate) fn of(calendar: &Calendar, now: Instant) -> Self {
        let next = calendar.entries().iter().find(|entry| entry.range.start() > now);
        next.map_or(Self::None, |entry| Self::Starts(entry.clone()))
    }
}

impl Store {
    pub async fn create_automat(
        &self,
        draft: AutomatDraft,
        metadata: &RequestMetadata,
    ) -> Result<Created<Automat>, Error> {
        self.once(metadata, self.add_automat(draft, metadata)).await
    }

    async fn add_automat(&self, draft: AutomatDraft, metadata: &RequestMetadata) -> Result<Created<Automat>, Error> {
        let automat = Automat::new(draft.clone(), metadata.now);
        retry!(self, {
            let item = AutomatItem::write(&automat, self.random.start()?, self.random.start()?)?;
            let mut transaction = Transaction::default();
            transaction.receipt(metadata, &item);
            transaction.put(Part::Automat, item, absent());
            transaction.record_of_automat(self, &automat.id, EventKind::AutomatAdded, metadata)?;
            let Err(refused) = transaction.try_commit(self).await? else { return Ok(Created::New(automat.clone())) };
            match refused.item(Part::Automat) {
                Some(existing) if !refused.has(Part::Receipt) => {
                    let existing = AutomatItem::read(existing.clone())?.automat;
                    let is_same = existing.matches_draft(&draft);
                    if is_same {
                        Ok(Created::Existing(existing))
                    } else {
                        Err(Error::Exists(ResourceKind::Automat).into())
                    }
                }
                _ => Err(again_unless_recorded(&refused)),
            }
        })
    }

    pub async fn automat(&self, id: &AutomatId) -> Result<Automat, Error> {
        self.stored_automat(id).await.map(|stored| stored.automat)
    }

    /// The Key Automat View: one query, one more read for lockers whose agenda does not suffice, and one for the
    /// contracts of overdue keys.
    pub async fn automat_view(&self, id: &AutomatId, now: Instant) -> Result<AutomatView, Error> {
        let (StoredAutomat { automat, .. }, lockers) = self.automat_and_lockers(id).await?;
        let untouched = |locker| StoredLocker::untouched(locker).view(now).0;
        let mut views: Vec<_> = automat.locker_count.indices().map(untouched).collect();
        let mut unsure = Vec::new();
        for locker in lockers {
            let (view, is_unsure) = locker.view(now);
            if let (true, Some((key, _))) = (is_unsure, &view.key) {
                unsure.push(KeyItem::key(key));
            }
            if let Some(slot) = views.get_mut(usize::from(view.locker.get())) {
                *slot = view;
            }
        }
        for item in self.get_all(&unsure).await? {
            let key = KeyItem::read(item, &self.codes)?.key;
            if let Some(slot) = views.get_mut(usize::from(key.locker.get())) {
                slot.active_contract = key.calendar.running(now).next().cloned();
                slot.holder = slot.whereabouts.holder().and_then(|holder| key.calendar.entry(holder)).cloned();
                slot.overdue = slot.whereabouts.is_overdue_by(&key.calendar, now);
                slot.next = NextContract::of(&key.calendar, now);
            }
        }
        self.find_holders(&mut views).await?;
        Ok(AutomatView { automat, lockers: views })
    }

    /// Reads the contracts of overdue keys: ended contracts are in no calendar.
    async fn find_holders(&self, views: &mut [LockerView]) -> Result<(), Error> {
        let holder = |view: &LockerView| {
            view.whereabouts.holder().filter(|_| view.key.is_some() && view.overdue && view.holder.is_none()).cloned()
        };
        let wanted: BTreeSet<_> = views.iter().filter_map(holder).collect();
        for Contract { keys, id, range, .. } in self.contracts_of(&wanted).await?.into_values() {
            for view in views.iter_mut().filter(|view| holder(view).as_ref() == Some(&id)) {
                if view.key.as_ref().is_some_and(|(key, _)| keys.has(key)) {
                    view.holder = Some(Entry { contract: id.clone(), range });
                }
            }
        }
        Ok(())
    }

    /// All automats in order of id.
    pub async fn automats(&self, page: &PageRequest) -> Result<Page<Automat>, Error> {
        let Page { data, next } = self.stored_automats(page).await?;
        Ok(Page { data: data.into_iter().map(|stored| stored.automat).collect(), next })
    }

    /// Those of these automats that exist, without their lockers: one read for up to 100.
    pub async fn automats_by_id(&self, ids: &BTreeSet<AutomatId>) -> Result<Vec<Automat>, Error> {
        let keys: Vec<_> = ids.iter().map(AutomatItem::key).collect();
        let found = self.get_all(&keys).await?;
        found.into_iter().map(|item| Ok(AutomatItem::read(item)?.automat)).collect()
    }

    /// All automats in order of id, each with its lockers: two reads, plus those of each view.
    pub async fn automat_views(&self, page: &PageRequest, now: Instant) -> Result<Page<AutomatView>, Error> {
        let Page { data, next } = self.automats(page).await?;
        let views: Vec<_> = data.iter().map(|automat| self.automat_view(&automat.id, now)).collect();
        let views: Vec<_> = stream::iter(views).buffered(VIEWS_AT_ONCE).collect().await;
        // One that is not found was removed a moment ago.
        let found = views.into_iter().filter(|view| !matches!(view, Err(Error::NotFound(ResourceKind::Automat))));
        Ok(Page { data: found.collect::<Result<_, _>>()?, next })
    }

    pub(crate) async fn stored_automats(&self, page: &PageRequest) -> Result<Page<StoredAutomat>, Error> {
        let list = List::new("automats");
        let after = list.position(page)?.map(|id| AutomatId::parse(&id)).transpose().map_err(|_| Error::BadCursor)?;
        let stretch = Stretch::of_list(AUTOMATS)
            .after(after.map(|id| AutomatItem::listing(&id).start_key(AutomatItem::key(&id))));
        let found = self.query_all(stretch, page.limit + 1).await?;
        let keys: Vec<_> = found.iter().filter_map(ItemKey::of).collect();
        let automats = self.get_all(&keys).await?.into_iter().map(AutomatItem::read).collect::<Result<Vec<_>, _>>()?;
        Ok(list.cut(automats, page, |stored| stored.automat.id.as_str().to_owned()))
    }

    /// Edits an automat. While contracts there have not ended, another time zone needs `force`, because their
    /// contacts know the times of the old zone. With `force` they are notified of the new times within about a
    /// minute.
    pub async fn edit_automat(
        &self,
        id: &AutomatId,
        change: AutomatChange,
        force: bool,
        expected: Expected,
        metadata: &RequestMetadata,
    ) -> Result<Automat, Error> {
        retry!(self, {
            let StoredAutomat { automat, rev, era, .. } = self.stored_automat(id).await?;
            expected.check(automat.version)?;
            let edited = automat.edited(change.clone(), metadata.now)?;
            if edited.has_same_settings(&automat) {
                return Ok(automat);
            }
            let mut transaction = Transaction::default();
            let mut update = Update::all(AutomatItem::write(&edited, rev + 1, era)?, &AutomatItem::OPTIONAL);
            if edited.time_zone != automat.time_zone {
                let count = if force { 0 } else { self.count_live_contracts(id, metadata.now).await? };
                if count > 0 {
                    return Err(AutomatRefusal::HasContracts { count }.into());
                }
                // Also if there are no contracts: one may be created at this moment.
                update = update.then(AutomatItem::set_zone_changed(id, Some(metadata.now)));
            }
            transaction.update(Part::Automat, AutomatItem::key(id), update, unchanged(rev));
            transaction.record_of_automat(self, id, EventKind::AutomatChanged, metadata)?;
            transaction.commit(self).await?;
            Ok(edited)
        })
    }

    /// Forgets the device's report numbers, for a device that was replaced or whose numbers ran ahead. Its next
    /// report is accepted whatever its number. Doors and keys stay as last reported.
    pub async fn reset_automat(
        &self,
        id: &AutomatId,
        expected: Expected,
        metadata: &RequestMetadata,
    ) -> Result<Automat, Error> {
        retry!(self, {
            let StoredAutomat { automat, rev, .. } = self.stored_automat(id).await?;
            expected.check(automat.version)?;
            let update = AutomatItem::reset(self.random.start()?, rev + 1);
            let mut transaction = Transaction::default();
            transaction.update(Part::Automat, AutomatItem::key(id), update, unchanged(rev));
            transaction.record_of_automat(self, id, EventKind::AutomatReset, metadata)?;
            transaction.commit(self).await?;
            Ok(Automat { connection: Connection::default(), health: None, ..automat })
        })
    }

    /// Removes an automat without keys. Its events are kept until they expire, and its lockers keep their opening
    /// numbers, so that a later automat of the same id does not reuse one.
    pub async fn remove_automat(
        &self,
        id: &AutomatId,
        expected: Expected,
        metadata: &RequestMetadata,
    ) -> Result<(), Error> {
        retry!(self, {
            let StoredAutomat { automat, rev, .. } = self.stored_automat(id).await?;
            expected.check(automat.version)?;
            automat.check_deletable()?;
            let mut transaction = Transaction::default();
            transaction.delete(Part::Automat, AutomatItem::key(id), unchanged(rev));
            transaction.record_of_automat(self, id, EventKind::AutomatRemoved, metadata)?;
            transaction.commit(self).await?;
            Ok(())
        })
    }

    pub(crate) async fn stored_automat(&self, id: &AutomatId) -> Result<StoredAutomat, Error> {
        let item = self.get(&AutomatItem::key(id)).await?.ok_or(Error::NotFound(ResourceKind::Automat))?;
        AutomatItem::read(item)
    }

    /// The automat and those of its lockers that have an item, in one query.
    pub(crate) async fn automat_and_lockers(
        &self,
        id: &AutomatId,
    ) -> Result<(StoredAutomat, Vec<StoredLocker>), Error> {
        let stretch = Stretch::of_prefix(AutomatItem::pk(id), "AUTOMAT");
        let mut items = self.query_all(stretch, AUTOMAT_AND_LOCKERS).await?.into_iter();
        let own_key = AutomatItem::key(id);
        let automat = items.next().filter(|first| ItemKey::of(first).as_ref() == Some(&own_key));
        let automat = AutomatItem::read(automat.ok_or(Error::NotFound(ResourceKind::Automat))?)?;
        Ok((automat, items.map(read::<StoredLocker>).collect::<Result<_, _>>()?))
    }
}
