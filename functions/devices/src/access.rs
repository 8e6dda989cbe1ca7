//! What an automat may open without the cloud: its device asks, and the answer goes to the automat's own topic.

use std::collections::BTreeSet;

use domain::{Instant, LockerIndex};
use protocol::{Access, AccessAnswer, AccessMessage, AccessRequest, ThingName, Verifier};
use store::LockerAccess;

use crate::{Devices, Error, automat};

impl Devices {
    pub(crate) async fn answer_access(
        &self,
        thing: &ThingName,
        AccessRequest { id, lockers }: AccessRequest,
        now: Instant,
    ) -> Result<(), Error> {
        let index = |locker: u16| LockerIndex::new(u32::from(locker)).ok();
        let asked: Option<BTreeSet<_>> = lockers.map(|lockers| lockers.into_iter().filter_map(index).collect());
        let access = self.store.access(&automat(thing)?, asked.as_ref(), now).await?;
        let lockers = access.into_iter().map(|(locker, access)| (locker.get(), of_locker(access))).collect();
        let answer = AccessAnswer { id, cost: store::PIN_COST, lockers };
        Ok(self.things.send_access(thing, &AccessMessage::Answer(answer)).await?)
    }
}

fn of_locker(LockerAccess { return_code, pins }: LockerAccess) -> Access {
    let pins = pins.into_iter().map(|(verifier, contract)| (Verifier(verifier), contract.as_str().to_owned()));
    Access { return_code: return_code.map(Verifier), pins: pins.collect() }
}
