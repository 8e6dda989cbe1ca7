//! The condition of an automat in API responses.

use domain::{ClockQuality, Concern, Cover, Firmware, Health, Percent};
use serde::Serialize;
use utoipa::ToSchema;

/// What an automat's device reports about itself. What it does not report is absent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AutomatHealth)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HealthView {
    /// When the latest report arrived.
    #[schema(format = DateTime)]
    as_of: String,
    /// The reasons to look after the automat, the most urgent first.
    #[schema(value_type = Vec<String>)]
    concerns: Vec<Concern>,
    /// Whether it has power from the mains.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    mains: Option<bool>,
    /// The charge of its battery, in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u8, maximum = 100, required = false)]
    battery: Option<u8>,
    /// The cover over its electronics.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    cover: Option<Cover>,
    /// Whether it is being moved, shaken or tilted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    moved: Option<bool>,
    /// Inside the cabinet, in °C.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i16, required = false, minimum = -100, maximum = 200)]
    temperature: Option<i16>,
    /// The version of the device's software.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    firmware: Option<Firmware>,
    /// How well the device knows the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    clock: Option<ClockQuality>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = JournalView, required = false)]
    journal: Option<JournalView>,
}

/// How full the device's journal of what it did without the cloud is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Journal)]
pub(crate) struct JournalView {
    /// The lines that the cloud may not have.
    lines: u32,
    /// How many lines there is room for.
    room: u32,
}

impl From<&Health> for HealthView {
    fn from(health: &Health) -> Self {
        let readings = &health.readings;
        Self {
            as_of: health.as_of.to_string(),
            concerns: health.concerns().collect(),
            mains: readings.mains,
            battery: readings.battery.map(Percent::get),
            cover: readings.cover,
            moved: readings.moved,
            temperature: readings.temperature,
            firmware: readings.firmware.clone(),
            clock: readings.clock,
            journal: readings.journal.map(|journal| JournalView { lines: journal.lines, room: journal.room }),
        }
    }
}
