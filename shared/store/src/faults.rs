//! Faults of an automat's device: recorded at most once an hour, however often the device reports them.

use domain::{AutomatId, DeviceFault, Instant, LockerIndex, Subject};

use crate::expression::present;
use crate::items::{AutomatItem, FaultItem, StoredAutomat};
use crate::retry::retry;
use crate::transaction::{Part, Transaction};
use crate::{Error, RequestMetadata, Store};

impl Store {
    /// Records a fault, unless the same one was recorded less than an hour ago. After a reset it is recorded again.
    pub async fn record_fault(
        &self,
        automat: &AutomatId,
        fault: DeviceFault,
        locker: Option<LockerIndex>,
        now: Instant,
    ) -> Result<(), Error> {
        retry!(self, {
            let StoredAutomat { era, .. } = self.stored_automat(automat).await?;
            let last = self.get(&FaultItem::key(automat, fault)).await?;
            if last.map(|item| FaultItem::is_recent(item, era, now)).transpose()?.unwrap_or_default() {
                return Ok(());
            }
            let subject = Subject { locker, ..Subject::of_automat(automat) };
            let mut transaction = Transaction::default();
            transaction.check(Part::Automat, AutomatItem::key(automat), present());
            let item = FaultItem::write(automat, fault, era, now)?;
            transaction.put(Part::Fault, item, FaultItem::not_recent(era, now));
            transaction.record(self, fault.event(), subject, None, &RequestMetadata::of_automat(automat, now))?;
            transaction.commit(self).await?;
            Ok(())
        })
    }
}
