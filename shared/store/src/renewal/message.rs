//! The PIN that a message tells.

use super::{Plan, Renewal};
use crate::items::{Item, ItemKey, MessageItem};
use crate::transaction::{Part, Transaction};
use crate::{Error, Store};

impl Store {
    pub(super) fn plan_message(&self, item: &Item, place: &ItemKey) -> Result<Plan, Error> {
        let sealed = MessageItem::sealed_pin(item)?;
        if self.codes.is_told_pin_current(&sealed, place) {
            return Ok(Plan::nothing(Renewal::Current));
        }
        let pin = self.codes.open_told_pin(&sealed, place)?;
        let mut writes = Transaction::default();
        let anew = self.codes.seal_told_pin(&self.random, place, &pin)?;
        writes.update(Part::Message, place.clone(), MessageItem::renew(anew), MessageItem::sealed_as(sealed));
        Ok(Plan { what: Renewal::Resealed, writes })
    }
}
