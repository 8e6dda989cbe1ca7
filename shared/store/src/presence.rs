//! The comings and goings of automats.

use domain::{AutomatId, Connection, EventKind, Instant, Presence};

use crate::items::AutomatItem;
use crate::race::Race;
use crate::write::{Outcome, Part, Transaction};
use crate::{Act, Error, Heard, Store};

impl Store {
    /// Hears that an automat has connected or disconnected. Written beside the automat's own attributes and without
    /// raising its `rev`, so that a flapping connection never disturbs an edit.
    pub async fn hear_presence(&self, automat: &AutomatId, presence: Presence, now: Instant) -> Result<Heard, Error> {
        let mut race = Race::new(&self.random);
        loop {
            let stored = self.stored_automat(automat).await?;
            if stored.presence.is_some_and(|last| !presence.supersedes(last)) {
                return Ok(Heard::Before);
            }
            let mut transaction = Transaction::default();
            let place = AutomatItem::key(automat);
            transaction.update(Part::Automat, place, AutomatItem::believe(presence), stored.believed_as_read());
            if Connection::from(presence).state != stored.automat.connection.state {
                let kind =
                    if presence.connected { EventKind::AutomatConnected } else { EventKind::AutomatDisconnected };
                let event = self.automat_event(automat, kind, &Act::of_automat(automat, now))?;
                transaction.event(&event, None, self.retention)?;
            }
            match transaction.commit(self).await? {
                Outcome::Committed => return Ok(Heard::Now),
                Outcome::Contended | Outcome::Refused(_) => race.lost().await?,
            }
        }
    }
}
