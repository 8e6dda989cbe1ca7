//! Claiming a stored message: for a retry, after a claim that was not settled, or for a resend.

use domain::{Instant, KeyFacts, SendFailure};

use super::{Claim, DueMessage, LEASE_MILLIS};
use crate::items::{MessageItem, SendStatus, State, StoredMessage, flag, number};
use crate::{Error, Store};

impl Store {
    /// Claims a message that is due. `None` if somebody else has it, or if it is outdated or too late.
    pub async fn claim(&self, message: &DueMessage, now: Instant) -> Result<Option<Claim>, Error> {
        let Some(item) = self.get(&message.item_key).await? else { return Ok(None) };
        let stored = MessageItem::read(item, &self.codes)?;
        if !stored.claimable(now) {
            return Ok(None);
        }
        let end = if self.is_superseded(&stored).await? {
            Some(State::Superseded)
        } else if stored.useful_until() <= now {
            Some(State::Failed)
        } else {
            None
        };
        if let Some(end) = end {
            let update = MessageItem::move_to(&message.item_key, end, None, now);
            self.update(message.item_key.clone(), update, stored.as_read()).await?;
            return Ok(None);
        }
        let mut taken = stored.clone();
        taken.status.attempts += 1;
        taken.status.possibly_duplicate = stored.may_have_gone();
        let lease = Some(now.plus_millis(LEASE_MILLIS));
        let update = MessageItem::move_to(&message.item_key, State::Sending, lease, now)
            .set("attempts", number(taken.status.attempts))
            .set("possiblyDuplicate", flag(taken.status.possibly_duplicate));
        let ours = self.update(message.item_key.clone(), update, stored.as_read()).await?;
        Ok(ours.then(|| Claim::on(taken)))
    }

    /// Whether the content differs from the current contract.
    pub(super) async fn is_superseded(&self, stored: &StoredMessage) -> Result<bool, Error> {
        let facts = &stored.message.facts;
        let snapshot = self.snapshot(&facts.contract, &stored.incarnation).await?;
        let details = self.automat_details(snapshot.keys.iter().map(|stored| &stored.key.automat)).await?;
        let time_zone_now = |facts: &KeyFacts| {
            let key = snapshot.keys.iter().find(|stored| stored.key.id == facts.key)?;
            Some(details.get(&key.key.automat)?.time_zone)
        };
        let time_zone = |facts: &KeyFacts| time_zone_now(facts).unwrap_or(facts.automat.time_zone);
        let time_zones: Vec<_> = facts.keys.iter().map(time_zone).collect();
        Ok(stored.message.is_superseded(snapshot.contract(), &time_zones))
    }
}

impl StoredMessage {
    fn claimable(&self, now: Instant) -> bool {
        match self.status.state {
            State::Asked => true,
            State::Pending | State::Sending => self.status.due.is_some_and(|due| due.0 <= now),
            State::Sent | State::Bounced | State::Refused | State::Failed | State::Superseded => false,
        }
    }

    /// Whether an earlier attempt may have reached the provider without a stored result.
    fn may_have_gone(&self) -> bool {
        let SendStatus { state, possibly_duplicate, failure, .. } = &self.status;
        *possibly_duplicate || *state == State::Sending || *failure == Some(SendFailure::Unanswered)
    }
}
