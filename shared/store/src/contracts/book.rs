//! Writing a key's calendar back: the one write that every booking, edit and removal of a contract goes through.

use domain::{Calendar, EventKind};

use crate::expression::{Expression, unchanged};
use crate::items::{AGENDA_LENGTH, KeyItem, LockerItem, StoredKey, bytes, number};
use crate::keys::holds_key;
use crate::transaction::{Part, Transaction};
use crate::{Act, Error, Store};

impl Transaction {
    /// Puts a calendar in place of the one that it was decided over, on condition that nobody else wrote meanwhile;
    /// and its head in the locker, if that has changed.
    pub(crate) fn calendar(&mut self, stored: &StoredKey, calendar: &Calendar) {
        let key = &stored.key;
        let update = Expression::new("SET #calendar = :calendar, #rev = :nextRev")
            .value(":calendar", bytes(calendar.pack()))
            .value(":nextRev", number(stored.rev + 1));
        self.update(Part::Key, KeyItem::key(&key.id), update, unchanged(stored.rev));
        let agenda = calendar.pack_first(AGENDA_LENGTH);
        if agenda != key.calendar.pack_first(AGENDA_LENGTH) {
            let update = Expression::new("SET #agenda = :agenda").value(":agenda", bytes(agenda));
            self.update(Part::Locker, LockerItem::key(&key.automat, key.locker), update, holds_key(&key.id));
        }
    }

    /// Adds the record of something done to a contract.
    pub(super) fn contract_event(
        &mut self,
        store: &Store,
        stored: &StoredKey,
        contract: &domain::ContractId,
        kind: EventKind,
        act: &Act,
    ) -> Result<(), Error> {
        let event = store.contract_event(&stored.key, contract, kind, act)?;
        self.event(&event, Some(&stored.incarnation), store.retention)
    }
}
