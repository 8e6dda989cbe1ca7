//! Whether an automat is connected, by what AWS IoT Core says of its comings and goings.
//!
//! Lifecycle events come late, twice and out of order, so each is compared with the last one that was believed:
//! <https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html>.

use crate::Instant;

/// Whether an automat is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ConnectionState {
    /// Nobody has heard of it yet.
    #[default]
    Unknown,
    /// It is.
    Connected,
    /// It is not.
    Disconnected,
}

/// An automat's connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Connection {
    /// Whether there is one.
    pub state: ConnectionState,
    /// Since when it is so; `None` while it is unknown.
    pub since: Option<Instant>,
}

/// One lifecycle event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presence {
    /// Connected, or disconnected.
    pub connected: bool,
    /// When, by AWS's clock.
    pub at: Instant,
    /// AWS's `versionNumber`: rises with each connection of the client; a disconnection carries its connection's.
    pub number: u64,
}

impl Presence {
    /// The number begins anew when a client was away for about a week, so across a gap of so many milliseconds it says
    /// nothing; no event is late by that much.
    const NUMBERS_COMPARE_MILLIS: i64 = 5 * 24 * 3_600_000;

    /// Whether it is news to somebody who has last believed the other one. Within some days the number decides and the
    /// time does not, since a connection may be timed before the end of the one that it replaces; of one connection the
    /// end comes after the beginning.
    #[must_use]
    pub fn supersedes(self, last: Self) -> bool {
        let later_by = self.at.millis() - last.at.millis();
        if later_by.abs() >= Self::NUMBERS_COMPARE_MILLIS {
            return later_by > 0;
        }
        (self.number, !self.connected) > (last.number, !last.connected)
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

    const DAY: i64 = 24 * 3_600_000;

    fn presence(connected: bool, number: u64, millis: i64) -> Presence {
        Presence { connected, at: Instant::from_millis(millis).unwrap(), number }
    }

    #[test]
    fn a_new_connection_is_news_even_when_it_is_timed_before_the_end_of_the_last() {
        assert!(presence(true, 2, 990).supersedes(presence(false, 1, 1_000)));
        assert!(!presence(false, 1, 1_000).supersedes(presence(true, 2, 990)));
    }

    #[test]
    fn a_disconnection_is_news_to_its_own_connection_and_not_the_other_way_round() {
        assert!(presence(false, 1, 1_000).supersedes(presence(true, 1, 1_000)));
        assert!(!presence(true, 1, 1_000).supersedes(presence(false, 1, 1_000)));
        assert!(presence(false, 1, 30 * DAY).supersedes(presence(true, 1, 0)), "after a month of being connected");
    }

    #[test]
    fn the_same_event_again_is_no_news() {
        for connected in [true, false] {
            assert!(!presence(connected, 1, 1_000).supersedes(presence(connected, 1, 1_000)));
        }
    }

    #[test]
    fn numbers_that_began_anew_after_a_long_silence_are_believed() {
        let last = presence(false, 90, 0);
        assert!(presence(true, 0, 7 * DAY).supersedes(last));
        assert!(!last.supersedes(presence(true, 0, 7 * DAY)));
        assert!(!presence(true, 0, DAY).supersedes(last));
        assert!(presence(true, 0, 7 * DAY).supersedes(presence(false, 0, 0)));
    }

    /// What happened: connections one after the other, each followed by its end. What a client's network does with it.
    fn shuffled() -> impl Strategy<Value = (Vec<Presence>, Vec<Presence>)> {
        prop::collection::vec((1..3_600_000_i64, 1..3_600_000_i64, any::<bool>()), 1..8).prop_flat_map(|lives| {
            let mut events = Vec::new();
            let mut clock = 0;
            let count = lives.len();
            for (place, (life, pause, open)) in lives.into_iter().enumerate() {
                let number = place as u64;
                events.push(presence(true, number, clock));
                if place + 1 < count || !open {
                    events.push(presence(false, number, clock + life));
                }
                clock += life + pause;
            }
            let twice: Vec<_> = events.iter().chain(&events).copied().collect();
            (Just(events), Just(twice).prop_shuffle())
        })
    }

    proptest! {
        #[test]
        fn whatever_the_order_the_last_thing_that_happened_is_believed((events, heard) in shuffled()) {
            let believe = |last: Option<Presence>, next: &Presence| match last {
                Some(last) if !next.supersedes(last) => Some(last),
                _ => Some(*next),
            };
            let believed = heard.iter().fold(None, believe);
            prop_assert_eq!(believed.as_ref(), events.last());
        }
    }
}
