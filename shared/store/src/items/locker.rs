//! A locker: the key assigned to it, what the Key Automat View shows of that key, its sensor readings, and its
//! openings.
//!
//! The **agenda** is a copy of the first entries of the key's calendar, written whenever these change, so that the
//! view finds the active contract without reading any calendar. `keyInside` and `door` are sensor readings and stay
//! with the locker whichever key is assigned; `out` and `outWith` belong to the key and are removed with it.

use domain::{
    AutomatId, Calendar, ContractId, DoorState, Entry, Instant, Key, KeyId, LockerIndex, OpeningId, OpeningsOfLocker,
    Property, Sensors, Whereabouts,
};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::due::due;
use super::{AutomatItem, ItemKey, Millis, bytes, flag, number, text};
use crate::LockerView;
use crate::automats::NextContract;
use crate::expression::{Expression, Update, is_or_absent};

/// Calendar entries in an agenda. Bookings further ahead do not write the locker.
pub(crate) const AGENDA_LENGTH: usize = 4;

const PREFIX: &str = "AUTOMAT#LOCKER#";

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct StoredLocker {
    #[serde(rename = "lockerIndex")]
    pub(crate) locker: LockerIndex,
    /// The key assigned to it.
    #[serde(rename = "keyId")]
    pub(crate) key: Option<KeyId>,
    /// What that key opens.
    property: Option<Property>,
    /// Of that key.
    pub(crate) incarnation: Option<String>,
    #[serde(deserialize_with = "unpack")]
    agenda: Calendar,
    /// Whether a key is inside, by the sensor.
    pub(crate) key_inside: Option<bool>,
    pub(crate) door: DoorState,
    /// The number and era of the report that the readings are from.
    reported: Option<u64>,
    reported_era: Option<u64>,
    /// The entry or opening that had opened the locker when its door was last closed, and the number of that report.
    used_by: Option<String>,
    used_n: Option<u64>,
    /// When it was last recorded that the locker was forced.
    forced_at: Option<Instant>,
    /// When an unexpected key was last recorded.
    unexpected_at: Option<Instant>,
    /// When the open door counts as left open.
    pub(crate) due_at: Option<Millis>,
    /// Whether the assigned key is out, and with which contract.
    out: bool,
    out_with: Option<ContractId>,
    /// When that key was fetched, if a report showed it.
    out_at: Option<Instant>,
    /// The number of its last opening.
    pub(crate) seq: u64,
    /// The opening that is pending, or was the last one to be.
    opening: Option<OpeningId>,
    opening_until: Option<Millis>,
}

/// Reads a packed calendar.
fn unpack<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Calendar, D::Error> {
    let packed = serde_bytes::ByteBuf::deserialize(deserializer)?;
    Calendar::unpack(&packed).map_err(D::Error::custom)
}

pub(crate) struct LockerItem;

impl LockerItem {
    pub(crate) fn key(automat: &AutomatId, locker: LockerIndex) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), format!("{PREFIX}{:04}", locker.get()))
    }

    /// Update: assigns a key.
    pub(crate) fn take(key: &Key, incarnation: &str) -> Update {
        Self::whereabouts(&key.whereabouts)
            .set("lockerIndex", number(key.locker.get()))
            .set("keyId", text(key.id.as_str()))
            .set("property", text(key.property.as_str()))
            .set("incarnation", text(incarnation))
            .set("agenda", bytes(key.calendar.pack_first(AGENDA_LENGTH)))
    }

    /// Update: unassigns the key. Sensor readings and opening numbers belong to the locker and stay.
    pub(crate) fn leave() -> Update {
        let names = ["keyId", "property", "incarnation", "agenda", "out", "outWith", "outAt"];
        names.into_iter().fold(Update::default(), Update::remove)
    }

    /// Update: where the assigned key is, as far as the sensor does not show it.
    pub(crate) fn whereabouts(whereabouts: &Whereabouts) -> Update {
        let is_out = matches!(whereabouts, Whereabouts::Out { .. });
        Update::default()
            .set_or_remove("out", is_out.then(|| flag(true)))
            .set_or_remove("outWith", whereabouts.holder().map(|contract| text(contract.as_str())))
    }

    /// Update: when the assigned key was fetched; `None` if it is back, or if nobody saw it leave.
    pub(crate) fn out_at(fetched: Option<Instant>) -> Update {
        Update::default().set_or_remove("outAt", fetched.map(|at| text(at.to_string())))
    }

    /// The locker whose item has this key.
    pub(crate) fn locker_at(item_key: &ItemKey) -> Option<(AutomatId, LockerIndex)> {
        let automat = item_key.pk.strip_prefix("AUTOMAT#")?;
        let locker = item_key.sk.strip_prefix(PREFIX)?.parse().ok()?;
        Some((AutomatId::parse(automat).ok()?, LockerIndex::new(locker).ok()?))
    }

    /// Update: the sensor readings of a report.
    pub(crate) fn sense(locker: LockerIndex, sensors: Sensors, n: u64, era: u64) -> Update {
        let update = Update::default()
            .set("lockerIndex", number(locker.get()))
            .set("door", text(<&str>::from(sensors.door)))
            .set("reported", number(n))
            .set("reportedEra", number(era));
        match sensors.key_inside {
            Some(inside) => update.set("keyInside", flag(inside)),
            None => update,
        }
    }

    /// Update: the door was closed after this entry or opening, which therefore explains no later reading.
    pub(crate) fn use_up(by: Option<&str>, n: u64) -> Update {
        Update::default().set_or_remove("usedBy", by.map(text)).set_or_remove("usedN", by.map(|_| number(n)))
    }

    /// Update: when the open door counts as left open; `None` if it is closed.
    pub(crate) fn watch(item_key: &ItemKey, until: Option<Instant>) -> Update {
        due(item_key, until)
    }

    /// Update: when it was recorded that the locker was forced.
    pub(crate) fn forced(now: Instant) -> Update {
        Update::default().set("forcedAt", text(now.to_string()))
    }

    /// Update: when an unexpected key was recorded.
    pub(crate) fn unexpected(now: Instant) -> Update {
        Update::default().set("unexpectedAt", text(now.to_string()))
    }
}

