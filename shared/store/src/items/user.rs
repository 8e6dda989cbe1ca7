//! The name of a user of the dashboard, by the subject of the user's token. Kept as long as the events that show it.

use domain::{Actor, Instant, Retention};
use serde::{Deserialize, Serialize};

use super::{Item, ItemKey, read, write};
use crate::Error;

const PREFIX: &str = "USER#";

#[derive(Serialize, Deserialize)]
pub(crate) struct UserItem {
    name: String,
}

impl UserItem {
    pub(crate) fn key(user: &Actor) -> ItemKey {
        ItemKey::new(format!("{PREFIX}{}", user.as_str()), "USER")
    }

    pub(crate) fn write(user: &Actor, name: &str, retention: Retention, now: Instant) -> Result<Item, Error> {
        write(&Self { name: name.to_owned() }, Self::key(user), None, Some(retention.event_until(now)))
    }

    /// The user of an item, and the name.
    pub(crate) fn read(item: Item) -> Result<Option<(Actor, String)>, Error> {
        let user = ItemKey::of(&item).and_then(|key| Some(Actor::new(key.pk.strip_prefix(PREFIX)?)));
        let Self { name } = read(item)?;
        Ok(user.map(|user| (user, name)))
    }
}
