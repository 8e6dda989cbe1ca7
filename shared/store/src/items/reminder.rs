//! A reminder's item: what to check again, and when.

use domain::{ContractId, Reminder};
use serde::Deserialize;

use super::due::due;
use super::{ItemKey, MessageItem, Millis, number, text};
use crate::expression::{Expression, Update, is, unchanged};
use crate::schema::DUE_AT;

const PREFIX: &str = "REMINDER#";

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredReminder {
    #[serde(rename = "reminder")]
    pub(crate) which: Reminder,
    #[serde(rename = "contractId")]
    pub(crate) contract: ContractId,
    /// Of the contract.
    pub(crate) incarnation: String,
    /// The `rev` of the contract that it was set for.
    pub(crate) rev: u64,
    pub(crate) due_at: Millis,
}

impl StoredReminder {
    pub(crate) fn key(contract: &ContractId, incarnation: &str, which: Reminder) -> ItemKey {
        ItemKey::new(MessageItem::pk(contract), format!("{PREFIX}{incarnation}#{}", <&str>::from(which)))
    }

    pub(crate) fn is_at(item_key: &ItemKey) -> bool {
        item_key.sk.starts_with(PREFIX)
    }

    pub(crate) fn item_key(&self) -> ItemKey {
        Self::key(&self.contract, &self.incarnation, self.which)
    }

    /// Update: sets this reminder, replacing an earlier one.
    pub(crate) fn set(&self) -> Update {
        due(&self.item_key(), Some(self.due_at.0))
            .set("reminder", text(<&str>::from(self.which)))
            .set("contractId", text(self.contract.as_str()))
            .set("incarnation", text(&self.incarnation))
            .set("rev", number(self.rev))
    }

    /// Condition: no later version of the contract has set it.
    pub(crate) fn not_set_after(rev: u64) -> Expression {
        Expression::new("attribute_not_exists(#rev) OR #rev <= :setFor").value(":setFor", number(rev))
    }

    /// Condition: it is as it was read.
    pub(crate) fn unchanged(&self) -> Expression {
        unchanged(self.rev).and(is(DUE_AT, number(self.due_at.0.millis())))
    }
}
