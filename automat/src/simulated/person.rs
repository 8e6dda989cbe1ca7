//! Who stands before the cabinet.

use std::sync::Arc;
use std::time::Duration;

use protocol::{Door, Purpose};
use tokio::time::sleep;

use super::cabinet::Cabinet;
use crate::device::Display;

/// Who works a simulated cabinet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// Whoever holds the handle, and nobody else.
    Absent,
    /// Somebody who does what the display says, and closes every door; each step takes so long.
    Obliging(Duration),
}

impl Person {
    /// The display says something.
    pub(super) fn reads(self, cabinet: &Arc<Cabinet>, display: Display) {
        let (Self::Obliging(moment), Display::Open { locker, purpose }) = (self, display) else { return };
        let cabinet = Arc::clone(cabinet);
        tokio::spawn(async move {
            sleep(moment).await;
            cabinet.set_key(locker, purpose == Purpose::Return);
        });
    }

    /// A door may have sprung open.
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
