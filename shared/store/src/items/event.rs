//! An event's item. All events are in their automat's partition; those about a key are also listed under the key's
//! incarnation, so that a later key with the same id does not show them.

use domain::{AutomatId, Event, Retention};

use super::{AutomatItem, Item, ItemKey, Listing, write};
use crate::Error;
use crate::schema::LIST_PK;

/// Prefix of the list of a key's events.
const LIST: &str = "EVENTS#";

pub(crate) struct EventItem;

impl EventItem {
    pub(crate) fn key(automat: &AutomatId, id: &str) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), format!("EVENT#{id}"))
    }

    /// The event with this id in the automat's partition in which this item is.
    pub(crate) fn beside(item_key: &ItemKey, id: &str) -> ItemKey {
        ItemKey::new(item_key.pk.as_str(), format!("EVENT#{id}"))
    }

    /// The list of events of one incarnation of a key.
    pub(crate) fn list(incarnation: &str) -> String {
        format!("{LIST}{incarnation}")
    }

    pub(crate) fn listing(incarnation: &str, id: &str) -> Listing {
        Listing::new(Self::list(incarnation), id)
    }

    pub(crate) fn incarnation(item: &Item) -> Option<String> {
        Some(item.get(LIST_PK)?.as_s().ok()?.strip_prefix(LIST)?.to_owned())
    }

    pub(crate) fn write(event: &Event, incarnation: Option<&str>, retention: Retention) -> Result<Item, Error> {
        let listing = incarnation.map(|incarnation| Self::listing(incarnation, &event.id));
        let expires = retention.event_until(event.at);
        write(event, Self::key(&event.subject.automat, &event.id), listing, Some(expires))
    }
}

#[cfg(test)]
mod tests {
    use domain::{Actor, ContractId, Instant, KeyId, LockerIndex, OfflineTimes, Subject};

    use super::*;
    use crate::items::read;

    #[test]
    fn an_event_of_any_kind_is_read_as_it_was_written() {
        for kind in testkit::every_event_kind() {
            let subject = Subject {
                automat: AutomatId::parse("lobby").unwrap(),
                locker: LockerIndex::new(7).ok(),
                key: KeyId::parse("A").ok(),
                contract: ContractId::parse("c").ok(),
            };
            let id = "01KB3CFY80000000000000000Z".to_owned();
            let offline = Some(OfflineTimes { from: Instant::EPOCH, to: None });
            let event =
                Event { id, at: Instant::EPOCH, actor: Actor::new("ada"), offline, after_removal: true, kind, subject };
            let item = EventItem::write(&event, Some("incarnation"), Retention::default()).unwrap();
            assert_eq!(EventItem::incarnation(&item).as_deref(), Some("incarnation"));
            assert_eq!(item["type"].as_s().unwrap(), event.kind.name());
            assert_eq!(read::<Event>(item).unwrap(), event);
        }
    }
}
