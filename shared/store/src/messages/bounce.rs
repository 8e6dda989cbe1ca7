//! Bounces: a provider reports that it could not deliver a message that it had accepted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{ContractId, Instant, MessageId, SendFailure};

use super::Claim;
use crate::items::{ItemKey, MessageItem, State};
use crate::{Error, ResourceKind, Store};

impl Claim {
    /// The message's name for its provider, who returns it in later reports: at most 243 letters, digits, `-` and
    /// `_`.
    #[must_use]
    pub fn reference(&self) -> String {
        let facts = &self.message.facts;
        URL_SAFE_NO_PAD.encode(format!("{} {} {}", self.incarnation, facts.contract, self.id.as_str()))
    }
}

impl Store {
    /// Stores that an accepted message could not be delivered because the address is wrong. Ignored if the message
    /// has been sent again since.
    pub async fn bounce(&self, reference: &str, provider_id: &str, now: Instant) -> Result<(), Error> {
        let item_key = parse_reference(reference).ok_or(Error::NotFound(ResourceKind::Message))?;
        let update = MessageItem::move_to(&item_key, State::Bounced, None, now)
            .then(MessageItem::blame(SendFailure::AddressRefused));
        if self.update(item_key.clone(), update, MessageItem::sent_as(provider_id)).await? {
            return Ok(());
        }
        let item = self.get(&item_key).await?.ok_or(Error::NotFound(ResourceKind::Message))?;
        match MessageItem::read(item, &self.codes)?.status.state {
            // The bounce arrived before the sender settled the message: to be retried.
            State::Sending => Err(Error::MessageUnderWay),
            _ => Ok(()),
        }
    }
}

fn parse_reference(reference: &str) -> Option<ItemKey> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(reference).ok()?).ok()?;
    let mut parts = text.split(' ');
    let (incarnation, contract, id) = (parts.next()?, parts.next()?, parts.next()?);
    Some(MessageItem::key(&ContractId::parse(contract).ok()?, incarnation, &MessageId::parse(id).ok()?))
}
