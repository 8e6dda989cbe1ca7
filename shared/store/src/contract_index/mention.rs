//! The lists of messages by the people whom they name: a message outlives the mention of its recipient in the contract.

use std::collections::BTreeSet;

use domain::Mention;
use serde::Deserialize;

use super::entry::List;
use crate::Error;
use crate::items::{Item, ItemKey, MessageItem, read};

/// The attributes of a message that [`mentions_in`] reads, for a projection.
pub(super) const SOURCE: &str = "#recipient.#name, #recipient.#address, #facts.#person";

/// The messages that name somebody by this detail, which is folded.
pub(crate) fn of_person(detail: &str) -> String {
    format!("{}PERSON#{detail}", List::PK_PREFIX)
}

/// The entry of a message in the list of a person.
pub(crate) fn of_message(detail: &str, message: &ItemKey) -> ItemKey {
    ItemKey::new(of_person(detail), format!("{}#{}", message.pk, message.sk))
}

/// The message that an entry names. `None` if an item with this key is not such an entry.
pub(crate) fn message_of(entry: &ItemKey) -> Option<ItemKey> {
    let detail = entry.pk.strip_prefix(List::PK_PREFIX)?.strip_prefix("PERSON#")?;
    let (kind, rest) = entry.sk.split_once('#')?;
    let (contract, sk) = rest.split_once('#')?;
    let message = ItemKey::new(format!("{kind}#{contract}"), sk);
    (MessageItem::contract_at(&message).is_some() && of_message(detail, &message) == *entry).then_some(message)
}

/// The entries of a message's item, or of an image of it.
pub(super) fn entries_of(item_key: &ItemKey, item: Item) -> Result<BTreeSet<ItemKey>, Error> {
    let Named { recipient, facts } = read(item)?;
    // Neither kind of address can be mistaken for the other.
    let recipient = Mention { name: &recipient.name, email: Some(&recipient.address), phone_number: None };
    let holder = Mention { name: &facts.person, ..Mention::default() };
    Ok(entries_of_message(item_key, [recipient, holder].into_iter()))
}

/// The entries of a message that mentions these people.
pub(crate) fn entries_of_message<'m>(
    item_key: &ItemKey,
    mentions: impl Iterator<Item = Mention<'m>>,
) -> BTreeSet<ItemKey> {
    mentions.flat_map(Mention::details).map(|detail| of_message(&detail, item_key)).collect()
}

#[derive(Deserialize)]
struct Named {
    recipient: Recipient,
    facts: Facts,
}

#[derive(Deserialize)]
struct Recipient {
    name: String,
    address: String,
}

#[derive(Deserialize)]
struct Facts {
    person: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_names_its_message() {
        let message = ItemKey::new("MESSAGES#BK_1.2", "MESSAGE#01ABC#id");
        for detail in ["aino virtanen", "aino@example.fi", "+358401234567", "a#b"] {
            assert_eq!(message_of(&of_message(detail, &message)), Some(message.clone()));
        }
    }

    #[test]
    fn an_item_under_a_wrong_key_is_no_entry() {
        for (pk, sk) in [
            ("LISTED#PERSON#aino", "MESSAGES#BK-1"),
            ("LISTED#PERSON#aino", "MESSAGES#BK-1#REMINDER#1#id"),
            ("LISTED#PERSON#aino", "CONTRACT#BK-1#CONTRACT"),
            ("LISTED#TERM#ai#2026-11", "MESSAGES#BK-1#MESSAGE#1#id"),
            ("LISTED#PERSON#aino", ""),
        ] {
            assert_eq!(message_of(&ItemKey::new(pk, sk)), None, "{pk} {sk}");
        }
    }
}
