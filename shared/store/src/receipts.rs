//! The same request, the same answer: a receipt is looked for before, written in the same transaction, and looked for
//! again when the request is refused, since its own twin may be the reason.

use crate::items::{Item, ReceiptItem};
use crate::write::{Part, Transaction};
use crate::{Act, Created, Error, Store};

impl Store {
    /// Creates something unless an earlier request with the same `Idempotency-Key` has.
    pub(crate) async fn once<T>(
        &self,
        act: &Act,
        read: impl Fn(Item) -> Result<T, Error>,
        create: impl Future<Output = Result<Created<T>, Error>>,
    ) -> Result<Created<T>, Error> {
        if let Some(created) = self.replayed(act).await? {
            return read(created).map(Created::Replayed);
        }
        match create.await {
            Err(refusal) if act.receipt.is_some() => match self.replayed(act).await? {
                Some(created) => read(created).map(Created::Replayed),
                None => Err(refusal),
            },
            made => made,
        }
    }

    async fn replayed(&self, act: &Act) -> Result<Option<Item>, Error> {
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

/// Ends the tries of a creation whose twin has written its receipt meanwhile: [`Store::once`] then finds it.
pub(crate) fn none_by_a_twin(refused: &[(Part, Option<Item>)]) -> Result<(), Error> {
    if refused.iter().any(|(part, _)| *part == Part::Receipt) { Err(Error::Busy) } else { Ok(()) }
}
