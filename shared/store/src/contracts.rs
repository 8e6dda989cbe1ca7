//! Contracts.

use domain::{Contract, ContractChange, ContractDraft, ContractId, ContractState, KeyId, Pin};

use crate::{Act, Created, Error, Expected, Page, PageRequest, Store};

/// Which contracts of a key are wanted, and in which order of start.
#[derive(Debug, Clone)]
pub struct ContractFilter {
    /// The states wanted; none at all means every state.
    pub states: Vec<ContractState>,
    /// Earliest or latest start first.
    pub order: Order,
}

/// Which end of a list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The earliest start first.
    #[default]
    Ascending,
    /// The latest start first.
    Descending,
}

impl Store {
    /// Makes a contract on a key: never over another one of a key that is not shared.
    pub async fn create_contract(
        &self,
        _key: &KeyId,
        _draft: ContractDraft,
        _act: &Act,
    ) -> Result<Created<Contract>, Error> {
        todo!()
    }

    /// A contract.
    pub async fn contract(&self, _key: &KeyId, _id: &ContractId) -> Result<Contract, Error> {
        todo!()
    }

    /// The contracts of a key in order of start.
    pub async fn contracts(
        &self,
        _key: &KeyId,
        _filter: &ContractFilter,
        _page: &PageRequest,
        _now: domain::Instant,
    ) -> Result<Page<Contract>, Error> {
        todo!()
    }

    /// Edits a contract, under the same rule as making one.
    pub async fn edit_contract(
        &self,
        _key: &KeyId,
        _id: &ContractId,
        _change: ContractChange,
        _expected: Expected,
        _act: &Act,
    ) -> Result<Contract, Error> {
        todo!()
    }

    /// Removes a contract; its PIN is free from then on.
    pub async fn remove_contract(
        &self,
        _key: &KeyId,
        _id: &ContractId,
        _force: bool,
        _expected: Expected,
        _act: &Act,
    ) -> Result<(), Error> {
        todo!()
    }

    /// Gives a contract a new generated PIN.
    pub async fn replace_pin(&self, _key: &KeyId, _id: &ContractId, _act: &Act) -> Result<Created<Contract>, Error> {
        todo!()
    }

    /// A contract's PIN in clear; that somebody looked is recorded first.
    pub async fn reveal_pin(&self, _key: &KeyId, _id: &ContractId, _act: &Act) -> Result<Pin, Error> {
        todo!()
    }
}
