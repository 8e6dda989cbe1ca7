//! The condition of an automat as text: what its device reports about itself, and the reasons to look after it.

use domain::{Automat, ClockQuality, Concern, Cover, Health, Percent, Readings};
use texts::{FluentArgs, Texts};

use crate::times::Times;

/// A reason to look after an automat, with its look. Colour is never the only difference.
#[derive(Debug, Clone)]
pub(crate) struct ConcernLabel {
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

impl ConcernLabel {
    /// All reasons to look after the automat, the most urgent first.
    pub(crate) fn all(automat: &Automat, t: &Texts) -> Vec<Self> {
        let concerns = automat.health.iter().flat_map(Health::concerns);
        concerns.map(|concern| Self { class: class(concern), text: text_of(concern, t) }).collect()
    }
}

/// What somebody may be doing to the automat, and what soon stops it, looks worse than the rest.
fn class(concern: Concern) -> &'static str {
    match concern {
        Concern::CoverOpen | Concern::Moved | Concern::BatteryLow => "bad",
        Concern::OnBattery
        | Concern::TooHot
        | Concern::TooCold
        | Concern::JournalNearlyFull
        | Concern::ClockUnknown => "warning",
    }
}

fn text_of(concern: Concern, t: &Texts) -> String {
    t.text(&format!("concern-{}", <&str>::from(concern))).into_owned()
}

/// The condition as the automat's page shows it.
pub(super) struct Condition {
    pub(super) concerns: Vec<ConcernLabel>,
    /// As of when. `None` before the first report.
    pub(super) as_of: Option<String>,
    pub(super) facts: Vec<Fact>,
}

pub(super) struct Fact {
    pub(super) label: String,
    /// `None` if the device did not report it.
    pub(super) value: Option<String>,
}

impl Condition {
    pub(super) fn of(automat: &Automat, t: &Texts, times: Times) -> Self {
        let as_of = automat.health.as_ref().map(|health| {
            t.with("condition-as-of", [("time", times.moment(health.as_of)), ("zone", times.zone().to_owned())])
        });
        let unknown = Readings::default();
        let readings = automat.health.as_ref().map_or(&unknown, |health| &health.readings);
        Self { concerns: ConcernLabel::all(automat, t), as_of, facts: facts(readings, t) }
    }
}

fn facts(readings: &Readings, t: &Texts) -> Vec<Fact> {
    let said = |id: &str| t.text(id).into_owned();
    let mains = readings.mains.map(|has| said(if has { "condition-mains-on" } else { "condition-mains-off" }));
    let battery = readings.battery.map(|charge| t.with("condition-percent", [("percent", Percent::get(charge))]));
    let cover = readings.cover.map(|cover| match cover {
        Cover::Open => said("condition-cover-open"),
        Cover::Closed => said("condition-cover-closed"),
    });
    let moved = readings.moved.map(|moved| said(if moved { "condition-moved" } else { "condition-still" }));
    let temperature =
        readings.temperature.map(|degrees| t.with("condition-degrees", [("degrees", degrees.to_string())]));
    let clock = readings.clock.map(|clock| match clock {
        ClockQuality::Cloud => said("condition-clock-cloud"),
        ClockQuality::Counter => said("condition-clock-counter"),
        ClockQuality::None => said("condition-clock-none"),
    });
    let journal = readings.journal.map(|journal| {
        t.format("condition-lines", &FluentArgs::from_iter([("lines", journal.lines), ("room", journal.room)]))
    });
    let fact = |(id, value): (&str, Option<String>)| Fact { label: said(id), value };
    [
        ("condition-mains", mains),
        ("condition-battery", battery),
        ("condition-cover", cover),
        ("condition-movement", moved),
        ("condition-temperature", temperature),
        ("condition-firmware", readings.firmware.as_ref().map(ToString::to_string)),
        ("condition-clock", clock),
        ("condition-journal", journal),
    ]
    .into_iter()
    .map(fact)
    .collect()
}