impl StoredLocker {
    /// A locker without an item.
    pub(crate) fn untouched(locker: LockerIndex) -> Self {
        Self { locker, ..Self::default() }
    }

    pub(crate) fn assigned_key(&self) -> Option<(&KeyId, &Property)> {
        self.key.as_ref().zip(self.property.as_ref())
    }

    pub(crate) fn openings(&self) -> OpeningsOfLocker {
        let live = self.opening.clone().zip(self.opening_until.map(|until| until.0));
        OpeningsOfLocker { seq: self.seq, live, key: self.key.clone() }
    }

    /// The view of the locker, and whether the key's whole calendar is needed to know the active contract or the
    /// holder.
    pub(crate) fn view(self, now: Instant) -> (LockerView, bool) {
        let running = self.agenda.running(now).next().cloned();
        let whereabouts = self.whereabouts();
        let hides_running = running.is_none() && may_hide_a_running_contract(&self.agenda, now);
        let hides_holder = whereabouts.holder().is_some_and(|holder| may_hide_an_entry(&self.agenda, holder));
        let unsure = hides_running || hides_holder;
        let next = match NextContract::of(&self.agenda, now) {
            NextContract::None if may_hide_a_running_contract(&self.agenda, now) => NextContract::NotRead,
            next => next,
        };
        let view = LockerView {
            locker: self.locker,
            holder: whereabouts.holder().and_then(|holder| self.agenda.entry(holder)).cloned(),
            overdue: !hides_holder && whereabouts.is_overdue_by(&self.agenda, now),
            whereabouts,
            door: self.door,
            key: self.key.zip(self.property),
            active_contract: running,
            out_since: self.out_at.filter(|_| self.out),
            next,
        };
        (view, unsure)
    }

    /// Where the assigned key is. Without a key, what the sensor sees.
    pub(crate) fn whereabouts(&self) -> Whereabouts {
        match (&self.key, self.out, self.key_inside) {
            (Some(_), true, _) => Whereabouts::Out { contract: self.out_with.clone() },
            (_, _, Some(true)) => Whereabouts::Inside,
            (Some(_), false, _) | (None, _, None) => Whereabouts::Unknown,
            (None, _, Some(false)) => Whereabouts::Out { contract: None },
        }
    }

    /// Condition: the same key is assigned as when it was read, or still none.
    pub(crate) fn same_key(&self) -> Expression {
        is_or_absent("keyId", self.key.as_ref().map(|key| text(key.as_str())))
    }

    pub(crate) fn sensors(&self) -> Sensors {
        Sensors { key_inside: self.key_inside, door: self.door }
    }

    /// Whether a report with this number is newer. Numbers of another era do not count.
    pub(crate) fn is_older_than(&self, n: u64, era: u64) -> bool {
        self.reported_era != Some(era) || self.reported.is_none_or(|reported| reported < n)
    }

    /// Whether the entry or opening can explain the readings of a report with this number.
    pub(crate) fn explains(&self, by: &str, n: u64) -> bool {
        let closed = self.used_n.filter(|_| self.used_by.as_deref() == Some(by));
        closed.is_none_or(|closed| n <= closed.saturating_add(Sensors::BOUNCE_MILLIS))
    }

    pub(crate) fn may_record_forced(&self, now: Instant) -> bool {
        is_long_ago(self.forced_at, now)
    }

    pub(crate) fn may_record_unexpected(&self, now: Instant) -> bool {
        is_long_ago(self.unexpected_at, now)
    }

    /// Condition: no report has been stored since the locker was read.
    pub(crate) fn as_reported(&self) -> Expression {
        is_or_absent("reported", self.reported.map(number))
            .and(is_or_absent("reportedEra", self.reported_era.map(number)))
    }
}

fn is_long_ago(recorded: Option<Instant>, now: Instant) -> bool {
    recorded.is_none_or(|recorded| recorded.plus_millis(Sensors::RECORDED_EVERY_MILLIS) <= now)
}

/// A full agenda may be only the beginning of the calendar, so an entry missing here may be further on.
fn may_hide_an_entry(agenda: &Calendar, contract: &ContractId) -> bool {
    agenda.entries().len() == AGENDA_LENGTH && agenda.entry(contract).is_none()
}

/// A full agenda may be only the beginning of the calendar, so the entry after its last one may have started.
fn may_hide_a_running_contract(agenda: &Calendar, now: Instant) -> bool {
    let last: Option<&Entry> = agenda.entries().get(AGENDA_LENGTH - 1);
    last.is_some_and(|last| last.range.start() <= now)
}
