//! Whether automats are connected.

use domain::{AutomatId, Connection, EventKind, Instant, Presence};

use crate::items::AutomatItem;
use crate::retry::retry;
use crate::transaction::{Part, Transaction};
use crate::{Error, ReportOutcome, RequestMetadata, Store};

impl Store {
    /// Stores that an automat has connected or disconnected. This does not change the automat's `rev`, so a flapping
    /// connection never makes an edit conflict.
    pub async fn record_presence(
        &self,
        automat: &AutomatId,
        presence: Presence,
        now: Instant,
    ) -> Result<ReportOutcome, Error> {
        retry!(self, {
            let stored = self.stored_automat(automat).await?;
            if stored.presence.is_some_and(|last| !presence.supersedes(last)) {
                return Ok(ReportOutcome::Outdated);
            }
            let mut transaction = Transaction::default();
            let item_key = AutomatItem::key(automat);
            transaction.update(Part::Automat, item_key, AutomatItem::believe(presence)?, stored.believed_as_read()?);
            if Connection::from(presence).state != stored.automat.connection.state {
                let kind =
                    if presence.connected { EventKind::AutomatConnected } else { EventKind::AutomatDisconnected };
                transaction.record_of_automat(self, automat, kind, &RequestMetadata::of_automat(automat, now))?;
            }
            transaction.commit(self).await?;
            Ok(ReportOutcome::Stored)
        })
    }
}
