//! Ending a running contract before its time.

use domain::{Contract, ContractId, ContractState, KeyId};

use crate::race::Race;
use crate::write::{Outcome, Part};
use crate::{Act, Error, Expected, Store};

impl Store {
    /// Ends a running contract now. It stays in the history, and from then on its PIN only returns the key. One that has
    /// ended already is left as it is, so that asking again is safe.
    pub async fn end_contract(
        &self,
        key: &KeyId,
        id: &ContractId,
        expected: Expected,
        act: &Act,
    ) -> Result<Contract, Error> {
        let mut race = Race::new(&self.random);
        let mut former_pin_is_ours = true;
        loop {
            let (stored_key, stored) = self.stored_contract(key, id).await?;
            if stored.contract.state(act.now) == ContractState::Ended {
                return Ok(stored.contract);
            }
            expected.check(stored.contract.version)?;
            let ended = stored.contract.ended_early(act.now)?;
            let transaction = self.changing(&stored_key, &stored, &ended, former_pin_is_ours, act)?;
            match transaction.commit(self).await? {
                Outcome::Committed => return Ok(ended),
                Outcome::Contended => {}
                Outcome::Refused(refused) => {
                    former_pin_is_ours = !refused.iter().any(|(part, _)| *part == Part::FormerPin);
                }
            }
            race.lost().await?;
        }
    }
}
