//! The simulated user of a cabinet.

use std::sync::Arc;
use std::time::Duration;

use protocol::{Door, Purpose};
use tokio::time::sleep;

use super::cabinet::Cabinet;
use crate::device::Display;

/// Who uses a simulated cabinet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimulatedUser {
    /// Nobody: only the calls of the test or console.
    Absent,
    /// Somebody who does what the display says and closes every door. Each step takes this long.
    Obliging(Duration),
}

impl SimulatedUser {
    pub(super) fn reads(self, cabinet: &Arc<Cabinet>, display: Display) {
        let Self::Obliging(moment) = self else { return };
        let (Display::Open { locker, purpose }
        | Display::OpenOfSeveral { locker, purpose, .. }
        | Display::OpenOffline { locker, purpose, .. }) = display
        else {
            return;
        };
        let cabinet = Arc::clone(cabinet);
        tokio::spawn(async move {
            sleep(moment).await;
            cabinet.set_key(locker, purpose == Purpose::Return);
        });
    }

    pub(super) fn sees_open(self, cabinet: &Arc<Cabinet>, locker: u16) {
        let Self::Obliging(moment) = self else { return };
        if cabinet.is_open(locker) {
            let cabinet = Arc::clone(cabinet);
            tokio::spawn(async move {
                sleep(2 * moment).await;
                cabinet.set_door(locker, Door::Closed);
            });
        }
    }
}
