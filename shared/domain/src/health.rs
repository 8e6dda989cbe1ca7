//! The condition of an automat by its device's own reports: power, cover, movement, temperature, firmware, clock,
//! journal.
//!
//! A report replaces what was known. A concern begins and ends with a margin between, so that a reading at its limit
//! does not record an event with each report. What a report leaves out is unknown: it neither begins nor ends anything.

use std::collections::BTreeSet;

use protocol::health::{BATTERY_LOW, JOURNAL_NEARLY_FULL, TEMPERATURES};
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::{EventKind, Firmware, Instant, Invalid};

/// How far back inside the range the temperature has to be, in °C, before it may be recorded again.
const TEMPERATURE_MARGIN: i16 = 5;
/// Above this, in percent, it is no longer low.
const BATTERY_RECOVERED: u8 = 30;
/// At or below this share, in percent, it no longer is.
const JOURNAL_EMPTIER: u8 = 70;

/// A share in percent: 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u8);

impl Percent {
    pub fn new(percent: u32) -> Result<Self, Invalid> {
        match u8::try_from(percent) {
            Ok(percent) if percent <= 100 => Ok(Self(percent)),
            _ => Err(Invalid::OutOfRange { min: 0, max: 100 }),
        }
    }

    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

/// The cover over an automat's electronics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Cover {
    Open,
    Closed,
}

/// How well a device knows the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ClockQuality {
    /// The cloud said it less than a day before.
    Cloud,
    /// Counted for longer than that since the cloud said it.
    Counter,
    /// Unknown since a power cut.
    None,
}

/// How full a device's journal of what it did without the cloud is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalRoom {
    /// The lines that the cloud may not have.
    pub lines: u32,
    /// How many lines there is room for.
    pub room: u32,
}

impl JournalRoom {
    /// The share of the room that is used, in percent, rounded up. Over 100 if there are more lines than that.
    fn percent(self) -> u64 {
        (u64::from(self.lines) * 100).div_ceil(u64::from(self.room.max(1)))
    }
}

/// What a device reports about itself. `None`: unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readings {
    /// Whether it has power from the mains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mains: Option<bool>,
    /// The charge of its battery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery: Option<Percent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Cover>,
    /// Whether it is being moved, shaken or tilted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<bool>,
    /// Inside the cabinet, in °C.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<i16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<Firmware>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockQuality>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<JournalRoom>,
}

/// A reason to look after an automat.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Concern {
    CoverOpen,
    Moved,
    OnBattery,
    BatteryLow,
    TooHot,
    TooCold,
    JournalNearlyFull,
    ClockUnknown,
}

impl Concern {
    /// Whether it holds by these readings; `None` if they do not say. Once it has begun, it takes more than the limit
    /// to end.
    fn holds(self, readings: &Readings, has_begun: bool) -> Option<bool> {
        let (low, high) = TEMPERATURES.into_inner();
        let margin = if has_begun { TEMPERATURE_MARGIN } else { 0 };
        match self {
            Self::CoverOpen => readings.cover.map(|cover| cover == Cover::Open),
            Self::Moved => readings.moved,
            Self::OnBattery => readings.mains.map(|has_mains| !has_mains),
            Self::BatteryLow => readings
                .battery
                .map(|Percent(charge)| charge < BATTERY_LOW || (has_begun && charge <= BATTERY_RECOVERED)),
            Self::TooHot => readings.temperature.map(|temperature| temperature > high - margin),
            Self::TooCold => readings.temperature.map(|temperature| temperature < low + margin),
            Self::JournalNearlyFull => readings.journal.map(|journal| {
                journal.percent() > u64::from(if has_begun { JOURNAL_EMPTIER } else { JOURNAL_NEARLY_FULL })
            }),
            Self::ClockUnknown => readings.clock.map(|clock| clock == ClockQuality::None),
        }
    }

    /// What is recorded when it begins. `None` for a clock without the time: that is normal after a power cut.
    fn begins(self, readings: &Readings) -> Option<EventKind> {
        let (low, high) = TEMPERATURES.into_inner();
        let temperature =
            |limit| readings.temperature.map(|temperature| EventKind::AutomatTemperature { temperature, limit });
        match self {
            Self::CoverOpen => Some(EventKind::AutomatCoverOpened),
            Self::Moved => Some(EventKind::AutomatMoved),
            Self::OnBattery => Some(EventKind::AutomatMainsLost),
            Self::BatteryLow => readings.battery.map(|battery| EventKind::AutomatBatteryLow { battery }),
            Self::TooHot => temperature(high),
            Self::TooCold => temperature(low),
            Self::JournalNearlyFull => {
                readings.journal.map(|JournalRoom { lines, room }| EventKind::AutomatJournalNearlyFull { lines, room })
            }
            Self::ClockUnknown => None,
        }
    }

