//! Noting what a device's question says that it holds, and which contracts it has got since its question before.
//!
//! The versions that a device holds and the events of what is new in them are written together, on condition that no other question was
//! noted meanwhile. So each contract that a device gets is recorded once, whatever is repeated or interrupted. Where there are more
//! than fit in a transaction, the versions are noted step by step.

use domain::{AutomatId, ContractId, EventKind, Instant, LockerIndex, Subject};
use protocol::PageVersions;

use crate::items::{ItemKey, StoredAccess, StoredPage};
use crate::retry::{NotDone, retry};
use crate::transaction::{Part, Transaction};
use crate::{DeviceAccess, Error, RequestMetadata, Store};

/// Contracts recorded in one transaction: at most 100 items fit
/// (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>). More of them under one version of a
/// page are not recorded: the page was made anew, and their automat had them before, in another locker.
const TOGETHER: usize = 90;

/// What is to be noted of a question.
pub(super) struct Noted<'q> {
    pub(super) have: &'q PageVersions,
    /// The latest time that a lease ends which the device may have.
    pub(super) lease_until: Option<Instant>,
    pub(super) now: Instant,
}

/// The contracts that a device has got with one version of a page.
struct Armed {
    locker: u16,
    version: u32,
    subjects: Vec<(Subject, String)>,
}

impl Store {
    /// Stores which pages the device has, and until when it may have a lease, and records what is new.
    ///
    /// A device that had no page before is new: its first pages are no news of its contracts, and nothing is recorded.
    pub(super) async fn note_question(
        &self,
        automat: &AutomatId,
        before: DeviceAccess,
        noted: &Noted<'_>,
    ) -> Result<(), Error> {
        let mut known = Some(before);
        retry!(self, {
            let before = match known.take() {
                Some(before) => before,
                None => self.device_access(automat).await?,
            };
            if before.held_at.is_some_and(|at| at > noted.now) {
                // A later question is noted already.
                return Ok(());
            }
            let armed = self.armed(automat, &before.held, noted.have).await?;
            self.note_armed(automat, before, armed, noted).await
        })
    }

    /// What is new in the pages that the device has, in order of lockers and versions.
    async fn armed(&self, automat: &AutomatId, had: &PageVersions, have: &PageVersions) -> Result<Vec<Armed>, Error> {
        let is_new = had.iter().next().is_none();
        let newer = have.iter().filter(|(locker, version)| !is_new && *version > had.of(*locker));
        let item_keys: Vec<_> = newer
            .filter_map(|(locker, _)| LockerIndex::new(u32::from(locker)).ok())
            .map(|locker| StoredPage::key(automat, locker))
            .collect();
        let mut armed = Vec::new();
        for item in self.get_all(&item_keys).await? {
            let Some(locker) = ItemKey::of(&item).and_then(|item_key| StoredPage::locker_at(&item_key)) else {
                continue;
            };
            let page = StoredPage::read(item)?;
            let Some((key, incarnation)) = page.content.key.as_ref() else { continue };
            let subject = |contract: &ContractId| Subject {
                contract: Some(contract.clone()),
                ..Subject::of_locker(automat, locker, Some(key))
            };
            let mut new: Vec<_> = page.new_after(had.of(locker.get())).collect();
            new.retain(|(version, _)| *version <= have.of(locker.get()));
            new.sort_unstable();
            armed.extend(new.chunk_by(|(one, _), (other, _)| one == other).map(|contracts| Armed {
                locker: locker.get(),
                version: contracts.first().map_or(0, |(version, _)| *version),
                subjects: contracts.iter().map(|(_, contract)| (subject(contract), incarnation.clone())).collect(),
            }));
        }
        Ok(armed)
    }

    async fn note_armed(
        &self,
        automat: &AutomatId,
        before: DeviceAccess,
        armed: Vec<Armed>,
        noted: &Noted<'_>,
    ) -> Result<(), NotDone> {
        let (mut held, mut last_at, mut subjects) = (before.held, before.held_at, Vec::new());
        for Armed { locker, version, subjects: new } in armed {
            if new.len() > TOGETHER {
                continue;
            }
            if subjects.len() + new.len() > TOGETHER {
                self.note_held(automat, &held, last_at, std::mem::take(&mut subjects), noted).await?;
                last_at = Some(noted.now);
            }
            subjects.extend(new);
            held.set(locker, version);
        }
        self.note_held(automat, noted.have, last_at, subjects, noted).await
    }

    /// Notes what a device holds, with the contracts that are new in it. `last_at` is when its question before was noted.
    async fn note_held(
        &self,
        automat: &AutomatId,
        held: &PageVersions,
        last_at: Option<Instant>,
        subjects: Vec<(Subject, String)>,
        noted: &Noted<'_>,
    ) -> Result<(), NotDone> {
        let update = StoredAccess::answered(held, noted.now, noted.lease_until);
        if subjects.is_empty() {
            // Otherwise a later question is noted already.
            self.update(StoredAccess::key(automat), update, StoredAccess::not_after(noted.now)).await?;
            return Ok(());
        }
        let metadata = RequestMetadata::of_automat(automat, noted.now);
        let mut transaction = Transaction::default();
        transaction.update(Part::Access, StoredAccess::key(automat), update, StoredAccess::last_at(last_at));
        for (subject, incarnation) in subjects {
            transaction.record(self, EventKind::ContractArmed, subject, Some(&incarnation), &metadata)?;
        }
        transaction.try_commit(self).await?.map_err(|_| NotDone::Again)
    }
}
