//! A message's item: content, recipient and delivery state.

mod content;

use clock::Random;
use domain::{ContractId, Instant, Message, MessageId, MessageRecord, MessageState, Retention, SendFailure};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use self::content::Content;
use super::due::{due, due_shard};
use super::{Item, ItemKey, bytes, flag, instant, number, read, text, valid, write};
use crate::expression::Expression;
use crate::{CodeKeyring, Error};

const PREFIX: &str = "MESSAGE#";

#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum State {
    /// To be tried when it is due.
    Pending,
    /// Claimed by a sender, until it is due.
    Sending,
    /// A resend was requested.
    Asked,
    Sent,
    Bounced,
    Refused,
    Failed,
    Superseded,
}

#[derive(Debug, Clone)]
pub(crate) struct StoredMessage {
    pub(crate) id: MessageId,
    /// Of the key.
    pub(crate) incarnation: String,
    pub(crate) message: Message,
    pub(crate) state: State,
    /// When it entered its state.
    pub(crate) since: Instant,
    /// When the claim ends, or when it is tried next.
    pub(crate) due: Option<Instant>,
    pub(crate) provider_id: Option<String>,
    pub(crate) attempts: u32,
    pub(crate) failure: Option<SendFailure>,
    pub(crate) possibly_duplicate: bool,
    /// When it was stored or last requested again.
    pub(crate) asked_at: Instant,
    pub(crate) created_at: Instant,
    pub(crate) updated_at: Instant,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MessageItem {
    incarnation: String,
    #[serde(flatten)]
    content: Content,
    state: State,
    since: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_id: Option<String>,
    attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<SendFailure>,
    possibly_duplicate: bool,
    asked_at: i64,
    created_at: i64,
    updated_at: i64,
    ttl: i64,
}

impl MessageItem {
    /// The partition of all messages, reminders and announcements about a contract.
    pub(crate) fn pk(incarnation: &str, contract: &ContractId) -> String {
        format!("MESSAGES#{incarnation}#{contract}")
    }

    pub(crate) fn key(incarnation: &str, contract: &ContractId, id: &MessageId) -> ItemKey {
        ItemKey::new(Self::pk(incarnation, contract), format!("{PREFIX}{}", id.as_str()))
    }

    pub(crate) fn is_at(item_key: &ItemKey) -> bool {
        item_key.sk.starts_with(PREFIX)
    }

    /// All messages about a contract in the order of their occasions.
    pub(crate) fn all(incarnation: &str, contract: &ContractId) -> Expression {
        Expression::new("#PK = :pk AND begins_with(#SK, :prefix)")
            .value(":pk", text(Self::pk(incarnation, contract)))
            .value(":prefix", text(PREFIX))
    }

    pub(crate) fn write(
        stored: &StoredMessage,
        codes: &CodeKeyring,
        random: &Random,
        retention: Retention,
    ) -> Result<Item, Error> {
        let item_key = stored.item_key();
        let record = Self {
            content: Content::new(&stored.message, &item_key, codes, random)?,
            incarnation: stored.incarnation.clone(),
            state: stored.state,
            since: stored.since.millis(),
            due_shard: stored.due.map(|_| due_shard(&item_key)),
            due_at: stored.due.map(Instant::millis),
            provider_id: stored.provider_id.clone(),
            attempts: stored.attempts,
            failure: stored.failure,
            possibly_duplicate: stored.possibly_duplicate,
            asked_at: stored.asked_at.millis(),
            created_at: stored.created_at.millis(),
            updated_at: stored.updated_at.millis(),
            ttl: retention.message_until(stored.created_at, stored.message.facts.range).seconds(),
        };
        write(&record, item_key, None)
    }

    pub(crate) fn read(item: Item, codes: &CodeKeyring) -> Result<StoredMessage, Error> {
        const BROKEN: Error = Error::Internal { context: "reading a message's key", source: None };
        let item_key = ItemKey::of(&item).ok_or(BROKEN)?;
        let id = item_key.sk.strip_prefix(PREFIX).ok_or(BROKEN)?;
        let record: Self = read(item)?;
        Ok(StoredMessage {
            id: valid(MessageId::parse(id))?,
            incarnation: record.incarnation,
            message: record.content.read(&item_key, codes)?,
            state: record.state,
            since: instant(record.since)?,
            due: record.due_at.map(instant).transpose()?,
            provider_id: record.provider_id,
            attempts: record.attempts,
            failure: record.failure,
            possibly_duplicate: record.possibly_duplicate,
            asked_at: instant(record.asked_at)?,
            created_at: instant(record.created_at)?,
            updated_at: instant(record.updated_at)?,
        })
    }

