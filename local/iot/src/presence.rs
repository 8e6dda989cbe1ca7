//! Lifecycle events: connected and disconnected clients.
//!
//! <https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html>: "If a client is not connected for
//! approximately one hour, the version number is reset to 0."

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The current and recent connections of all clients.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    clients: BTreeMap<String, Seen>,
}

/// How long after its last connection a client's version number is reset, in milliseconds.
const RESET_AFTER_MILLIS: i64 = 3_600_000;

#[derive(Debug)]
struct Seen {
    number: u64,
    /// Session id of the current connection.
    session: Option<String>,
    /// When the last connection ended, in milliseconds since 1970.
    ended: i64,
}

/// The topic and the payload of an event.
pub(crate) type Event = (String, Value);

impl Presence {
    /// Records a connection. If the client was already connected, that connection has ended, and its event comes first.
    pub(crate) fn connected(&mut self, client: &str, session: &str, now_millis: i64) -> Vec<Event> {
        let taken_over =
            self.clients.get_mut(client).and_then(|seen| seen.end(client, "DUPLICATE_CLIENTID", now_millis));
        let number = match self.clients.get(client) {
            Some(seen) if now_millis - seen.ended >= RESET_AFTER_MILLIS => 0,
            Some(seen) => seen.number + 1,
            // Numbers need not be consecutive. Starting from the clock's seconds they also increase after a restart of
            // this process, which AWS does not have.
            None => u64::try_from(now_millis / 1000).unwrap_or_default(),
        };
        let seen = Seen { number, session: Some(session.to_owned()), ended: now_millis };
        self.clients.insert(client.to_owned(), seen);
        let connected = event(client, "connected", session, number, now_millis);
        taken_over.into_iter().chain([connected]).collect()
    }

    /// Records the end of a connection. Returns `None` if it was already recorded.
    pub(crate) fn disconnected(&mut self, client: &str, session: &str, reason: &str, now_millis: i64) -> Option<Event> {
        let seen = self.clients.get_mut(client).filter(|seen| seen.session.as_deref() == Some(session))?;
        seen.end(client, reason, now_millis)
    }

    /// Records the end of all connections.
    pub(crate) fn ended(&mut self, now_millis: i64) -> Vec<Event> {
        let ended = self
            .clients
            .iter_mut()
            .filter_map(|(client, seen)| seen.end(client, "SERVER_INITIATED_DISCONNECT", now_millis));
        ended.collect()
    }
}

impl Seen {
    /// The disconnect event has the same number as the connect event.
    fn end(&mut self, client: &str, reason: &str, now_millis: i64) -> Option<Event> {
        let session = self.session.take()?;
        self.ended = now_millis;
        let (topic, mut payload) = event(client, "disconnected", &session, self.number, now_millis);
        payload["disconnectReason"] = json!(reason);
        payload["clientInitiatedDisconnect"] = json!(reason == "CLIENT_INITIATED_DISCONNECT");
        Some((topic, payload))
    }
}

fn event(client: &str, kind: &str, session: &str, number: u64, now_millis: i64) -> Event {
    let payload = json!({
        "clientId": client, "timestamp": now_millis, "eventType": kind, "sessionIdentifier": session,
        "principalIdentifier": client, "versionNumber": number,
    });
    (format!("$aws/events/presence/{kind}/{client}"), payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_521_600_000;

    fn summarize(events: impl IntoIterator<Item = Event>) -> Vec<(String, u64)> {
        let summary = |(_, payload): Event| {
            let session = payload["sessionIdentifier"].as_str().unwrap().to_owned();
            (
                format!("{} {session}", payload["eventType"].as_str().unwrap()),
                payload["versionNumber"].as_u64().unwrap(),
            )
        };
        events.into_iter().map(summary).collect()
    }

    #[test]
    fn disconnecting_has_the_same_number_as_connecting() {
        let mut presence = Presence::default();
        let connected = presence.connected("lobby", "a", NOW);
        assert_eq!(connected[0].0, "$aws/events/presence/connected/lobby");
        let (topic, payload) = presence.disconnected("lobby", "a", "CONNECTION_LOST", NOW + 1).unwrap();
        assert_eq!(topic, "$aws/events/presence/disconnected/lobby");
        assert_eq!(payload["versionNumber"], connected[0].1["versionNumber"]);
        assert_eq!((&payload["disconnectReason"], &payload["timestamp"]), (&json!("CONNECTION_LOST"), &json!(NOW + 1)));
    }

    #[test]
    fn a_connection_that_is_taken_over_ends_once_and_before_the_next() {
        let mut presence = Presence::default();
        presence.connected("lobby", "a", NOW);
        let seconds = 1_795_521_600;
        let expected = [("disconnected a".to_owned(), seconds), ("connected b".to_owned(), seconds + 1)];
        assert_eq!(summarize(presence.connected("lobby", "b", NOW)), expected);
        assert_eq!(summarize(presence.disconnected("lobby", "a", "CONNECTION_LOST", NOW)), []);
        let last = [("disconnected b".to_owned(), seconds + 1)];
        assert_eq!(summarize(presence.disconnected("lobby", "b", "CONNECTION_LOST", NOW)), last);
        assert_eq!(summarize(presence.ended(NOW)), []);
    }

    #[test]
    fn a_number_is_reset_once_its_client_has_been_away_for_an_hour() {
        let mut presence = Presence::default();
        presence.connected("lobby", "a", NOW);
        presence.disconnected("lobby", "a", "CONNECTION_LOST", NOW + RESET_AFTER_MILLIS).unwrap();
        let number = |events| summarize(events)[0].1;
        assert!(number(presence.connected("lobby", "b", NOW + 2 * RESET_AFTER_MILLIS - 1)) > 0);
        presence.disconnected("lobby", "b", "CONNECTION_LOST", NOW + 2 * RESET_AFTER_MILLIS).unwrap();
        assert_eq!(number(presence.connected("lobby", "c", NOW + 3 * RESET_AFTER_MILLIS)), 0);
    }

    #[test]
    fn numbers_increase_after_a_restart() {
        let mut before = Presence::default();
        before.connected("lobby", "a", NOW);
        let number = summarize(before.ended(NOW))[0].1;
        assert!(summarize(Presence::default().connected("lobby", "b", NOW + 1000))[0].1 > number);
    }
}
