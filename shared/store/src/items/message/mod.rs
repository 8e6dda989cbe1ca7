//! A message's item: content, recipient and delivery state.

mod content;

use domain::{ContractId, Instant, Message, MessageId, MessageRecord, MessageState, SendFailure};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use self::content::Content;
use super::due::{due, due_shard};
use super::{Item, ItemKey, Millis, bytes, flag, number, read, text, valid, write};
use crate::expression::{Expression, Update, is};
use crate::read::Stretch;
use crate::{CodeKeyring, Error, Store};

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
    /// Of the contract.
    pub(crate) incarnation: String,
    pub(crate) message: Message,
    pub(crate) status: SendStatus,
}

/// How far the sending of a message has come.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SendStatus {
    pub(crate) state: State,
    /// When it entered its state.
    pub(crate) since: Instant,
    /// When the claim ends, or when it is tried next.
    #[serde(rename = "dueAt", skip_serializing_if = "Option::is_none")]
    pub(crate) due: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider_id: Option<String>,
    pub(crate) attempts: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
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
    #[serde(flatten)]
    status: SendStatus,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
}

impl MessageItem {
    /// What the sort keys of messages begin with.
    pub(crate) const PREFIX: &str = "MESSAGE#";

    /// The partition of all messages, reminders and announcements about contracts with this id, one after the other.
    pub(crate) fn pk(contract: &ContractId) -> String {
        format!("MESSAGES#{contract}")
    }

    pub(crate) fn key(contract: &ContractId, incarnation: &str, id: &MessageId) -> ItemKey {
        ItemKey::new(Self::pk(contract), format!("{}{incarnation}#{}", Self::PREFIX, id.as_str()))
    }

    /// The incarnation of the contract that the message with this key is about.
    pub(crate) fn incarnation_at(item_key: &ItemKey) -> Option<&str> {
        Some(item_key.sk.strip_prefix(Self::PREFIX)?.split_once('#')?.0)
    }

    pub(crate) fn is_at(item_key: &ItemKey) -> bool {
        item_key.sk.starts_with(Self::PREFIX)
    }

    /// The contract that the message with this key is about. `None` if it is another item.
    pub(crate) fn contract_at(item_key: &ItemKey) -> Option<ContractId> {
        let contract = item_key.pk.strip_prefix("MESSAGES#").filter(|_| Self::is_at(item_key))?;
        ContractId::parse(contract).ok()
    }

    /// All messages about a contract in the order of their occasions.
    pub(crate) fn all(contract: &ContractId, incarnation: &str) -> Stretch {
        Stretch::of_prefix(Self::pk(contract), &format!("{}{incarnation}#", Self::PREFIX))
    }

    /// All messages about contracts with this id. Those about the latest contract come last.
    pub(crate) fn of_all_incarnations(contract: &ContractId) -> Stretch {
        Stretch::of_prefix(Self::pk(contract), Self::PREFIX)
    }

    pub(crate) fn write(stored: &StoredMessage, store: &Store) -> Result<Item, Error> {
        let item_key = stored.item_key();
        let record = Self {
            content: Content::new(&stored.message, &item_key, &store.codes, &store.random)?,
            incarnation: stored.incarnation.clone(),
            due_shard: stored.status.due.map(|_| due_shard(&item_key)),
            status: stored.status.clone(),
        };
        let expires = store.retention.message_until(stored.status.created_at, stored.message.facts.range);
        write(&record, item_key, None, Some(expires))
    }

    pub(crate) fn read(item: Item, codes: &CodeKeyring) -> Result<StoredMessage, Error> {
        const BROKEN: Error = Error::Internal { context: "reading a message's key", source: None };
        let item_key = ItemKey::of(&item).ok_or(BROKEN)?;
        let (_, id) = item_key.sk.rsplit_once('#').ok_or(BROKEN)?;
        let record: Self = read(item)?;
        Ok(StoredMessage {
            id: valid(MessageId::parse(id))?,
            incarnation: record.incarnation,
            message: record.content.read(&item_key, codes)?,
            status: record.status,
        })
    }

    pub(crate) fn sealed_pin(item: &Item) -> Result<Vec<u8>, Error> {
        const BROKEN: Error = Error::Internal { context: "reading the PIN of a message", source: None };
        let pin = item.get("facts").and_then(|facts| facts.as_m().ok()?.get("pin")?.as_b().ok());
        pin.map(|sealed| sealed.as_ref().to_vec()).ok_or(BROKEN)
    }

    /// Update: a newly sealed PIN.
    pub(crate) fn reseal(sealed: Vec<u8>) -> Update {
        Update::default().assign(&["#facts.#pin = :pin"]).value("pin", bytes(sealed))
    }

    /// Condition: the PIN is sealed as it was read.
    pub(crate) fn sealed_as(sealed: Vec<u8>) -> Expression {
        Expression::new("#facts.#pin = :readPin").value(":readPin", bytes(sealed))
    }

    /// Update: a new state, and when it is due in that state.
    pub(crate) fn move_to(item_key: &ItemKey, state: State, at: Option<Instant>, now: Instant) -> Update {
        let now = text(now.to_string());
        due(item_key, at).set("state", text(state.name())).set("since", now.clone()).set("updatedAt", now)
    }

    /// Update: why an attempt failed.
    pub(crate) fn blame(failure: SendFailure) -> Update {
        Update::default().set("failure", text(<&str>::from(failure)))
    }

    /// Update: the message may have been sent twice.
    pub(crate) fn doubt(now: Instant) -> Update {
        Update::default().set("possiblyDuplicate", flag(true)).set("updatedAt", text(now.to_string()))
    }

    /// Condition: state and number of attempts are as they were read.
    pub(crate) fn unmoved(state: State, attempts: u32) -> Expression {
        is("state", text(state.name())).and(is("attempts", number(attempts)))
    }

    /// Condition: it was sent with this provider id, and its state has not changed since.
    pub(crate) fn sent_as(provider_id: &str) -> Expression {
        is("state", text(State::Sent.name())).and(is("providerId", text(provider_id)))
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
        MessageItem::key(&self.message.facts.contract, &self.incarnation, &self.id)
    }

    /// After this time the message is no longer useful.
    pub(crate) fn useful_until(&self) -> Instant {
        self.message.useful_until(self.status.asked_at)
    }

    /// Condition: nobody has claimed or settled it since it was read.
    pub(crate) fn as_read(&self) -> Expression {
        MessageItem::unmoved(self.status.state, self.status.attempts)
    }

    /// The state as shown to callers; a requested resend counts as pending.
    pub(crate) fn into_record(self) -> MessageRecord {
        let status = self.status;
        let at = status.since;
        let state = match status.state {
            State::Pending | State::Asked => MessageState::Pending { next_try: status.due.map_or(at, |due| due.0) },
            State::Sending => MessageState::Sending { since: at },
            State::Sent => MessageState::Sent { at, provider_id: status.provider_id.unwrap_or_default() },
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
            attempts: status.attempts,
            failure: status.failure,
            possibly_duplicate: status.possibly_duplicate,
            created_at: status.created_at,
            updated_at: status.updated_at,
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