    /// What is recorded when it ends. Of the others it is enough to see that it has: the page of the automat shows it.
    fn ends(self) -> Option<EventKind> {
        match self {
            Self::OnBattery => Some(EventKind::AutomatMainsRestored),
            Self::CoverOpen
            | Self::Moved
            | Self::BatteryLow
            | Self::TooHot
            | Self::TooCold
            | Self::JournalNearlyFull
            | Self::ClockUnknown => None,
        }
    }
}

/// What is known of an automat's condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// By the latest report.
    #[serde(flatten)]
    pub readings: Readings,
    /// When that report arrived.
    pub as_of: Instant,
    /// The concerns that have begun and not ended, also those whose reading is unknown at present.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    begun: BTreeSet<Concern>,
    /// The latest firmware that was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_firmware: Option<Firmware>,
}

impl Health {
    /// What is known after a report, and what is recorded because of it.
    #[must_use]
    pub fn reported(before: Option<&Self>, readings: Readings, now: Instant) -> (Self, Vec<EventKind>) {
        let mut begun = before.map(|before| before.begun.clone()).unwrap_or_default();
        let mut events = Vec::new();
        for &concern in Concern::VARIANTS {
            let had_begun = begun.contains(&concern);
            match concern.holds(&readings, had_begun) {
                Some(true) if !had_begun => {
                    begun.insert(concern);
                    events.extend(concern.begins(&readings));
                }
                Some(false) if had_begun => {
                    begun.remove(&concern);
                    events.extend(concern.ends());
                }
                Some(true | false) | None => {}
            }
        }
        let known = before.and_then(|before| before.last_firmware.clone());
        if let (Some(from), Some(to)) = (&known, &readings.firmware)
            && from != to
        {
            events.push(EventKind::AutomatFirmwareChanged { from: from.clone(), to: to.clone() });
        }
        let last_firmware = readings.firmware.clone().or(known);
        (Self { readings, as_of: now, begun, last_firmware }, events)
    }

