//! The connection of an automat as text.

use domain::{Connection, ConnectionState};
use messages::LocalTimes;
use texts::Texts;

/// The text and the look of a connection. Colour is never the only difference.
#[derive(Debug, Clone)]
pub(crate) struct ConnectionLabel {
    pub(crate) class: &'static str,
    pub(crate) state: String,
    /// Since when it has been disconnected, if that is known.
    pub(crate) since: Option<String>,
}

impl ConnectionLabel {
    pub(crate) fn of(connection: Connection, t: &Texts, times: LocalTimes) -> Self {
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
