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
use serde::Deserialize;

use super::due::due;
use super::{AutomatItem, Item, ItemKey, bytes, flag, instant, number, read, text, valid};
use crate::expression::Expression;
use crate::{Error, LockerView};

/// Calendar entries in an agenda. Bookings further ahead do not write the locker.
pub(crate) const AGENDA_LENGTH: usize = 4;

const PREFIX: &str = "AUTOMAT#LOCKER#";

#[derive(Debug, Clone)]
pub(crate) struct StoredLocker {
    pub(crate) locker: LockerIndex,
    /// The key assigned to it.
    pub(crate) key: Option<(KeyId, Property)>,
    /// Of that key.
    pub(crate) incarnation: Option<String>,
    agenda: Calendar,
    /// Whether a key is inside, by the sensor.
    pub(crate) key_inside: Option<bool>,
    pub(crate) door: DoorState,
    /// The number and era of the report that the readings are from.
    reported: Option<(u64, u64)>,
    /// The entry or opening that had opened the locker when its door was last closed, and the number of that report.
    used: Option<(String, u64)>,
    /// When it was last recorded that the locker was forced.
    forced_at: Option<Instant>,
    /// When an unexpected key was last recorded.
    unexpected_at: Option<Instant>,
    /// When the open door counts as left open.
    pub(crate) due: Option<Instant>,
    /// Whether the assigned key is out, and with which contract.
    out: bool,
    out_with: Option<ContractId>,
    pub(crate) openings: OpeningsOfLocker,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LockerItem {
    locker_index: u16,
    key_id: Option<String>,
    property: Option<String>,
    incarnation: Option<String>,
    #[serde(with = "serde_bytes", default)]
    agenda: Vec<u8>,
    key_inside: Option<bool>,
    door: Option<DoorState>,
    reported: Option<u64>,
    reported_era: Option<u64>,
    used_by: Option<String>,
    used_n: Option<u64>,
    forced_at: Option<i64>,
    unexpected_at: Option<i64>,
    due_at: Option<i64>,
    #[serde(default)]
    out: bool,
    out_with: Option<String>,
    #[serde(default)]
    seq: u64,
    opening: Option<String>,
    opening_until: Option<i64>,
}

impl LockerItem {
    pub(crate) fn key(automat: &AutomatId, locker: LockerIndex) -> ItemKey {
        ItemKey::new(AutomatItem::pk(automat), format!("{PREFIX}{:04}", locker.get()))
    }

    pub(crate) fn read(item: Item) -> Result<StoredLocker, Error> {
        let record: Self = read(item)?;
        let id = record.key_id.map(|key| valid(KeyId::parse(&key))).transpose()?;
        let property = valid(Property::parse(&record.property.unwrap_or_default()))?;
        let holder = record.out_with.map(|contract| valid(ContractId::parse(&contract))).transpose()?;
        let opening = record.opening.map(|id| valid(OpeningId::parse(&id))).transpose()?;
        let openings = OpeningsOfLocker {
            seq: record.seq,
            live: opening.zip(record.opening_until.map(instant).transpose()?),
            key: id.clone(),
        };
        Ok(StoredLocker {
            locker: valid(LockerIndex::new(u32::from(record.locker_index)))?,
            key: id.map(|id| (id, property)),
            incarnation: record.incarnation,
            agenda: valid(Calendar::unpack(&record.agenda))?,
            key_inside: record.key_inside,
            door: record.door.unwrap_or_default(),
            reported: record.reported.zip(record.reported_era),
            used: record.used_by.zip(record.used_n),
            forced_at: record.forced_at.map(instant).transpose()?,
            unexpected_at: record.unexpected_at.map(instant).transpose()?,
            due: record.due_at.map(instant).transpose()?,
            out: record.out,
            out_with: holder,
            openings,
        })
    }

    /// Update: assigns a key.
    pub(crate) fn take(key: &Key, incarnation: &str) -> Expression {
        let update = "SET #lockerIndex = :locker, #keyId = :k, #property = :property, #incarnation = :incarnation, \
                     #agenda = :agenda";
        Expression::new(update)
            .value(":locker", number(key.locker.get()))
            .value(":k", text(key.id.as_str()))
            .value(":property", text(key.property.as_str()))
            .value(":incarnation", text(incarnation))
            .value(":agenda", bytes(key.calendar.pack_first(AGENDA_LENGTH)))
            .then(Self::whereabouts(&key.whereabouts))
    }

    /// Update: unassigns the key. Sensor readings and opening numbers belong to the locker and stay.
    pub(crate) fn leave() -> Expression {
        Expression::new("REMOVE #keyId, #property, #incarnation, #agenda, #out, #outWith")
    }

    /// Update: where the assigned key is, as far as the sensor does not show it.
    pub(crate) fn whereabouts(whereabouts: &Whereabouts) -> Expression {
        match whereabouts {
            Whereabouts::Unknown | Whereabouts::Inside => Expression::new("REMOVE #out, #outWith"),
            Whereabouts::Out { contract: None } => {
                Expression::new("SET #out = :out REMOVE #outWith").value(":out", flag(true))
            }
            Whereabouts::Out { contract: Some(contract) } => Expression::new("SET #out = :out, #outWith = :outWith")
                .value(":out", flag(true))
                .value(":outWith", text(contract.as_str())),
        }
    }

