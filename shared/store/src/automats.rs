//! Automats and their lockers.

use domain::{Automat, AutomatChange, AutomatDraft, AutomatId, Entry, KeyId, LockerIndex, Property, Whereabouts};

use crate::{Act, Created, Error, Expected, Page, PageRequest, Store};

/// The Key Automat View: an automat with every locker, empty ones too.
#[derive(Debug, Clone)]
pub struct AutomatView {
    /// The automat.
    pub automat: Automat,
    /// All its lockers in order.
    pub lockers: Vec<LockerView>,
}

/// A locker at a glance.
#[derive(Debug, Clone)]
pub struct LockerView {
    /// Its number.
    pub locker: LockerIndex,
    /// The key that belongs in it.
    pub key: Option<(KeyId, Property)>,
    /// Where that key is; unknown in an empty locker.
    pub whereabouts: Whereabouts,
    /// The contract running now.
    pub active_contract: Option<Entry>,
}

impl Store {
    /// Adds an automat.
    pub async fn create_automat(&self, _draft: AutomatDraft, _act: &Act) -> Result<Created<Automat>, Error> {
        todo!()
    }

    /// The Key Automat View.
    pub async fn automat_view(&self, _id: &AutomatId, _now: domain::Instant) -> Result<AutomatView, Error> {
        todo!()
    }

    /// All automats in order of identifier.
    pub async fn automats(&self, _page: &PageRequest) -> Result<Page<Automat>, Error> {
        todo!()
    }

    /// Edits an automat.
    pub async fn edit_automat(
        &self,
        _id: &AutomatId,
        _change: AutomatChange,
        _expected: Expected,
        _act: &Act,
    ) -> Result<Automat, Error> {
        todo!()
    }

    /// Deletes an automat without keys.
    pub async fn remove_automat(&self, _id: &AutomatId, _expected: Expected, _act: &Act) -> Result<(), Error> {
        todo!()
    }
}