    pub(crate) fn sealed_pin(item: &Item) -> Result<Vec<u8>, Error> {
        const BROKEN: Error = Error::Internal { context: "reading the PIN of a message", source: None };
        let pin = item.get("facts").and_then(|facts| facts.as_m().ok()?.get("pin")?.as_b().ok());
        pin.map(|sealed| sealed.as_ref().to_vec()).ok_or(BROKEN)
    }

    /// Update: a newly sealed PIN.
    pub(crate) fn reseal(sealed: Vec<u8>) -> Expression {
        Expression::new("SET #facts.#pin = :pin").value(":pin", bytes(sealed))
    }

    /// Condition: the PIN is sealed as it was read.
    pub(crate) fn sealed_as(sealed: Vec<u8>) -> Expression {
        Expression::new("#facts.#pin = :readPin").value(":readPin", bytes(sealed))
    }

    /// Update: a new state, and when it is due in that state.
    pub(crate) fn move_to(item_key: &ItemKey, state: State, at: Option<Instant>, now: Instant) -> Expression {
        Expression::new("SET #state = :state, #since = :now, #updatedAt = :now")
            .then(due(item_key, at))
            .value(":state", text(state.name()))
            .value(":now", number(now.millis()))
    }

    /// Update: why an attempt failed.
    pub(crate) fn blame(failure: SendFailure) -> Expression {
        Expression::new("SET #failure = :failure").value(":failure", text(<&str>::from(failure)))
    }

    /// Update: the message may have been sent twice.
    pub(crate) fn doubt(now: Instant) -> Expression {
        Expression::new("SET #possiblyDuplicate = :possiblyDuplicate, #updatedAt = :now")
            .value(":possiblyDuplicate", flag(true))
            .value(":now", number(now.millis()))
    }

    /// Condition: state and number of attempts are as they were read.
    pub(crate) fn unmoved(state: State, attempts: u32) -> Expression {
        Expression::new("#state = :readState AND #attempts = :readAttempts")
            .value(":readState", text(state.name()))
            .value(":readAttempts", number(attempts))
    }

    /// Condition: it was sent with this provider id, and its state has not changed since.
    pub(crate) fn sent_as(provider_id: &str) -> Expression {
        Expression::new("#state = :sent AND #providerId = :sentAs")
            .value(":sent", text(State::Sent.name()))
            .value(":sentAs", text(provider_id))
    }

    /// Whether an image of a message in the stream requests a resend.
    pub(crate) fn is_asked_for(image: &Item) -> bool {
        image.get("state") == Some(&text(State::Asked.name()))
    }
}

impl State {
    fn name(self) -> &'static str {
        self.into()
    }
}

impl StoredMessage {
    pub(crate) fn item_key(&self) -> ItemKey {
        MessageItem::key(&self.incarnation, &self.message.facts.contract, &self.id)
    }

    /// After this time the message is no longer useful.
    pub(crate) fn useful_until(&self) -> Instant {
        self.message.useful_until(self.asked_at)
    }

    /// Condition: nobody has claimed or settled it since it was read.
    pub(crate) fn as_read(&self) -> Expression {
        MessageItem::unmoved(self.state, self.attempts)
    }

    /// The state as shown to callers; a requested resend counts as pending.
    pub(crate) fn into_record(self) -> MessageRecord {
        let at = self.since;
        let state = match self.state {
            State::Pending | State::Asked => MessageState::Pending { next_try: self.due.unwrap_or(at) },
            State::Sending => MessageState::Sending { since: at },
            State::Sent => MessageState::Sent { at, provider_id: self.provider_id.unwrap_or_default() },
            State::Bounced => MessageState::Bounced { at },
            State::Refused => MessageState::Refused { at },
            State::Failed => MessageState::Failed { at },
            State::Superseded => MessageState::Superseded { at },
        };
        MessageRecord {
            id: self.id,
            kind: self.message.occasion.kind(),
            recipient: self.message.recipient,
            state,
            attempts: self.attempts,
            failure: self.failure,
            possibly_duplicate: self.possibly_duplicate,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray as _;

    use super::*;

    #[test]
    fn a_state_has_the_same_name_in_an_update_as_in_a_whole_item() {
        for &state in State::VARIANTS {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
    }
}
