//! The events that record a request for a person's data: the contracts concerned, and nothing of the person.

use domain::{AutomatId, Event, EventKind, Subject};

use super::case::Case;
use super::walk::About;
use crate::items::{EventItem, ItemKey};
use crate::read::Stretch;
use crate::{Error, RequestMetadata, Store};

impl Store {
    /// The event of an access to a person's data in a contract, and the incarnation of the key under which it is
    /// listed: the first of the contract's keys, or only the automat if the key is gone. `None` if the automat is no
    /// longer known.
    pub(super) async fn event_about(
        &self,
        about: &About,
        case: &Case,
        kind: EventKind,
        metadata: &RequestMetadata,
    ) -> Result<Option<(Event, String)>, Error> {
        let Some((key, incarnation)) = case.known_keys().into_iter().next() else { return Ok(None) };
        let present = case.keys.iter().find(|stored| stored.incarnation == incarnation);
        let noted = case.contract.iter().flat_map(|stored| &stored.keys).find(|noted| noted.key == key);
        let (automat, locker) = match (present, noted) {
            (Some(stored), _) => (Some(stored.key.automat.clone()), Some(stored.key.locker)),
            (None, Some(noted)) => (Some(noted.automat.clone()), None),
            (None, None) => (self.automat_of_events(&incarnation).await?, None),
        };
        let Some(automat) = automat else { return Ok(None) };
        let subject = Subject { automat, locker, key: Some(key), contract: Some(about.contract.clone()) };
        Ok(Some((self.event(kind, subject, metadata)?, incarnation)))
    }

    /// The automat whose partition has the key's events.
    async fn automat_of_events(&self, incarnation: &str) -> Result<Option<AutomatId>, Error> {
        let events = Stretch::of_list(&EventItem::list(incarnation));
        let newest = self.query(&events.backwards(true), Some(1)).await?;
        let item_key = newest.items.first().and_then(ItemKey::of);
        Ok(item_key.and_then(|item_key| AutomatId::parse(item_key.pk.strip_prefix("AUTOMAT#")?).ok()))
    }
}
