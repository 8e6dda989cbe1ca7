//! Reports of devices about themselves.

use domain::{ClockQuality, Cover, DeviceFault, Firmware, Instant, JournalRoom, Percent, Readings};
use protocol::ThingName;
use serde::Deserialize;
use serde_json::Value;
use store::HealthReport;

use crate::{Devices, Error, automat};

/// No cabinet has a temperature beyond these, in °C: such a value is a broken sensor's.
const POSSIBLE: std::ops::RangeInclusive<i16> = -100..=200;

/// A report, as far as it is understood: a newer device may send more than we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceHealth {
    pub report: HealthReport,
    /// Whether every value was understood.
    pub is_understood: bool,
}

impl Devices {
    pub(crate) async fn handle_health(
        &self,
        thing: &ThingName,
        health: DeviceHealth,
        now: Instant,
    ) -> Result<(), Error> {
        let automat = automat(thing)?;
        let outcome = self.store.record_health(&automat, &health.report, now).await?;
        tracing::info!(automat.id = %automat, ?outcome, "health reported");
        if !health.is_understood {
            self.store.record_fault(&automat, DeviceFault::NotUnderstood, None, now).await?;
        }
        Ok(())
    }
}

impl DeviceHealth {
    /// Reads what is known; `None` without a number, which everything else needs.
    pub(crate) fn read(event: &Value) -> Option<Self> {
        let n = event.get("n")?.as_u64()?;
        let mut values = Values { event, are_understood: true };
        let readings = Readings {
            mains: values.read("mains", Value::as_bool),
            battery: values.read("battery", |value| Percent::new(number(value)?).ok()),
            cover: values.read("cover", |value| protocol::Cover::deserialize(value).ok().map(cover)),
            moved: values.read("moved", Value::as_bool),
            temperature: values.read("temperature", |value| {
                i16::try_from(value.as_i64()?).ok().filter(|temperature| POSSIBLE.contains(temperature))
            }),
            firmware: values.read("firmware", |value| Firmware::parse(value.as_str()?).ok()),
            clock: values.read("clock", |value| protocol::ClockQuality::deserialize(value).ok().map(clock)),
            journal: values.read("journal", |value| protocol::JournalRoom::deserialize(value).ok().and_then(journal)),
        };
        Some(Self { report: HealthReport { n, readings }, is_understood: values.are_understood })
    }
}

/// The values of a report, each of which may be absent.
struct Values<'v> {
    event: &'v Value,
    are_understood: bool,
}

impl Values<'_> {
    fn read<T>(&mut self, name: &str, parse: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let value = self.event.get(name).filter(|value| !value.is_null())?;
        let parsed = parse(value);
        self.are_understood &= parsed.is_some();
        parsed
    }
}

fn number(value: &Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}

fn cover(cover: protocol::Cover) -> Cover {
    match cover {
        protocol::Cover::Open => Cover::Open,
        protocol::Cover::Closed => Cover::Closed,
    }
}

fn clock(clock: protocol::ClockQuality) -> ClockQuality {
    match clock {
        protocol::ClockQuality::Cloud => ClockQuality::Cloud,
        protocol::ClockQuality::Counter => ClockQuality::Counter,
        protocol::ClockQuality::None => ClockQuality::None,
    }
}

fn journal(protocol::JournalRoom { lines, room }: protocol::JournalRoom) -> Option<JournalRoom> {
    (room > 0).then_some(JournalRoom { lines, room })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_known_values_are_read_beside_unknown_ones() {
        let event = json!({
            "n": 5, "mains": true, "battery": 101, "cover": "ajar", "moved": false, "temperature": 21,
            "firmware": "1.4.2", "clock": "gps", "journal": {"lines": 12, "room": 20_000}, "humidity": 40,
        });
        let DeviceHealth { report, is_understood } = DeviceHealth::read(&event).unwrap();
        let readings = Readings {
            mains: Some(true),
            moved: Some(false),
            temperature: Some(21),
            firmware: Firmware::parse("1.4.2").ok(),
            journal: Some(JournalRoom { lines: 12, room: 20_000 }),
            ..Readings::default()
        };
        assert_eq!((report, is_understood), (HealthReport { n: 5, readings }, false));
    }

    #[test]
    fn what_is_left_out_is_unknown_and_impossible_values_are_not_understood() {
        let read =
            |event: &Value| DeviceHealth::read(event).map(|health| (health.report.readings, health.is_understood));
        assert_eq!(read(&json!({"n": 5, "battery": null})), Some((Readings::default(), true)));
        for (name, value) in [
            ("mains", json!("yes")),
            ("battery", json!(-1)),
            ("battery", json!(50.5)),
            ("temperature", json!(70_000)),
            ("temperature", json!(-274)),
            ("firmware", json!("x".repeat(33))),
            ("firmware", json!("1\n2")),
            ("clock", json!(5)),
            ("journal", json!({"lines": 5})),
            ("journal", json!({"lines": 5, "room": 0})),
        ] {
            assert_eq!(read(&json!({"n": 5, name: value})), Some((Readings::default(), false)), "{name}: {value}");
        }
        assert_eq!(read(&json!({"mains": true})), None);
        assert_eq!(read(&json!({"n": -1, "mains": true})), None);
    }
}
