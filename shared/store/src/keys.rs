//! Keys.

use domain::{AutomatId, Key, KeyChange, KeyDraft, KeyId, SearchTerms};

use crate::{Act, Created, Error, Expected, Page, PageRequest, Store};

/// Which keys are wanted.
#[derive(Debug, Clone, Default)]
pub struct KeyFilter {
    /// Only those of this automat.
    pub automat: Option<AutomatId>,
    /// Only those that these terms find.
    pub search: Option<SearchTerms>,
}

/// How far a removal got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// Everything is gone; the KeyID is free.
    Complete,
    /// The key is dead; deleting the rest of it goes on with the next call.
    Underway,
}

impl Store {
    /// Adds a key to a locker.
    pub async fn create_key(&self, _draft: KeyDraft, _act: &Act) -> Result<Created<Key>, Error> {
        todo!()
    }

    /// A key with its calendar.
    pub async fn key(&self, _id: &KeyId) -> Result<Key, Error> {
        todo!()
    }

    /// Keys: of an automat in order of locker, else in order of identifier.
    pub async fn keys(&self, _filter: &KeyFilter, _page: &PageRequest) -> Result<Page<Key>, Error> {
        todo!()
    }

    /// Edits a key.
    pub async fn edit_key(
        &self,
        _id: &KeyId,
        _change: KeyChange,
        _expected: Expected,
        _act: &Act,
    ) -> Result<Key, Error> {
        todo!()
    }

    /// Removes a key and everything on it. From the first write on none of its PINs is valid.
    pub async fn remove_key(
        &self,
        _id: &KeyId,
        _force: bool,
        _expected: Expected,
        _act: &Act,
    ) -> Result<Removal, Error> {
        todo!()
    }
}
