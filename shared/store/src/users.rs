//! Names of the users of the dashboard. An event has only the subject of its user's token; the name comes from the
//! sign-in.

use std::collections::{BTreeSet, HashMap};

use domain::{Actor, Instant};

use crate::items::UserItem;
use crate::{Error, Store};

impl Store {
    /// Stores the name with which a user has signed in.
    pub async fn record_user(&self, user: &Actor, name: &str, now: Instant) -> Result<(), Error> {
        self.put_always(UserItem::write(user, name, self.retention, now)?).await
    }

    /// The names of those of these users that have one, in one batch. Automats have none.
    pub async fn user_names<'a>(
        &self,
        users: impl Iterator<Item = &'a Actor>,
    ) -> Result<HashMap<Actor, String>, Error> {
        let keys: BTreeSet<_> = users.filter(|user| !user.is_automat()).map(UserItem::key).collect();
        let found = self.get_all(&keys.into_iter().collect::<Vec<_>>()).await?.into_iter().map(UserItem::read);
        found.filter_map(Result::transpose).collect()
    }
}
