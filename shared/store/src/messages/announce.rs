//! Notifying contacts that a key was fetched or returned, at most once in two minutes each (ADR 0027).

use domain::{Cause, ContractId, Instant, KeyId, KeyMovement, Notice, Occasion, Whereabouts};

use super::message_id::Occurrence;
use super::snapshot::Snapshot;
use super::{Claim, DueAnnouncements};
use crate::items::StoredAnnouncements;
use crate::retry::{NotDone, retry};
use crate::{Error, Store};

impl Store {
    /// Stores a movement. Returns whether contacts are notified now; a movement that is held back is due later.
    pub(super) async fn is_announced(
        &self,
        (contract, incarnation, key): (&ContractId, &str, &KeyId),
        movement: KeyMovement,
        cause: Cause,
        now: Instant,
    ) -> Result<bool, Error> {
        let item_key = StoredAnnouncements::key(contract, incarnation, key);
        retry!(self, {
            let item = self.get(&item_key).await?.map(StoredAnnouncements::read).transpose()?;
            let before = item.unwrap_or_else(|| StoredAnnouncements::none(key, contract, incarnation));
            let mut after = before.clone();
            let is_announced_now = after.announcements.announce(movement, cause.clone());
            if self.put_announcements(&before, &after, now).await? { Ok(is_announced_now) } else { Err(NotDone::Again) }
        })
    }

    /// Sends what was held back, unless contacts already know where the key is. The message is decided before it is
    /// stored, under an id derived from its event, so after an interruption the same is done again and nobody is
    /// notified twice.
    pub async fn announce_held(&self, due: &DueAnnouncements, now: Instant) -> Result<Vec<Claim>, Error> {
        let Some(item) = self.get(&due.item_key).await? else { return Ok(Vec::new()) };
        let before = StoredAnnouncements::read(item)?;
        if before.announcements.due.is_none_or(|due| due > now) {
            return Ok(Vec::new());
        }
        let snapshot = self.snapshot(&before.contract, &before.incarnation).await?;
        let mut after = before.clone();
        let announced = after.announcements.settle(snapshot.movement(&before.contract, &before.key), now);
        // If another invocation has written meanwhile, it stays due.
        if !self.put_announcements(&before, &after, now).await? {
            return Ok(Vec::new());
        }
        if after.announcements.due.is_some_and(|due| due > now) {
            return Ok(Vec::new());
        }
        let claims = match (announced, &snapshot.contract) {
            (Some(announcement), Some(stored)) => {
                let Cause { event, at } = &announcement.cause;
                let occasion = match announcement.movement {
                    KeyMovement::Fetched => Occasion::Fetched(*at),
                    KeyMovement::Returned => Occasion::Returned(*at),
                };
                let notices = Notice::to_all(&stored.contract, &occasion);
                let facts = self.facts_of(stored, &snapshot.keys, Some(&before.key)).await?;
                let occurrence = Occurrence { incarnation: &before.incarnation, identity: event, at: *at };
                self.write_down(occurrence, notices, &facts, now).await?
            }
            _ => Vec::new(),
        };
        if let Some(item) = self.get(&due.item_key).await? {
            let written = StoredAnnouncements::read(item)?;
            if written.announcements == after.announcements {
                let mut done = written.clone();
                done.announcements.clear_held();
                self.put_announcements(&written, &done, now).await?;
            }
        }
        Ok(claims)
    }

    async fn put_announcements(
        &self,
        before: &StoredAnnouncements,
        after: &StoredAnnouncements,
        now: Instant,
    ) -> Result<bool, Error> {
        if before.announcements == after.announcements {
            return Ok(true);
        }
        self.put(after.write(now)?, before.unchanged()).await
    }
}

impl Snapshot {
    /// Where a key is for the contacts of a contract; `None` if unknown, or out with another contract.
    fn movement(&self, contract: &ContractId, key: &KeyId) -> Option<KeyMovement> {
        match &self.keys.iter().find(|stored| stored.key.id == *key)?.key.whereabouts {
            Whereabouts::Inside => Some(KeyMovement::Returned),
            Whereabouts::Out { contract: Some(holder) } if holder == contract => Some(KeyMovement::Fetched),
            Whereabouts::Out { .. } | Whereabouts::Unknown => None,
        }
    }
}