    /// The reasons to look after the automat, the most urgent first. What is unknown at present is none.
    pub fn concerns(&self) -> impl Iterator<Item = Concern> {
        self.begun.iter().copied().filter(|concern| concern.holds(&self.readings, true).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reports of one automat.
    #[derive(Default)]
    struct Reports(Option<Health>);

    impl Reports {
        fn after(&mut self, readings: Readings) -> Vec<EventKind> {
            let (health, events) = Health::reported(self.0.as_ref(), readings, Instant::EPOCH);
            self.0 = Some(health);
            events
        }

        fn concerns(&self) -> Vec<Concern> {
            self.0.iter().flat_map(Health::concerns).collect()
        }
    }

    fn battery(charge: u32) -> Readings {
        Readings { battery: Percent::new(charge).ok(), ..Readings::default() }
    }

    fn temperature(temperature: i16) -> Readings {
        Readings { temperature: Some(temperature), ..Readings::default() }
    }

    fn mains(mains: bool) -> Readings {
        Readings { mains: Some(mains), ..Readings::default() }
    }

    #[test]
    fn a_first_report_records_what_is_wrong_and_nothing_else() {
        let good = Readings {
            mains: Some(true),
            battery: Percent::new(20).ok(),
            cover: Some(Cover::Closed),
            moved: Some(false),
            temperature: Some(50),
            firmware: Firmware::parse("1.4.2").ok(),
            clock: Some(ClockQuality::Counter),
            journal: Some(JournalRoom { lines: 80, room: 100 }),
        };
        let mut reports = Reports::default();
        assert_eq!((reports.after(good), reports.concerns()), (vec![], vec![]));
        let bad = Readings {
            mains: Some(false),
            battery: Percent::new(19).ok(),
            cover: Some(Cover::Open),
            moved: Some(true),
            temperature: Some(51),
            firmware: Firmware::parse("1.4.3").ok(),
            clock: Some(ClockQuality::None),
            journal: Some(JournalRoom { lines: 801, room: 1_000 }),
        };
        let expected = vec![
            EventKind::AutomatCoverOpened,
            EventKind::AutomatMoved,
            EventKind::AutomatMainsLost,
            EventKind::AutomatBatteryLow { battery: Percent(19) },
            EventKind::AutomatTemperature { temperature: 51, limit: 50 },
            EventKind::AutomatJournalNearlyFull { lines: 801, room: 1_000 },
        ];
        assert_eq!(Reports::default().after(bad.clone()), expected);
        let (from, to) = (Firmware::parse("1.4.2").unwrap(), Firmware::parse("1.4.3").unwrap());
        let changed = EventKind::AutomatFirmwareChanged { from, to };
        assert_eq!(reports.after(bad.clone()), [expected, vec![changed]].concat());
        assert_eq!(reports.concerns().len(), 7);
        assert_eq!(reports.after(bad), [], "once");
    }

    #[test]
    fn mains_lost_and_restored_are_both_recorded() {
        let mut reports = Reports::default();
        assert_eq!(reports.after(mains(false)), [EventKind::AutomatMainsLost]);
        assert_eq!(reports.concerns(), [Concern::OnBattery]);
        assert_eq!(reports.after(mains(true)), [EventKind::AutomatMainsRestored]);
        assert_eq!(reports.concerns(), []);
    }

    #[test]
    fn a_battery_is_low_again_only_after_it_was_charged_above_30_percent() {
        let mut reports = Reports::default();
        let low = |charge| vec![EventKind::AutomatBatteryLow { battery: Percent(charge) }];
        for (charge, expected) in [(20, vec![]), (19, low(19)), (25, vec![]), (18, vec![]), (30, vec![]), (17, vec![])]
        {
            assert_eq!(reports.after(battery(charge)), expected, "{charge}");
        }
        assert_eq!((reports.after(battery(31)), reports.concerns()), (vec![], vec![]));
        assert_eq!(reports.after(battery(16)), low(16));
    }

    #[test]
    fn a_temperature_is_recorded_again_only_after_it_was_five_degrees_inside_its_limit() {
        let mut reports = Reports::default();
        let beyond = |temperature, limit| vec![EventKind::AutomatTemperature { temperature, limit }];
        assert_eq!(reports.after(temperature(50)), []);
        assert_eq!(reports.after(temperature(51)), beyond(51, 50));
        assert_eq!((reports.after(temperature(46)), reports.concerns()), (vec![], vec![Concern::TooHot]));
        assert_eq!((reports.after(temperature(60)), reports.after(temperature(45))), (vec![], vec![]));
        assert_eq!(reports.after(temperature(52)), beyond(52, 50));
        assert_eq!(reports.after(temperature(-11)), beyond(-11, -10));
        assert_eq!((reports.after(temperature(-6)), reports.concerns()), (vec![], vec![Concern::TooCold]));
        assert_eq!((reports.after(temperature(-5)), reports.concerns()), (vec![], vec![]));
    }

    #[test]
    fn a_journal_is_nearly_full_again_only_after_it_was_down_to_70_percent() {
        let mut reports = Reports::default();
        let journal = |lines| Readings { journal: Some(JournalRoom { lines, room: 1_000 }), ..Readings::default() };
        let full = |lines| vec![EventKind::AutomatJournalNearlyFull { lines, room: 1_000 }];
        for (lines, expected) in
            [(800, vec![]), (801, full(801)), (701, vec![]), (900, vec![]), (700, vec![]), (801, full(801))]
        {
            assert_eq!(reports.after(journal(lines)), expected, "{lines}");
        }
        let broken = Readings { journal: Some(JournalRoom { lines: 5, room: 0 }), ..Readings::default() };
        assert_eq!(reports.after(broken), []);
    }

    #[test]
    fn what_is_unknown_begins_and_ends_nothing_and_is_no_concern() {
        let mut reports = Reports::default();
        assert_eq!(reports.after(Readings { firmware: Firmware::parse("1").ok(), ..mains(false) }).len(), 1);
        assert_eq!((reports.after(Readings::default()), reports.concerns()), (vec![], vec![]));
        assert_eq!((reports.after(mains(false)), reports.concerns()), (vec![], vec![Concern::OnBattery]));
        let two = Readings { firmware: Firmware::parse("2").ok(), ..Readings::default() };
        assert!(matches!(reports.after(two)[..], [EventKind::AutomatFirmwareChanged { .. }]));
    }

    #[test]
    fn health_is_read_as_it_was_written() {
        let mut reports = Reports::default();
        reports.after(Readings { firmware: Firmware::parse("1").ok(), ..mains(false) });
        let written = serde_json::to_value(&reports.0).unwrap();
        assert_eq!(serde_json::from_value::<Option<Health>>(written).unwrap(), reports.0);
    }
}
