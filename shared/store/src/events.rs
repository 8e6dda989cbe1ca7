//! The record of what happened.

use domain::{AutomatId, Event, KeyId};

use crate::{Error, Page, PageRequest, Store};

impl Store {
    /// What happened to a key, newest first.
    pub async fn key_events(&self, _id: &KeyId, _page: &PageRequest) -> Result<Page<Event>, Error> {
        todo!()
    }

    /// What happened at an automat, its keys included, newest first.
    pub async fn automat_events(&self, _id: &AutomatId, _page: &PageRequest) -> Result<Page<Event>, Error> {
        todo!()
    }
}