    /// The locker whose item has this key.
    pub(crate) fn locker_at(item_key: &ItemKey) -> Option<(AutomatId, LockerIndex)> {
        let automat = item_key.pk.strip_prefix("AUTOMAT#")?;
        let locker = item_key.sk.strip_prefix(PREFIX)?.parse().ok()?;
        Some((AutomatId::parse(automat).ok()?, LockerIndex::new(locker).ok()?))
    }

    /// Update: the sensor readings of a report.
    pub(crate) fn sense(locker: LockerIndex, sensors: Sensors, n: u64, era: u64) -> Expression {
        let seen = Expression::new(
            "SET #lockerIndex = :locker, #door = :door, #reported = :reported, #reportedEra = :reportedEra",
        )
        .value(":locker", number(locker.get()))
        .value(":door", text(<&str>::from(sensors.door)))
        .value(":reported", number(n))
        .value(":reportedEra", number(era));
        match sensors.key_inside {
            Some(inside) => seen.then(Expression::new("SET #keyInside = :inside").value(":inside", flag(inside))),
            None => seen,
        }
    }

    /// Update: the door was closed after this entry or opening, which therefore explains no later reading.
    pub(crate) fn use_up(by: Option<&str>, n: u64) -> Expression {
        match by {
            Some(by) => Expression::new("SET #usedBy = :usedBy, #usedN = :usedN")
                .value(":usedBy", text(by))
                .value(":usedN", number(n)),
            None => Expression::new("REMOVE #usedBy, #usedN"),
        }
    }

    /// Update: when the open door counts as left open; `None` if it is closed.
    pub(crate) fn watch(item_key: &ItemKey, until: Option<Instant>) -> Expression {
        due(item_key, until)
    }

    /// Update: when it was recorded that the locker was forced.
    pub(crate) fn forced(now: Instant) -> Expression {
        Expression::new("SET #forcedAt = :forcedAt").value(":forcedAt", number(now.millis()))
    }

    /// Update: when an unexpected key was recorded.
    pub(crate) fn unexpected(now: Instant) -> Expression {
        Expression::new("SET #unexpectedAt = :unexpectedAt").value(":unexpectedAt", number(now.millis()))
    }
}

impl StoredLocker {
    /// A locker without an item.
    pub(crate) fn untouched(locker: LockerIndex) -> Self {
        Self {
            locker,
            key: None,
            incarnation: None,
            agenda: Calendar::default(),
            key_inside: None,
            door: DoorState::Unknown,
            reported: None,
            used: None,
            forced_at: None,
            unexpected_at: None,
            due: None,
            out: false,
            out_with: None,
            openings: OpeningsOfLocker::default(),
        }
    }

    /// The view of the locker, and whether the key's whole calendar is needed to know the active contract or the
    /// holder.
    pub(crate) fn view(self, now: Instant) -> (LockerView, bool) {
        let running = self.agenda.running(now).next().cloned();
        let whereabouts = self.whereabouts();
        let hides_running = running.is_none() && may_hide_a_running_contract(&self.agenda, now);
        let hides_holder = whereabouts.holder().is_some_and(|holder| may_hide_an_entry(&self.agenda, holder));
        let unsure = hides_running || hides_holder;
        let view = LockerView {
            locker: self.locker,
            holder: whereabouts.holder().and_then(|holder| self.agenda.entry(holder)).cloned(),
            overdue: !hides_holder && whereabouts.is_overdue_by(&self.agenda, now),
            whereabouts,
            door: self.door,
            key: self.key,
            active_contract: running,
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
        match &self.key {
            None => Expression::new("attribute_not_exists(#keyId)"),
            Some((key, _)) => Expression::new("#keyId = :readKey").value(":readKey", text(key.as_str())),
        }
    }

    pub(crate) fn sensors(&self) -> Sensors {
        Sensors { key_inside: self.key_inside, door: self.door }
    }

    /// Whether a report with this number is newer. Numbers of another era do not count.
    pub(crate) fn is_older_than(&self, n: u64, era: u64) -> bool {
        self.reported.is_none_or(|(reported, reported_era)| reported_era != era || reported < n)
    }

    /// Whether the entry or opening can explain the readings of a report with this number.
    pub(crate) fn explains(&self, by: &str, n: u64) -> bool {
        let used = self.used.as_ref().filter(|(used_by, _)| used_by == by);
        used.is_none_or(|(_, closed)| n <= closed.saturating_add(Sensors::BOUNCE_MILLIS))
    }

    pub(crate) fn may_record_forced(&self, now: Instant) -> bool {
        is_long_ago(self.forced_at, now)
    }

    pub(crate) fn may_record_unexpected(&self, now: Instant) -> bool {
        is_long_ago(self.unexpected_at, now)
    }

    /// Condition: no report has been stored since the locker was read.
    pub(crate) fn as_reported(&self) -> Expression {
        match self.reported {
            None => Expression::new("attribute_not_exists(#reported)"),
            Some((reported, era)) => Expression::new("#reported = :readReported AND #reportedEra = :readReportedEra")
                .value(":readReported", number(reported))
                .value(":readReportedEra", number(era)),
        }
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
