//! Events: written in the same transaction as the change that they record, and listed by key or by automat.

use std::collections::BTreeSet;
use std::ops::Range;

use clock::Random;
use domain::{AutomatId, ContractId, DoorState, Event, EventKind, Instant, KeyId, Subject};
use futures_util::future::try_join_all;

use crate::expression::{Expression, absent};
use crate::items::{
    ALERTS, AlertItem, AutomatItem, EventItem, Item, ItemKey, LockerItem, StoredKey, StoredLocker, read, text,
};
use crate::page::List;
use crate::read::Stretch;
use crate::transaction::{Part, Transaction};
use crate::{Error, Page, PageRequest, RequestMetadata, ResourceKind, Store};

/// How many events of each automat are read at least, where those of several are listed together.
const OF_EACH: usize = 10;

impl Store {
    /// The events of these automats and their keys in one list, newest first: a query for each automat, and another one for
    /// an automat that has more of them than its share of the page.
    pub async fn events(
        &self,
        automats: &BTreeSet<AutomatId>,
        period: Range<Instant>,
        page: &PageRequest,
    ) -> Result<Page<Event>, Error> {
        let list = List::new(&format!("events {automats:?} {period:?}"));
        let before = list.position(page)?;
        let share = (2 * page.limit / automats.len().max(1)).max(OF_EACH).min(page.limit + 1);
        let run = |id| EventsOfAutomat::new(id, &period, before.as_deref()).read(self, share);
        let mut runs = try_join_all(automats.iter().map(run)).await?;
        loop {
            // Above the newest of the positions up to which the automats are read, nothing is missing.
            let horizon =
                runs.iter().enumerate().filter_map(|(index, run)| Some((run.read_to()?.to_owned(), index))).max();
            let is_known = |event: &&Event| horizon.as_ref().is_none_or(|(position, _)| event.id >= *position);
            let known = runs.iter().flat_map(|run| &run.events).filter(is_known);
            match horizon {
                Some((_, index)) if known.clone().count() <= page.limit => {
                    let run = runs.swap_remove(index);
                    runs.push(run.read(self, page.limit + 1).await?);
                }
                _ => {
                    let mut events: Vec<_> = known.cloned().collect();
                    events.sort_by(|a, b| b.id.cmp(&a.id));
                    return Ok(list.cut(events, page, |event| event.id.clone()));
                }
            }
        }
    }

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
        self.events(&BTreeSet::from([id.clone()]), Instant::EPOCH..Instant::MAX, page).await
    }

    /// The alerts of the last 24 hours over all automats, newest first: one query and two batches. One about an open
    /// door is left out once the door is closed.
    pub async fn alerts(&self, now: Instant, limit: usize) -> Result<Vec<Event>, Error> {
        let condition = Expression::new("#listPK = :list AND #listSK >= :from")
            .value(":list", text(ALERTS))
            .value(":from", text(AlertItem::shown_from(now)));
        let found = self.query_all(Stretch::of_lists(condition).backwards(true), limit).await?;
        let keys: Vec<_> = found.iter().filter_map(ItemKey::of).filter_map(|key| AlertItem::event(&key)).collect();
        let events = self.get_all(&keys).await?.into_iter().map(read::<Event>).collect::<Result<Vec<_>, _>>()?;
        let door = |event: &Event| {
            let locker = event.subject.locker.filter(|_| event.kind == EventKind::DoorLeftOpen)?;
            Some(LockerItem::key(&event.subject.automat, locker))
        };
        let doors: BTreeSet<_> = events.iter().filter_map(door).collect();
        let mut open = BTreeSet::new();
        for item in self.get_all(&doors.into_iter().collect::<Vec<_>>()).await? {
            let key = ItemKey::of(&item);
            if read::<StoredLocker>(item)?.door == DoorState::Open {
                open.extend(key);
            }
        }
        Ok(events.into_iter().filter(|event| door(event).is_none_or(|key| open.contains(&key))).collect())
    }

    pub(crate) fn event(&self, kind: EventKind, subject: Subject, metadata: &RequestMetadata) -> Result<Event, Error> {
        Ok(Event {
            id: self.random.ulid(metadata.now)?,
            at: metadata.now,
            actor: metadata.actor.clone(),
            offline: metadata.offline,
            after_removal: metadata.after_removal,
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
        if event.kind.is_alert() {
            self.put(Part::Event, AlertItem::write(event)?, absent());
        }
        Ok(())
    }
}

/// The events of an automat, newest first, as far as they are read.
struct EventsOfAutomat {
    events: Vec<Event>,
    /// Where they continue. `None` if these are all.
    rest: Option<Stretch>,
}

impl EventsOfAutomat {
    /// Those of a period, and before the event with this id.
    fn new(id: &AutomatId, period: &Range<Instant>, before: Option<&str>) -> Self {
        let [from, to] = [period.start, period.end].map(Random::first_ulid);
        let stretch = Stretch::of_range(&EventItem::key(id, &from), &EventItem::key(id, &to)).backwards(true);
        let start = before.map(|before| EventItem::key(id, before).into_item());
        Self { events: Vec::new(), rest: Some(stretch.after(start)) }
    }

    /// Reads so many more.
    async fn read(self, store: &Store, number: usize) -> Result<Self, Error> {
        let Self { mut events, rest } = self;
        let Some(stretch) = rest else { return Ok(Self { events, rest }) };
        let found = store.query(&stretch, Some(number)).await?;
        events.extend(found.items.into_iter().map(read::<Event>).collect::<Result<Vec<_>, _>>()?);
        Ok(Self { events, rest: found.rest.map(|rest| stretch.after(Some(rest))) })
    }

    /// The last event that is read, if there are more.
    fn read_to(&self) -> Option<&str> {
        self.rest.as_ref().and(self.events.last()).map(|event| event.id.as_str())
    }
}

fn cut(items: Vec<Item>, list: &List, page: &PageRequest) -> Result<Page<Event>, Error> {
    let events = items.into_iter().map(read::<Event>).collect::<Result<Vec<_>, _>>()?;
    Ok(list.cut(events, page, |event| event.id.clone()))
}
