//! Lifecycle events: who is connected.
//!
//! <https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html>: "If a client is not connected for
//! approximately one hour, the version number is reset to 0."

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The connections that there are and were.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    clients: BTreeMap<String, Seen>,
}

/// After how long without a connection a client's number is reset, in milliseconds.
const RESET_AFTER_MILLIS: i64 = 3_600_000;

#[derive(Debug)]
struct Seen {
    number: u64,
    /// The connection, while it lasts.
    session: Option<String>,
    /// When the last connection ended.
    ended: i64,
}

/// An event: its topic and its payload.
pub(crate) type Event = (String, Value);

impl Presence {
    /// A client has connected. If it was connected already, that connection has ended, and is said to have before the
    /// new one is.
    pub(crate) fn connected(&mut self, client: &str, session: &str, now_millis: i64) -> Vec<Event> {
        let taken_over =
            self.clients.get_mut(client).and_then(|seen| seen.end(client, "DUPLICATE_CLIENTID", now_millis));
        let number = match self.clients.get(client) {
            Some(seen) if now_millis - seen.ended >= RESET_AFTER_MILLIS => 0,
            Some(seen) => seen.number + 1,
            // Numbers may skip some. With the clock's seconds they rise also when this process was started anew, which AWS
            // never is.
            None => u64::try_from(now_millis / 1000).unwrap_or_default(),
        };
        let seen = Seen { number, session: Some(session.to_owned()), ended: now_millis };
        self.clients.insert(client.to_owned(), seen);
        let connected = event(client, "connected", session, number, now_millis);
        taken_over.into_iter().chain([connected]).collect()
    }

    /// A connection has ended. Nothing, if that was known.
    pub(crate) fn disconnected(&mut self, client: &str, session: &str, reason: &str, now_millis: i64) -> Option<Event> {
        let seen = self.clients.get_mut(client).filter(|seen| seen.session.as_deref() == Some(session))?;
        seen.end(client, reason, now_millis)
    }

    /// All connections have ended.
    pub(crate) fn ended(&mut self, now_millis: i64) -> Vec<Event> {
        let ended = self
            .clients
            .iter_mut()
            .filter_map(|(client, seen)| seen.end(client, "SERVER_INITIATED_DISCONNECT", now_millis));
        ended.collect()
    }
}

impl Seen {
    /// The end has the number of its beginning.
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

    fn told(events: impl IntoIterator<Item = Event>) -> Vec<(String, u64)> {
        let told = |(_, payload): Event| {
            let session = payload["sessionIdentifier"].as_str().unwrap().to_owned();
            (
                format!("{} {session}", payload["eventType"].as_str().unwrap()),
                payload["versionNumber"].as_u64().unwrap(),
            )
        };
        events.into_iter().map(told).collect()
    }

    #[test]
    fn a_connections_end_has_the_number_of_its_beginning() {
        let mut presence = Presence::default();
        let connected = presence.connected("lobby", "a", NOW);
        assert_eq!(connected[0].0, "$aws/events/presence/connected/lobby");
        let (topic, payload) = presence.disconnected("lobby", "a", "CONNECTION_LOST", NOW + 1).unwrap();
        assert_eq!(topic, "$aws/events/presence/disconnected/lobby");
        assert_eq!(payload["versionNumber"], connected[0].1["versionNumber"]);
        assert_eq!((&payload["disconnectReason"], &payload["timestamp"]), (&json!("CONNECTION_LOST"), &json!(NOW + 1)));
    }

    #[test]
    fn a_connection_that_is_taken_over_ends_before_the_next_begins_and_ends_once() {
        let mut presence = Presence::default();
        presence.connected("lobby", "a", NOW);
        let seconds = 1_795_521_600;
        let expected = [("disconnected a".to_owned(), seconds), ("connected b".to_owned(), seconds + 1)];
        assert_eq!(told(presence.connected("lobby", "b", NOW)), expected);
        assert_eq!(told(presence.disconnected("lobby", "a", "CONNECTION_LOST", NOW)), []);
        let last = [("disconnected b".to_owned(), seconds + 1)];
        assert_eq!(told(presence.disconnected("lobby", "b", "CONNECTION_LOST", NOW)), last);
        assert_eq!(told(presence.ended(NOW)), []);
    }

    #[test]
    fn a_number_is_reset_once_its_client_has_been_away_for_an_hour() {
        let mut presence = Presence::default();
        presence.connected("lobby", "a", NOW);
        presence.disconnected("lobby", "a", "CONNECTION_LOST", NOW + RESET_AFTER_MILLIS).unwrap();
        let number = |events| told(events)[0].1;
        assert!(number(presence.connected("lobby", "b", NOW + 2 * RESET_AFTER_MILLIS - 1)) > 0);
        presence.disconnected("lobby", "b", "CONNECTION_LOST", NOW + 2 * RESET_AFTER_MILLIS).unwrap();
        assert_eq!(number(presence.connected("lobby", "c", NOW + 3 * RESET_AFTER_MILLIS)), 0);
    }

    #[test]
    fn numbers_rise_when_the_process_is_started_anew() {
        let mut before = Presence::default();
        before.connected("lobby", "a", NOW);
        let number = told(before.ended(NOW))[0].1;
        assert!(told(Presence::default().connected("lobby", "b", NOW + 1000))[0].1 > number);
    }
}
