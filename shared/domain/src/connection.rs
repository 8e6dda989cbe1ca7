//! Whether an automat is connected, according to the lifecycle events of AWS IoT Core.
//!
//! The events can be late, duplicated and out of order, so each is compared with the last one that was accepted. AWS
//! documents them as follows (<https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html>):
//!
//! - `timestamp`: "The accuracy of the timestamp is +/- 2 minutes."
//! - `versionNumber`: "a monotonically increasing long integer value for each client ID connection"; "The connect and
//!   disconnect messages for a client connection have the same version number"; "If a client is not connected for
//!   approximately one hour, the version number is reset to 0."

use crate::Instant;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum ConnectionState {
    /// No event has arrived yet.
    #[default]
    Unknown,
    Connected,
    Disconnected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Connection {
    pub state: ConnectionState,
    /// Since when; `None` while the state is unknown.
    pub since: Option<Instant>,
}

/// A lifecycle event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    pub connected: bool,
    /// According to AWS's clock.
    pub at: Instant,
    /// AWS's `versionNumber`. It rises with each connection of the client; a disconnection has the number of its
    /// connection.
    pub number: u64,
}

impl Presence {
    /// Two timestamps further apart than this, in milliseconds, are in their true order, since each is off by at most 2
    /// minutes.
    const TIMES_COMPARE_MILLIS: i64 = 4 * 60_000;

    /// How far the time of a message may be from the cloud's clock, in milliseconds, for the message to prove that the
    /// device is connected now.
    const FRESH_MILLIS: i64 = 60_000;

    /// How long a device that has connected may take to report what it did without a connection, in milliseconds.
    pub const CATCHING_UP_MILLIS: i64 = 60_000;
    /// While a device has no connection, it is looked for this often, in milliseconds.
    pub const LOOKED_FOR_MILLIS: i64 = 5 * 60_000;

    /// When to look again at what the cloud knows of the automat's keys; `None` if it knows everything now. While the device has
    /// no connection, somebody may return a key there. After it has connected, it first reports what happened, and then all lockers.
    #[must_use]
    pub fn unsure_until(last: Option<Self>, lockers_reported: Option<Instant>, now: Instant) -> Option<Instant> {
        let last = last?;
        if !last.connected {
            return Some(now.plus_millis(Self::LOOKED_FOR_MILLIS));
        }
        let caught_up = last.at.plus_millis(Self::CATCHING_UP_MILLIS);
        let has_reported = lockers_reported.is_some_and(|reported| reported >= last.at);
        (!has_reported && now < caught_up).then_some(caught_up)
    }

    /// Whether this happened after `last`.
    ///
    /// If the times are too close to tell, both events happened within 8 minutes. AWS resets no number in so short a
    /// time, so the numbers decide. A disconnection comes after the connection of the same number.
    #[must_use]
    pub fn supersedes(self, last: Self) -> bool {
        let later_by = self.at.millis() - last.at.millis();
        if later_by.abs() > Self::TIMES_COMPARE_MILLIS {
            return later_by > 0;
        }
        (self.number, !self.connected) > (last.number, !last.connected)
    }

    /// The presence that a message of the device proves: if it was sent just now, the device is connected. `None` if
    /// that was known already. This matters because a lifecycle event can be lost, and every device sends a message
    /// after connecting.
    #[must_use]
    pub fn shown_by_message(sent: Instant, last: Option<Self>, now: Instant) -> Option<Self> {
        let is_fresh = (now.millis() - sent.millis()).abs() <= Self::FRESH_MILLIS;
        let is_known = last.is_some_and(|last| last.connected);
        let number = last.map_or(0, |last| last.number);
        (is_fresh && !is_known).then_some(Self { connected: true, at: sent, number })
    }
}

