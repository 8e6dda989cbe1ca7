//! The numbers of reports: above those of all earlier reports, also after a power cut.

use crate::journal::Record;

/// How many numbers are reserved in the journal at a time. Numbers follow the clock in milliseconds, so this is at most
/// one write a minute.
const RESERVED_AT_ONCE: u64 = 60_000;
/// How many are reserved while they are ahead of the clock. They are after a restart, because they continue above all
/// that were reserved before. Were it as many as otherwise, frequent restarts would drive them so far ahead that the
/// cloud refuses them.
const RESERVED_AHEAD: u64 = 100;

#[derive(Debug)]
pub(super) struct Numbers {
    last: u64,
    reserved_up_to: u64,
    is_reserving: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// Write this first: after a power cut, numbers continue above it.
    Reserve(Record),
    Use(u64),
}

impl Numbers {
    /// Numbers up to this one may have been used.
    pub(super) fn new(reserved_up_to: u64) -> Self {
        Self { last: reserved_up_to, reserved_up_to, is_reserving: false }
    }

    /// Numbers up to this one are reserved in the journal.
    pub(super) fn reserved(&mut self, up_to: u64) {
        self.is_reserving = false;
        self.reserved_up_to = self.reserved_up_to.max(up_to);
    }

    pub(super) fn is_reserving(&self) -> bool {
        self.is_reserving
    }

    /// The number of a report that is sent now. `millis` is since 1970. `None` while numbers are being reserved.
    pub(super) fn next_to_send(&mut self, millis: i64) -> Option<Number> {
        if self.is_reserving {
            return None;
        }
        let n = self.next(Some(millis));
        if n > self.reserved_up_to {
            self.is_reserving = true;
            let millis = u64::try_from(millis).unwrap_or(0);
            let up_to = millis.saturating_add(RESERVED_AT_ONCE).max(n.saturating_add(RESERVED_AHEAD));
            return Some(Number::Reserve(Record::Numbers { up_to }));
        }
        self.last = n;
        Some(Number::Use(n))
    }

    /// The number of a report that is written instead of sent. It needs no reservation: the line has it.
    pub(super) fn next_to_write(&mut self, millis: Option<i64>) -> u64 {
        self.last = self.next(millis);
        self.last
    }

    /// Above all earlier ones, and the time if that is known.
    fn next(&self, millis: Option<i64>) -> u64 {
        let millis = millis.and_then(|millis| u64::try_from(millis).ok()).unwrap_or(0);
        millis.max(self.last.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_sent_only_after_it_was_reserved() {
        let mut numbers = Numbers::new(0);
        let reserve = Number::Reserve(Record::Numbers { up_to: 61_000 });
        assert_eq!(numbers.next_to_send(1_000), Some(reserve));
        assert_eq!(numbers.next_to_send(1_001), None, "while it is being written");
        numbers.reserved(61_000);
        assert_eq!(numbers.next_to_send(1_002), Some(Number::Use(1_002)));
        assert_eq!(numbers.next_to_send(1_002), Some(Number::Use(1_003)));
        assert_eq!(numbers.next_to_write(None), 1_004);
    }

    #[test]
    fn numbers_ahead_of_the_clock_are_reserved_sparingly() {
        let mut numbers = Numbers::new(61_000);
        assert_eq!(numbers.next_to_send(1_000), Some(Number::Reserve(Record::Numbers { up_to: 61_101 })));
    }
}
