//! Making a contract what a request says, whether or not it exists.

use domain::{Contract, ContractChange, ContractDraft, ContractId};

use crate::retry::{NotDone, retry};
use crate::{Error, Expected, Put, RequestMetadata, ResourceKind, Store};

impl Store {
    /// Creates the contract with this id, or edits it so that it has all fields of the draft. A PIN that the draft leaves
    /// out stays as it is. To take off a key that is out with the contract, `force` is required. An expected version
    /// means that the contract must exist.
    ///
    /// Safe to repeat: nothing is written if nothing changes.
    pub async fn put_contract(
        &self,
        id: &ContractId,
        draft: ContractDraft,
        force: bool,
        expected: Expected,
        metadata: &RequestMetadata,
    ) -> Result<Put<Contract>, Error> {
        let draft = ContractDraft { id: Some(id.clone()), ..draft };
        retry!(self, {
            let Some(stored) = self.find_contract(id).await? else {
                if expected != Expected::Any {
                    return Err(Error::NotFound(ResourceKind::Contract).into());
                }
                return match Box::pin(self.create_contract(draft.clone(), metadata)).await {
                    // Another request has created it a moment ago.
                    Err(Error::Exists(ResourceKind::Contract)) => Err(NotDone::Again),
                    created => Ok(Put::of_creation(created?)),
                };
            };
            let change = ContractChange::to(draft.clone(), &stored.contract);
            match Box::pin(self.edit_contract(id, change, force, expected, metadata)).await {
                Err(Error::NotFound(ResourceKind::Contract)) => Err(NotDone::Again),
                edited => {
                    let edited = edited?;
                    let is_changed = edited.version != stored.contract.version;
                    Ok(Put::of_edit(edited, is_changed))
                }
            }
        })
    }
}
