//! Events: written in the same transaction as the change that they record, and listed by key or by automat.

use domain::{AutomatId, ContractId, Event, EventKind, KeyId, Subject};

use crate::expression::absent;
use crate::items::{AutomatItem, EventItem, Item, ItemKey, StoredKey, StoredLocker, read};
use crate::page::List;
use crate::read::Stretch;
use crate::transaction::{Part, Transaction};
use crate::{Error, Page, PageRequest, RequestMetadata, ResourceKind, Store};

impl Store {
    /// The events of a key, newest first.
    pub async fn key_events(&self, id: &KeyId, page: &PageRequest) -> Result<Page<Event>, Error> {
        let StoredKey { key, incarnation, .. } = self.stored_key(id).await?;
        let list = List::new(&format!("events of key {incarnation}"));
        let after = list.position(page)?;
        let stretch = Stretch::of_list(&EventItem::list(&incarnation))
            .backwards(true)
            .after(after.map(|id| EventItem::listing(&incarnation, &id).start_key(EventItem::key(&key.automat, &id))));
        let found = self.query_all(stretch, page.limit + 1).await?;
        let keys: Vec<_> = found.iter().filter_map(ItemKey::of).collect();
        cut(self.get_all(&keys).await?, &list, page)
    }

    /// The events of an automat and its keys, newest first.
    pub async fn automat_events(&self, id: &AutomatId, page: &PageRequest) -> Result<Page<Event>, Error> {
        self.get(&AutomatItem::key(id)).await?.ok_or(Error::NotFound(ResourceKind::Automat))?;
        let list = List::new(&format!("events of automat {id}"));
        let after = list.position(page)?;
        let stretch = Stretch::of_prefix(AutomatItem::pk(id), "EVENT#")
            .backwards(true)
            .after(after.map(|event| EventItem::key(id, &event).into_item()));
        cut(self.query_all(stretch, page.limit + 1).await?, &list, page)
    }

    pub(crate) fn event(&self, kind: EventKind, subject: Subject, metadata: &RequestMetadata) -> Result<Event, Error> {
        Ok(Event {
            id: self.random.ulid(metadata.now)?,
            at: metadata.now,
            actor: metadata.actor.clone(),
            kind,
            subject,
        })
    }
}

impl Transaction {
    /// Records an event. One about a key belongs to an incarnation of it.
    pub(crate) fn record(
        &mut self,
        store: &Store,
        kind: EventKind,
        subject: Subject,
        incarnation: Option<&str>,
        metadata: &RequestMetadata,
    ) -> Result<(), Error> {
        self.event(store, &store.event(kind, subject, metadata)?, incarnation)
    }

    pub(crate) fn record_of_automat(
        &mut self,
        store: &Store,
        automat: &AutomatId,
        kind: EventKind,
        metadata: &RequestMetadata,
    ) -> Result<(), Error> {
        self.record(store, kind, Subject::of_automat(automat), None, metadata)
    }

    /// Records what happened to a locker, or to the key assigned to it.
    pub(crate) fn record_of_locker(
        &mut self,
        store: &Store,
        automat: &AutomatId,
        locker: &StoredLocker,
        kind: EventKind,
        metadata: &RequestMetadata,
    ) -> Result<(), Error> {
        let subject = Subject::of_locker(automat, locker.locker, locker.key.as_ref());
        self.record(store, kind, subject, locker.incarnation.as_deref(), metadata)
    }

    /// Records what happened to a key, or to a contract on it.
    pub(crate) fn record_of_key(
        &mut self,
        store: &Store,
        stored: &StoredKey,
        contract: Option<&ContractId>,
        kind: EventKind,
        metadata: &RequestMetadata,
    ) -> Result<(), Error> {
        self.record(store, kind, Subject::of_key(&stored.key, contract), Some(&stored.incarnation), metadata)
    }

    pub(crate) fn event(&mut self, store: &Store, event: &Event, incarnation: Option<&str>) -> Result<(), Error> {
        self.put(Part::Event, EventItem::write(event, incarnation, store.retention)?, absent());
        Ok(())
    }
}

fn cut(items: Vec<Item>, list: &List, page: &PageRequest) -> Result<Page<Event>, Error> {
    let events = items.into_iter().map(read::<Event>).collect::<Result<Vec<_>, _>>()?;
    Ok(list.cut(events, page, |event| event.id.clone()))
}
