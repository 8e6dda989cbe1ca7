//! A locker: which key belongs in it, and what the Key Automat View shows of that key.
//!
//! The **agenda** is the head of the key's calendar, written together with it whenever it changes, so that the view
//! knows the contract running now without reading any calendar.

use domain::{AutomatId, Calendar, Entry, Instant, KeyId, LockerIndex, Property};
use serde::{Deserialize, Serialize};

use super::key::whereabouts;
use super::{AutomatItem, Item, ItemKey, read, valid};
use crate::{Error, LockerView};

/// Entries of the calendar in an agenda. Bookings further ahead do not touch the locker.
pub(crate) const AGENDA_LENGTH: usize = 4;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LockerItem {
    locker_index: u16,
    key_id: Option<String>,
    property: Option<String>,
    #[serde(with = "serde_bytes", default)]
    agenda: Vec<u8>,
    key_inside: Option<bool>,
    out_with: Option<String>,
}

impl LockerItem {
    pub(crate) fn key(automat: &AutomatId, locker: LockerIndex) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), format!("AUTOMAT#LOCKER#{:04}", locker.get()))
    }

    /// What the item shows at this instant, and whether only the key's whole calendar can tell who has it now.
    pub(crate) fn read(item: Item, now: Instant) -> Result<(LockerView, bool), Error> {
        let record: Self = read(item)?;
        let agenda = valid(Calendar::unpack(&record.agenda))?;
        let running = agenda.running(now).next().cloned();
        let unsure = running.is_none() && may_hide_a_running_contract(&agenda, now);
        let key = match (record.key_id, record.property) {
            (Some(key), property) => {
                Some((valid(KeyId::parse(&key))?, valid(Property::parse(&property.unwrap_or_default()))?))
            }
            (None, _) => None,
        };
        let view = LockerView {
            locker: valid(LockerIndex::new(u32::from(record.locker_index)))?,
            key,
            whereabouts: whereabouts(record.key_inside, record.out_with.as_deref())?,
            active_contract: running,
        };
        Ok((view, unsure))
    }
}

/// A full agenda may be the head of a longer calendar, and what comes after its last entry may have started too.
fn may_hide_a_running_contract(agenda: &Calendar, now: Instant) -> bool {
    let last: Option<&Entry> = agenda.entries().get(AGENDA_LENGTH - 1);
    last.is_some_and(|last| last.range.start() <= now)
}