impl From<Presence> for Connection {
    fn from(presence: Presence) -> Self {
        let state = if presence.connected { ConnectionState::Connected } else { ConnectionState::Disconnected };
        Self { state, since: Some(presence.at) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;

    /// Milliseconds after an arbitrary start.
    fn at(millis: i64) -> Instant {
        Instant::from_millis(1_795_521_600_000 + millis).unwrap()
    }

    fn presence(connected: bool, number: u64, millis: i64) -> Presence {
        Presence { connected, at: at(millis), number }
    }

    #[test]
    fn what_an_automat_did_without_a_connection_is_known_after_its_report_or_a_minute() {
        let unsure = |last, reported: Option<i64>, now| Presence::unsure_until(last, reported.map(at), at(now));
        assert_eq!(unsure(None, None, 0), None, "no event has arrived yet");
        let away = Some(presence(false, 1, 0));
        assert_eq!(unsure(away, Some(-1), HOUR), Some(at(HOUR + 5 * MINUTE)));
        let back = Some(presence(true, 2, 0));
        assert_eq!(unsure(back, Some(-1), 1_000), Some(at(MINUTE)), "the report is from before");
        assert_eq!(unsure(back, Some(500), 1_000), None);
        assert_eq!(unsure(back, None, MINUTE), None);
    }

    #[test]
    fn a_new_connection_supersedes_even_with_an_earlier_timestamp() {
        assert!(presence(true, 2, 990).supersedes(presence(false, 1, 1_000)));
        assert!(!presence(false, 1, 1_000).supersedes(presence(true, 2, 990)));
    }

    #[test]
    fn a_disconnection_supersedes_its_own_connection_and_not_the_reverse() {
        assert!(presence(false, 1, 1_000).supersedes(presence(true, 1, 1_000)));
        assert!(!presence(true, 1, 1_000).supersedes(presence(false, 1, 1_000)));
        assert!(presence(false, 1, 30 * DAY).supersedes(presence(true, 1, 0)), "after a month of being connected");
    }

    #[test]
    fn a_repeated_event_supersedes_nothing() {
        for connected in [true, false] {
            assert!(!presence(connected, 1, 1_000).supersedes(presence(connected, 1, 1_000)));
        }
    }

    #[test]
    fn a_connection_after_an_outage_counts_even_though_its_number_is_0_again() {
        let last = presence(false, 90, 0);
        for away in [HOUR - 4 * MINUTE, HOUR, 5 * HOUR, DAY, 30 * DAY] {
            let back = presence(true, 0, away);
            assert!(back.supersedes(last), "after {away} ms");
            assert!(!last.supersedes(back), "after {away} ms");
        }
        assert!(presence(true, 0, HOUR).supersedes(presence(false, 0, 0)));
    }

    #[test]
    fn a_fresh_message_proves_that_its_device_is_connected() {
        let shown = |last| Presence::shown_by_message(at(HOUR), last, at(HOUR + MINUTE));
        assert_eq!(shown(None), Some(presence(true, 0, HOUR)));
        let gone = presence(false, 7, 0);
        let back = shown(Some(gone)).unwrap();
        assert!(back.supersedes(gone) && back.number == 7);
        assert_eq!(shown(Some(presence(true, 7, 0))), None, "already known");
        for now in [HOUR - MINUTE - 1, HOUR + MINUTE + 1] {
            assert_eq!(Presence::shown_by_message(at(HOUR), None, at(now)), None, "an old message or a wrong clock");
        }
        let sent_before_it_went = Presence::shown_by_message(at(-MINUTE), Some(gone), at(0)).unwrap();
        assert!(!sent_before_it_went.supersedes(gone));
    }

    /// When AWS resets the number of a client that is not connected, in milliseconds.
    fn reset_after() -> impl Strategy<Value = i64> {
        HOUR - 5 * MINUTE..HOUR + 5 * MINUTE
    }

    fn inaccuracy() -> impl Strategy<Value = i64> {
        -2 * MINUTE..=2 * MINUTE
    }

    /// Connections one after the other, each followed by its end, with numbers and times as AWS gives them; and the
    /// same events as a network may deliver them.
    fn shuffled() -> impl Strategy<Value = (Vec<Presence>, Vec<Presence>)> {
        let pause = prop_oneof![1..10 * MINUTE, 1..3 * HOUR, 1..9 * DAY];
        let life = prop_oneof![1..10 * MINUTE, 1..9 * DAY];
        let lives = prop::collection::vec((life, pause, reset_after(), inaccuracy(), inaccuracy()), 1..8);
        (lives, any::<bool>()).prop_flat_map(|(lives, is_open)| {
            let mut events = Vec::new();
            let (mut clock, mut number) = (0, 0);
            for (life, pause, reset_after, early, late) in lives {
                events.push(presence(true, number, clock + early));
                events.push(presence(false, number, clock + life + late));
                clock += life + pause;
                number = if pause < reset_after { number + 1 } else { 0 };
            }
            if is_open {
                events.pop();
            }
            let twice: Vec<_> = events.iter().chain(&events).copied().collect();
            (Just(events), Just(twice).prop_shuffle())
        })
    }

    proptest! {
        #[test]
        fn the_latest_event_wins_in_any_order_of_delivery((events, delivered) in shuffled()) {
            let believe = |last: Option<Presence>, next: &Presence| match last {
                Some(last) if !next.supersedes(last) => Some(last),
                _ => Some(*next),
            };
            let believed = delivered.iter().fold(None, believe);
            prop_assert_eq!(believed.as_ref(), events.last());
        }
    }
}
