//! Which keys each device reports to have.

use domain::AutomatId;

use crate::{Error, Page, PageRequest, Store};

/// Which of an automat's keys were in its device's last full report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceKeysKnown {
    pub automat: AutomatId,
    /// The key under the current secret.
    pub current: bool,
    /// The key under the other secret.
    pub other: bool,
}

impl Store {
    /// The keys of each device, in order of automat. A device that does not report its keys, or has not been
    /// connected since it got one, has none here.
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
