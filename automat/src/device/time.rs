//! Between which times something happens: known from the cloud, or after a power cut only that it is not before what was
//! written last.

use protocol::{ClockQuality, Times};

use crate::clock::{Millis, ServerClock, drift};
use crate::journal::Record;

/// How often the time is written.
const WRITTEN_EVERY: Millis = 60_000;
/// After this long, the counter may be off by 17 seconds, and the cloud refuses entries that are 15 off.
const GROWS_OLD: Millis = 24 * 3_600_000;

#[derive(Debug)]
pub(super) struct Time {
    clock: Option<ServerClock>,
    /// What was written before this start, in seconds since 1970.
    before: Option<i64>,
    /// When the device started, by its counter.
    started: Millis,
    write_at: Millis,
}

impl Time {
    pub(super) fn new(written: Option<i64>) -> Self {
        Self { clock: None, before: written, started: 0, write_at: 0 }
    }

    /// The device starts at `now`.
    pub(super) fn start(&mut self, now: Millis) {
        (self.started, self.write_at) = (now, now.saturating_add(WRITTEN_EVERY));
    }

    /// The cloud's time, unless nothing was received since the start.
    pub(super) fn clock(&self) -> Option<ServerClock> {
        self.clock
    }

    /// The cloud has given its time. The first time is written at once.
    pub(super) fn set(&mut self, clock: ServerClock, now: Millis) {
        if self.clock.replace(clock).is_none() {
            self.write_at = now;
        }
    }

    /// How well the time is known.
    pub(super) fn quality(&self, now: Millis) -> ClockQuality {
        match self.clock {
            Some(clock) if clock.age(now) < GROWS_OLD => ClockQuality::Cloud,
            Some(_) => ClockQuality::Counter,
            None => ClockQuality::None,
        }
    }

    /// Between which times it is now.
    pub(super) fn times(&self, now: Millis) -> Times {
        if let Some(clock) = self.clock {
            return clock.times(now);
        }
        let passed = now.saturating_sub(self.started);
        let passed = i64::try_from(passed.saturating_sub(drift(passed)) / 1000).unwrap_or(0);
        Times { from: self.before.map_or(0, |before| before.saturating_add(passed)), to: None }
    }

    /// What is to be written now.
    pub(super) fn due(&mut self, now: Millis) -> Option<Record> {
        if self.wake_at().is_none_or(|due| due > now) {
            return None;
        }
        self.write_at = now.saturating_add(WRITTEN_EVERY);
        Some(Record::Time { at: self.times(now).from })
    }

    /// `None` while nothing is known about the time.
    pub(super) fn wake_at(&self) -> Option<Millis> {
        (self.clock.is_some() || self.before.is_some()).then_some(self.write_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_written_once_a_minute_while_it_is_known() {
        let mut time = Time::new(None);
        time.start(500);
        assert_eq!((time.due(100_000), time.times(100_000)), (None, Times { from: 0, to: None }));
        time.set(ServerClock::answered(1_000, 100_000, 100_200), 100_200);
        assert_eq!(time.due(100_200), Some(Record::Time { at: 998 }));
        time.set(ServerClock::answered(1_010, 110_000, 110_200), 110_200);
        assert_eq!((time.due(160_199), time.wake_at()), (None, Some(160_200)));
        assert_eq!(time.due(160_200), Some(Record::Time { at: 1_058 }));
    }

    #[test]
    fn the_time_grows_old_after_a_day() {
        let mut time = Time::new(Some(1_000));
        time.start(0);
        assert_eq!(time.quality(5), ClockQuality::None);
        time.set(ServerClock::answered(1_000, 100, 300), 300);
        assert_eq!(time.quality(100 + GROWS_OLD - 1), ClockQuality::Cloud);
        assert_eq!(time.quality(100 + GROWS_OLD), ClockQuality::Counter);
    }

    #[test]
    fn after_a_power_cut_it_is_not_before_what_was_written_and_what_passed_since() {
        let mut time = Time::new(Some(1_000));
        time.start(7_000);
        assert_eq!(time.times(7_000), Times { from: 1_000, to: None });
        assert_eq!(time.times(10_007_000), Times { from: 10_998, to: None });
        assert_eq!(time.due(67_000), Some(Record::Time { at: 1_059 }));
    }
}
