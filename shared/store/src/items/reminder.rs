//! A reminder's item: what to check again, and when.

use domain::{ContractId, Instant, KeyId, Reminder};
use serde::Deserialize;

use super::due::due;
use super::{Item, ItemKey, MessageItem, instant, number, read, text, valid};
use crate::Error;
use crate::expression::Expression;

#[derive(Debug, Clone)]
pub(crate) struct StoredReminder {
    pub(crate) which: Reminder,
    pub(crate) key: KeyId,
    pub(crate) contract: ContractId,
    /// Of the key.
    pub(crate) incarnation: String,
    /// The `rev` of the contract that it was set for.
    pub(crate) rev: u64,
    pub(crate) due: Instant,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReminderItem {
    key_id: String,
    contract_id: String,
    incarnation: String,
    rev: u64,
    due_at: i64,
}

impl ReminderItem {
    pub(crate) fn key(incarnation: &str, contract: &ContractId, which: Reminder) -> ItemKey {
        ItemKey::new(MessageItem::pk(incarnation, contract), format!("REMINDER#{}", <&str>::from(which)))
    }

    pub(crate) fn is_at(item_key: &ItemKey) -> bool {
        which(item_key).is_some()
    }

    /// Update: sets a reminder, replacing an earlier one.
    pub(crate) fn set(reminder: &StoredReminder) -> Expression {
        Expression::new("SET #keyId = :k, #contractId = :c, #incarnation = :incarnation, #rev = :rev")
            .then(due(&reminder.item_key(), Some(reminder.due)))
            .value(":k", text(reminder.key.as_str()))
            .value(":c", text(reminder.contract.as_str()))
            .value(":incarnation", text(&reminder.incarnation))
            .value(":rev", number(reminder.rev))
    }

    /// Condition: no later version of the contract has set it.
    pub(crate) fn not_set_after(rev: u64) -> Expression {
        Expression::new("attribute_not_exists(#rev) OR #rev <= :setFor").value(":setFor", number(rev))
    }

    pub(crate) fn read(item: Item) -> Result<StoredReminder, Error> {
        let which = ItemKey::of(&item).as_ref().and_then(which);
        let record: Self = read(item)?;
        Ok(StoredReminder {
            which: which.ok_or(Error::Internal { context: "reading a reminder's key", source: None })?,
            key: valid(KeyId::parse(&record.key_id))?,
            contract: valid(ContractId::parse(&record.contract_id))?,
            incarnation: record.incarnation,
            rev: record.rev,
            due: instant(record.due_at)?,
        })
    }
}

impl StoredReminder {
    pub(crate) fn item_key(&self) -> ItemKey {
        ReminderItem::key(&self.incarnation, &self.contract, self.which)
    }

    /// Condition: it is as it was read.
    pub(crate) fn unchanged(&self) -> Expression {
        Expression::new("#rev = :readRev AND #dueAt = :readDue")
            .value(":readRev", number(self.rev))
            .value(":readDue", number(self.due.millis()))
    }
}

fn which(item_key: &ItemKey) -> Option<Reminder> {
    item_key.sk.strip_prefix("REMINDER#")?.parse().ok()
}
