//! What a device may open without the cloud (ADR 0054): a page for each locker, and a lease.
//!
//! **Pages** are kept by the projector, from the stream ([`Store::project_access`]). The record of a PIN changes one entry of the
//! page of each of its keys' lockers; that of a key makes the pages of its lockers anew ([`pages`]). The version of a page is
//! written a second time beside those of all others, after the page, so that a question reads one item to know which pages are
//! newer than the device's.
//!
//! **A question** ([`Store::answer_access`]) names the version of each page that the device holds. What a page does not say
//! itself (the return code, and who has the key) is read from the key when it is sent; when that changes, the record of the key
//! raises the page's version.

mod answer;
mod changed;
mod held;
mod lease;
mod noting;
mod pages;
mod seal;
mod verifier;

use domain::{AutomatId, Instant};
use protocol::PageVersions;

pub use self::answer::AccessResponse;
pub use self::held::{HeldContract, StillUsable, Withdrawn};
pub use self::verifier::PIN_COST;
use crate::items::{AutomatItem, Item, StoredAccess, StoredAutomat, VersionsItem, read};
use crate::{Error, ResourceKind, Store};

/// What an automat's device has of its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeviceAccess {
    /// The versions of its pages.
    pub versions: PageVersions,
    /// The versions of those that the device had when it asked last.
    pub held: PageVersions,
    /// When it asked last; `None` if it never has.
    pub held_at: Option<Instant>,
    /// Until when it may fetch keys without the cloud, at the latest; `None` if it never had a lease.
    pub lease_until: Option<Instant>,
}

impl DeviceAccess {
    /// What these items say, as far as there are such.
    fn read(versions: Option<&Item>, access: Option<Item>) -> Result<Self, Error> {
        let access = access.map(read::<StoredAccess>).transpose()?;
        Ok(Self {
            versions: versions.map(VersionsItem::read).unwrap_or_default(),
            held: access.as_ref().map(StoredAccess::held).unwrap_or_default(),
            held_at: access.as_ref().map(|access| access.held_at.0),
            lease_until: access.and_then(|access| access.lease_until).map(|until| until.0),
        })
    }

    /// Whether the device had all pages as they are when it asked last.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.held == self.versions
    }

    /// Until when the device hands out keys without the cloud; `None` if it does not now.
    #[must_use]
    pub fn lease_after(&self, now: Instant) -> Option<Instant> {
        self.lease_until.filter(|until| *until > now)
    }
}

impl Store {
    /// What an automat's device has of its pages.
    pub async fn device_access(&self, automat: &AutomatId) -> Result<DeviceAccess, Error> {
        Ok(self.automat_and_access(automat).await?.1)
    }

    /// An automat, and what its device has of its pages, in one batch.
    async fn automat_and_access(&self, automat: &AutomatId) -> Result<(StoredAutomat, DeviceAccess), Error> {
        let item_keys = [AutomatItem::key(automat), VersionsItem::key(automat), StoredAccess::key(automat)];
        let mut found = self.get_by_key(item_keys.clone()).await?;
        let [own, versions, access] = item_keys.map(|item_key| found.remove(&item_key));
        let own = AutomatItem::read(own.ok_or(Error::NotFound(ResourceKind::Automat))?)?;
        Ok((own, DeviceAccess::read(versions.as_ref(), access)?))
    }
}
