//! Which keys the devices say that they have.

use domain::AutomatId;

use crate::{Error, Page, PageRequest, Store};

/// Which of an automat's keys its device told of when it last told of all its lockers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceKeysKnown {
    /// The automat.
    pub automat: AutomatId,
    /// The one under the current secret.
    pub current: bool,
    /// The one under the other secret.
    pub other: bool,
}

impl Store {
    /// Which keys each device has, in order of automat. One that has not been connected since it was given a key, or
    /// does not tell, has none here.
    pub async fn device_keys_known(&self, page: &PageRequest) -> Result<Page<DeviceKeysKnown>, Error> {
        let found = self.stored_automats(page).await?;
        let known = |stored: crate::items::StoredAutomat| {
            let id = stored.automat.id;
            let has = |key: &crate::DeviceKey| stored.device_keys.contains(&key.id());
            let other = self.other_device_key(&id).is_some_and(|key| has(&key));
            DeviceKeysKnown { current: has(&self.device_key(&id)), other, automat: id }
        };
        Ok(Page { data: found.data.into_iter().map(known).collect(), next: found.next })
    }
}
