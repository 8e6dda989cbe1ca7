//! The connection of an automat as text.

use domain::{Connection, ConnectionState};
use messages::LocalTimes;
use texts::Texts;

/// The text and the look of a connection. Colour is never the only difference.
#[derive(Debug, Clone)]
pub(super) struct ConnectionLabel {
    pub(super) class: &'static str,
    pub(super) state: String,
    /// Since when it has been disconnected, if that is known.
    pub(super) since: Option<String>,
}

impl ConnectionLabel {
    pub(super) fn of(connection: Connection, t: &Texts, times: LocalTimes) -> Self {
        let (class, id) = match connection.state {
            ConnectionState::Connected => ("good", "connected"),
            ConnectionState::Disconnected => ("bad", "disconnected"),
            ConnectionState::Unknown => ("waiting", "never-connected"),
        };
        let since = connection.since.filter(|_| connection.state == ConnectionState::Disconnected);
        let since = since.map(|since| t.with("disconnected-since", [("time", times.moment(since))]));
        Self { class, state: t.text(id).into_owned(), since }
    }
}
