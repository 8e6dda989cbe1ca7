//! Making a key what a request says, whether or not it exists.

use domain::{Key, KeyChange, KeyDraft};

use crate::retry::{NotDone, retry};
use crate::{Error, Expected, Put, RequestMetadata, ResourceKind, Store};

impl Store {
    /// Adds the key, or edits it so that it has all fields of the draft. It keeps its locker if the draft leaves that
    /// out. A key never moves to another automat: then a different one exists. One that is being removed is refused.
    ///
    /// Safe to repeat: nothing is written if nothing changes.
    pub async fn put_key(&self, draft: KeyDraft, metadata: &RequestMetadata) -> Result<Put<Key>, Error> {
        retry!(self, {
            let Some(stored) = self.find_key(&draft.id).await? else {
                return self.try_to_add(&draft, metadata).await.map(Put::Created);
            };
            stored.key.check_active()?;
            if stored.key.automat != draft.automat {
                return Err(Error::Exists(ResourceKind::Key).into());
            }
            let change = KeyChange::to(draft.clone());
            match Box::pin(self.edit_key(&draft.id, change, Expected::Any, metadata)).await {
                Err(Error::NotFound(ResourceKind::Key)) => Err(NotDone::Again),
                edited => {
                    let edited = edited?;
                    let is_changed = edited.version != stored.key.version;
                    Ok(Put::of_edit(edited, is_changed))
                }
            }
        })
    }
}
