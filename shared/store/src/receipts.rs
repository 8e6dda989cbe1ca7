//! The same request, the same answer: looking a receipt up before, and writing it in the same transaction.

use crate::items::{Item, ReceiptItem};
use crate::write::{Part, Transaction};
use crate::{Act, Error, Store};

impl Store {
    /// What an earlier request with the same `Idempotency-Key` created.
    pub(crate) async fn replayed(&self, act: &Act) -> Result<Option<Item>, Error> {
        let Some(receipt) = &act.receipt else { return Ok(None) };
        match self.get(&ReceiptItem::key(receipt)).await? {
            Some(item) => ReceiptItem::read(item, receipt, act.now),
            None => Ok(None),
        }
    }
}

impl Transaction {
    /// Adds the receipt for what the transaction creates, if the caller wants one.
    pub(crate) fn receipt(&mut self, act: &Act, created: &Item) {
        if let Some(receipt) = &act.receipt {
            let item = ReceiptItem::write(receipt, created.clone(), act.now);
            self.put(Part::Receipt, item, ReceiptItem::none_that_counts(act.now));
        }
    }
}
