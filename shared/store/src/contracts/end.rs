//! Ending an active contract before its time.

use domain::{Contract, ContractId, ContractState};

use crate::{Error, Expected, RequestMetadata, Store};

impl Store {
    /// Ends an active contract now. It stays in the history, and its PIN can only return the keys from then on. A
    /// contract that has already ended is left unchanged, so repeating the call is safe.
    pub async fn end_contract(
        &self,
        id: &ContractId,
        expected: Expected,
        metadata: &RequestMetadata,
    ) -> Result<Contract, Error> {
        let ended = |contract: &Contract| {
            if contract.state(metadata.now) != ContractState::Ended {
                expected.check(contract.version)?;
            }
            Ok(contract.ended_early(metadata.now)?)
        };
        self.change_contract(id, None, false, metadata, ended).await
    }
}
