//! The device's report about itself: power, cover, movement, temperature, firmware, clock and journal.
//!
//! Mains power counts once it has lasted, as keys and doors do. An open cover and a movement count at once, however
//! short, because somebody may be at the cabinet; their end counts once it has lasted.

use protocol::health::{BATTERY_LOW, JOURNAL_NEARLY_FULL, TEMPERATURES};
use protocol::{ClockQuality, Cover, HealthMessage, JournalRoom, Readings};

use super::numbers::Number;
use super::sensor::Sensor;
use super::{Device, Effect};
use crate::clock::Millis;
use crate::journal::Lines;

/// The version of this software.
const FIRMWARE: &str = env!("CARGO_PKG_VERSION");
/// A report is sent at least this often.
const DAILY: Millis = 24 * 3_600_000;
/// Reports are at least this far apart, however often something changes.
const PACE: Millis = 5_000;
/// A closed cover, and a cabinet at rest, count after this long.
const RESTS_AFTER: Millis = 10_000;
/// The battery is reported again when its charge has changed by this many points, and the temperature by this many °C.
const STEP: u16 = 5;
/// The journal is reported again when it has changed by this share of its room, in percent.
const JOURNAL_STEP: u32 = 10;

#[derive(Debug, Default)]
pub(super) struct Health {
    /// `None` before the first reading.
    cabinet: Option<Cabinet>,
    /// What was reported last on this connection, and when.
    sent: Option<(Content, Millis)>,
    /// Whether there is something to report as soon as the pace allows it.
    is_waiting: bool,
}

#[derive(Debug)]
struct Cabinet {
    mains: Sensor<Option<bool>>,
    cover_open: Alarm,
    moved: Alarm,
    battery: Option<u8>,
    temperature: Option<i16>,
}

/// What a report says, apart from its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Content {
    readings: Readings,
    clock: ClockQuality,
    journal: JournalRoom,
}

/// Something that counts at once when it begins, and when it ends only once that has lasted.
#[derive(Debug)]
struct Alarm {
    is_on: Option<bool>,
    rests_at: Option<Millis>,
}

impl Alarm {
    fn new(is_on: Option<bool>) -> Self {
        Self { is_on, rests_at: None }
    }

    fn read(&mut self, is_on: Option<bool>, now: Millis) {
        if is_on == Some(false) && self.is_on == Some(true) {
            self.rests_at.get_or_insert(now.saturating_add(RESTS_AFTER));
        } else {
            *self = Self::new(is_on);
        }
    }

    fn settle(&mut self, now: Millis) {
        if self.rests_at.is_some_and(|rests_at| rests_at <= now) {
            *self = Self::new(Some(false));
        }
    }
}

impl Cabinet {
    /// The first reading counts as it is.
    fn new(readings: Readings) -> Self {
        Self {
            mains: Sensor::new(readings.mains),
            cover_open: Alarm::new(is_open(readings.cover)),
            moved: Alarm::new(readings.moved),
            battery: readings.battery,
            temperature: readings.temperature,
        }
    }

    fn read(&mut self, readings: Readings, now: Millis) {
        self.mains.read(readings.mains, None, now);
        self.cover_open.read(is_open(readings.cover), now);
        self.moved.read(readings.moved, now);
        (self.battery, self.temperature) = (readings.battery, readings.temperature);
    }

    fn settle(&mut self, now: Millis) {
        self.mains.settle(now);
        self.cover_open.settle(now);
        self.moved.settle(now);
    }

    fn settles_at(&self) -> Option<Millis> {
        [self.mains.settles_at(), self.cover_open.rests_at, self.moved.rests_at].into_iter().flatten().min()
    }

    fn settled(&self) -> Readings {
        let cover = |is_open| if is_open { Cover::Open } else { Cover::Closed };
        Readings {
            mains: self.mains.settled(),
            battery: self.battery,
            cover: self.cover_open.is_on.map(cover),
            moved: self.moved.is_on,
            temperature: self.temperature,
        }
    }
}

fn is_open(cover: Option<Cover>) -> Option<bool> {
    cover.map(|cover| cover == Cover::Open)
}

impl Content {
    /// Whether the change since another report is worth one.
    fn differs_from(&self, other: &Self) -> bool {
        let (now, then) = (&self.readings, &other.readings);
        let is_low = |charge: u8| charge < BATTERY_LOW;
        (now.mains, now.cover, now.moved, self.clock) != (then.mains, then.cover, then.moved, other.clock)
            || differ(now.battery, then.battery, |a, b| u16::from(a.abs_diff(b)) >= STEP || is_low(a) != is_low(b))
            || differ(now.temperature, then.temperature, |a, b| {
                a.abs_diff(b) >= STEP || TEMPERATURES.contains(&a) != TEMPERATURES.contains(&b)
            })
            || self.is_other_journal(other)
    }

