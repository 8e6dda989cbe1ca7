//! Events: written in the same transaction as the change that they record, and listed by key or by automat.

use domain::{AutomatId, Event, EventKind, Key, KeyId, Retention, Subject};

use crate::expression::{Expression, absent};
use crate::items::{AutomatItem, EventItem, Item, ItemKey, KeyItem, StoredKey, text};
use crate::page::List;
use crate::read::Stretch;
use crate::transaction::{Part, Transaction};
use crate::{Error, Page, PageRequest, RequestMetadata, ResourceKind, Store};

impl Store {
    /// The events of a key, newest first.
    pub async fn key_events(&self, id: &KeyId, page: &PageRequest) -> Result<Page<Event>, Error> {
        let item = self.get(&KeyItem::key(id)).await?.ok_or(Error::NotFound(ResourceKind::Key))?;
        let StoredKey { key, incarnation, .. } = KeyItem::read(item, &self.codes)?;
        let list = List::new(&format!("events of key {incarnation}"));
        let after = list.position(page)?;
        let first = EventItem::listing(&incarnation, "");
        let stretch = Stretch::of_lists(Expression::new("#listPK = :list").value(":list", text(first.list)))
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
        let events = Expression::new("#PK = :pk AND begins_with(#SK, :prefix)")
            .value(":pk", text(AutomatItem::pk(id)))
            .value(":prefix", text("EVENT#"));
        let stretch =
            Stretch::of_table(events).backwards(true).after(after.map(|event| EventItem::key(id, &event).into_item()));
        cut(self.query_all(stretch, page.limit + 1).await?, &list, page)
    }

    pub(crate) fn automat_event(
        &self,
        automat: &AutomatId,
        kind: EventKind,
        metadata: &RequestMetadata,
    ) -> Result<Event, Error> {
        let subject = Subject { automat: automat.clone(), locker: None, key: None, contract: None };
        self.event(kind, subject, metadata)
    }

    pub(crate) fn key_event(&self, key: &Key, kind: EventKind, metadata: &RequestMetadata) -> Result<Event, Error> {
        let subject = Subject {
            automat: key.automat.clone(),
            locker: Some(key.locker),
            key: Some(key.id.clone()),
            contract: None,
        };
        self.event(kind, subject, metadata)
    }

    pub(crate) fn contract_event(
        &self,
        key: &Key,
        contract: &domain::ContractId,
        kind: EventKind,
        metadata: &RequestMetadata,
    ) -> Result<Event, Error> {
        let event = self.key_event(key, kind, metadata)?;
        Ok(Event { subject: Subject { contract: Some(contract.clone()), ..event.subject }, ..event })
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
    pub(crate) fn event(
        &mut self,
        event: &Event,
        incarnation: Option<&str>,
        retention: Retention,
    ) -> Result<(), Error> {
        self.put(Part::Event, EventItem::write(event, incarnation, retention)?, absent());
        Ok(())
    }
}

fn cut(items: Vec<Item>, list: &List, page: &PageRequest) -> Result<Page<Event>, Error> {
    let events = items.into_iter().map(EventItem::read).collect::<Result<Vec<_>, _>>()?;
    Ok(list.cut(events, page, |event| event.id.clone()))
}
