//! Whether an automat is connected, in words.

use domain::{Connection, ConnectionState};
use messages::LocalTimes;
use texts::{FluentArgs, Texts};

/// What is said of a connection, and how it looks: never by colour alone.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) class: &'static str,
    pub(super) state: String,
    /// Since when, where that is known and worth saying.
    pub(super) since: Option<String>,
}

impl Said {
    pub(super) fn of(connection: Connection, t: &Texts, times: LocalTimes) -> Self {
        let (class, id) = match connection.state {
            ConnectionState::Connected => ("good", "connected"),
            ConnectionState::Disconnected => ("bad", "disconnected"),
            ConnectionState::Unknown => ("waiting", "never-connected"),
        };
        let since = connection.since.filter(|_| connection.state == ConnectionState::Disconnected);
        let since =
            since.map(|since| t.format("disconnected-since", &FluentArgs::from_iter([("time", times.moment(since))])));
        Self { class, state: t.say(id).into_owned(), since }
    }
}
