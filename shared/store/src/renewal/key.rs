//! A key's return code: sealed in the key, and an item of its own under its name.

use domain::KeyState;

use super::{Plan, Renewal};
use crate::expression::{absent, unchanged};
use crate::items::{Item, KeyItem, ReturnCodeItem};
use crate::transaction::{Part, Transaction};
use crate::{Error, Store};

impl Store {
    pub(super) async fn plan_key(&self, item: Item) -> Result<Plan, Error> {
        let stored = KeyItem::read(item.clone(), &self.codes)?;
        let key = &stored.key;
        let (Some(code), Some(names)) = (&key.return_code, self.return_code_names(key)) else {
            return Ok(Plan::nothing(Renewal::Current));
        };
        let mut writes = Transaction::default();
        let sealed = self.codes.seal_return_code(&self.random, &key.id, code)?;
        writes.update(Part::Key, KeyItem::key(&key.id), KeyItem::renew(sealed), unchanged(stored.rev));
        let resealed = || {
            if KeyItem::is_sealed_anew(&item, &key.id, &self.codes) { Renewal::Current } else { Renewal::Resealed }
        };
        // The code of a key on its way out is nobody's already.
        let Some(other) = names.other.filter(|_| key.state == KeyState::Active) else {
            return Ok(Plan { what: resealed(), writes });
        };
        let former = ReturnCodeItem::key(&key.automat, &other);
        match self.get(&former).await?.map(ReturnCodeItem::read).transpose()? {
            Some(holder) if holder == key.id => {
                writes.delete(Part::FormerReturnCode, former, ReturnCodeItem::own(&key.id));
                let next = ReturnCodeItem::write(&key.automat, &names.current, &key.id)?;
                writes.put(Part::ReturnCode, next, absent());
                Ok(Plan { what: Renewal::Moved, writes })
            }
            _ => Ok(Plan { what: resealed(), writes }),
        }
    }
}