    fn is_other_journal(&self, other: &Self) -> bool {
        let JournalRoom { lines, room } = self.journal;
        let percent = |lines: u32| lines.saturating_mul(100).div_ceil(room.max(1));
        let is_full = |lines| percent(lines) > u32::from(JOURNAL_NEARLY_FULL);
        let was = other.journal.lines;
        let is_emptied = lines == 0 && was > 0;
        is_emptied || is_full(lines) != is_full(was) || percent(lines.abs_diff(was)) > JOURNAL_STEP
    }
}

/// Whether a value has come, gone, or changed enough.
fn differ<T: Copy>(now: Option<T>, then: Option<T>, is_enough: impl Fn(T, T) -> bool) -> bool {
    match (now, then) {
        (Some(now), Some(then)) => is_enough(now, then),
        (now, then) => now.is_some() != then.is_some(),
    }
}

impl Health {
    pub(super) fn read(&mut self, readings: Readings, now: Millis) {
        match &mut self.cabinet {
            Some(cabinet) => cabinet.read(readings, now),
            None => self.cabinet = Some(Cabinet::new(readings)),
        }
    }

    pub(super) fn settle(&mut self, now: Millis) {
        if let Some(cabinet) = &mut self.cabinet {
            cabinet.settle(now);
        }
    }

    pub(super) fn settles_at(&self) -> Option<Millis> {
        self.cabinet.as_ref()?.settles_at()
    }

    /// The connection is lost: the cloud may not have the last report.
    pub(super) fn lose_all(&mut self) {
        (self.sent, self.is_waiting) = (None, false);
    }

    /// What to report now, if anything.
    fn due(&mut self, clock: ClockQuality, lines: &Lines, now: Millis) -> Option<Content> {
        let readings = self.cabinet.as_ref()?.settled();
        let content = Content { readings, clock, journal: room(lines) };
        let Some((sent, at)) = &self.sent else { return Some(content) };
        let passed = now.saturating_sub(*at);
        self.is_waiting = content.differs_from(sent);
        (passed >= DAILY || (self.is_waiting && passed >= PACE)).then_some(content)
    }

    fn sent(&mut self, content: Content, now: Millis) {
        (self.sent, self.is_waiting) = (Some((content, now)), false);
    }

    /// When there is something to report at the latest.
    pub(super) fn wake_at(&self) -> Option<Millis> {
        let (_, at) = self.sent.as_ref()?;
        Some(at.saturating_add(if self.is_waiting { PACE } else { DAILY }))
    }
}

fn room(lines: &Lines) -> JournalRoom {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    JournalRoom { lines: number(lines.waiting().len()), room: number(Lines::ROOM) }
}

impl Device {
    /// Reports the device itself, once the time is known. It does not wait for the journal.
    pub(super) fn report_health(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        let Some(clock) = self.time.clock().filter(|_| self.lockers.can_be_reported()) else { return };
        let Some(content) = self.health.due(self.time.quality(now), self.journal.lines(), now) else { return };
        match self.numbers.next_to_send(clock.millis(now)) {
            Some(Number::Reserve(record)) => self.persist(record, effects),
            Some(Number::Use(n)) => {
                let Content { readings, clock, journal } = content;
                let firmware = Some(FIRMWARE.to_owned());
                let message = HealthMessage { n, readings, firmware, clock: Some(clock), journal: Some(journal) };
                effects.push(Effect::publish(self.identity.topics.health(), &message));
                self.health.sent(content, now);
            }
            None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        let readings = Readings { battery: Some(22), temperature: Some(40), ..Readings::default() };
        Content { readings, clock: ClockQuality::Cloud, journal: JournalRoom { lines: 50, room: 100 } }
    }

    #[test]
    fn small_changes_are_not_worth_a_report_and_limits_are() {
        let charge = |battery| Content { readings: Readings { battery, ..content().readings }, ..content() };
        let heat = |temperature| Content { readings: Readings { temperature, ..content().readings }, ..content() };
        let lines = |lines| Content { journal: JournalRoom { lines, room: 100 }, ..content() };
        for (changed, expected) in [
            (charge(Some(24)), false),
            (charge(Some(20)), false),
            (charge(Some(19)), true),
            (charge(Some(27)), true),
            (charge(None), true),
            (heat(Some(44)), false),
            (heat(Some(35)), true),
            (lines(60), false),
            (lines(61), true),
            (lines(39), true),
            (lines(0), true),
            (Content { clock: ClockQuality::Counter, ..content() }, true),
        ] {
            assert_eq!(changed.differs_from(&content()), expected, "{changed:?}");
        }
        assert!(heat(Some(51)).differs_from(&heat(Some(50))));
        assert!(lines(81).differs_from(&lines(80)) && !lines(1).differs_from(&lines(0)));
    }
}
