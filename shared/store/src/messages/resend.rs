//! Requesting that a message is sent again.

use domain::{ContractId, Instant, MessageId, MessageRecord};

use crate::items::{MessageItem, Millis, SendStatus, State, StoredMessage, text};
use crate::retry::{NotDone, retry};
use crate::{Error, ResourceKind, Store};

impl Store {
    /// Requests a resend. Refused while the message is being sent ([`Error::MessageUnderWay`]), or if its content is
    /// no longer true ([`Error::MessageOutdated`]).
    pub async fn resend(&self, contract: &ContractId, id: &MessageId, now: Instant) -> Result<MessageRecord, Error> {
        let item_key = MessageItem::key(contract, &self.incarnation_of_messages(contract).await?, id);
        retry!(self, {
            let item = self.get(&item_key).await?.ok_or(Error::NotFound(ResourceKind::Message))?;
            let stored = MessageItem::read(item, &self.codes)?;
            self.check_resend(&stored, now).await?;
            let update = MessageItem::move_to(&item_key, State::Asked, Some(now), now)
                .set("askedAt", text(now.to_string()))
                .remove("failure")
                .remove("providerId");
            if !self.update(item_key.clone(), update, stored.as_read()).await? {
                return Err(NotDone::Again);
            }
            let (state, due) = (State::Asked, Some(Millis(now)));
            let status = SendStatus { state, since: now, due, failure: None, updated_at: now, ..stored.status };
            Ok(StoredMessage { status, ..stored }.into_record())
        })
    }

    async fn check_resend(&self, stored: &StoredMessage, now: Instant) -> Result<(), Error> {
        match stored.status.state {
            State::Pending | State::Sending | State::Asked => return Err(Error::MessageUnderWay),
            State::Superseded => return Err(Error::MessageOutdated),
            State::Sent | State::Bounced | State::Refused | State::Failed => {}
        }
        if stored.message.useful_until(now) <= now || self.is_superseded(stored).await? {
            return Err(Error::MessageOutdated);
        }
        Ok(())
    }
}
