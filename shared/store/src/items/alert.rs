//! A pointer to an event that needs somebody's attention, so that the recent ones of all automats are one list.

use clock::Random;
use domain::{Event, Instant};
use serde::Serialize;

use super::{AutomatItem, EventItem, Item, ItemKey, Listing, write};
use crate::Error;

/// The list of alerts, in order of time.
pub(crate) const ALERTS: &str = "ALERTS";

const PREFIX: &str = "ALERT#";
/// For how long an alert is shown: a day.
const SHOWN_MILLIS: i64 = 24 * 3_600_000;
/// After so long it is deleted.
const LISTED_MILLIS: i64 = 2 * SHOWN_MILLIS;

/// It has only keys.
#[derive(Serialize)]
pub(crate) struct AlertItem {}

impl AlertItem {
    pub(crate) fn write(event: &Event) -> Result<Item, Error> {
        let key = ItemKey::new(AutomatItem::pk(&event.subject.automat), format!("{PREFIX}{}", event.id));
        let listing = Listing::new(ALERTS, event.id.as_str());
        write(&Self {}, key, Some(listing), Some(event.at.plus_millis(LISTED_MILLIS)))
    }

    /// The position in the list from which on alerts are shown.
    pub(crate) fn shown_from(now: Instant) -> String {
        Random::first_ulid(now.plus_millis(-SHOWN_MILLIS))
    }

    /// The key of the event to which the item with this key points.
    pub(crate) fn event(item_key: &ItemKey) -> Option<ItemKey> {
        Some(EventItem::beside(item_key, item_key.sk.strip_prefix(PREFIX)?))
    }
}
