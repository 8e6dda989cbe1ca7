//! The short guide that is printed at the start: where things are, how to get a token, and a booking to paste.
//!
//! The token in it is a secret. It is printed to the terminal on purpose, where the person sits who may use it; it
//! never goes to the log.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use domain::{AutomatId, Instant, KeyId, TimeRange};
use serde_json::{Value, json};
use store::{KeyFilter, PageRequest, Store};

/// How long the booking in the guide lasts.
const BOOKING_MILLIS: i64 = 2 * HOUR;
const HOUR: i64 = 3_600_000;

/// A request to paste: to make it by hand, or by a test.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What it does, in a few words.
    pub what: String,
    /// The path, ready for a URL. The method is POST.
    pub path: String,
    /// The JSON body.
    pub body: Value,
}

/// What it says of MQTT.
#[derive(Debug, Clone)]
pub struct Mqtt {
    /// Where it is spoken without TLS.
    pub plain: SocketAddr,
    /// Where it is spoken over TLS.
    pub tls: SocketAddr,
    /// The folder of the automats' credentials, if they are kept.
    pub automats: Option<PathBuf>,
    /// The automat that is simulated.
    pub simulated: Option<AutomatId>,
}

/// The guide.
#[derive(Clone)]
pub struct Guide {
    url: String,
    token: String,
    mqtt: Mqtt,
    /// What it proposes to try.
    pub example: Example,
}

impl Guide {
    /// With a booking that is possible now: on the first key that has a free time, or without a key, of an automat to
    /// begin with.
    pub async fn new(url: &str, token: String, mqtt: Mqtt, store: &Store, now: Instant) -> Result<Self, store::Error> {
        let keys = store.keys(&KeyFilter::default(), &PageRequest { limit: 20, after: None }).await?.data;
        let start = now.plus_millis(HOUR - now.millis() % HOUR);
        let wish = TimeRange::new(start, Some(start.plus_millis(BOOKING_MILLIS)));
        let bookable = keys.iter().find_map(|key| Some((&key.id, key.calendar.next_free(wish?)?)));
        let example = bookable.map_or_else(first_automat, |(key, range)| booking(key, range));
        Ok(Self { url: url.to_owned(), token, mqtt, example })
    }

    /// The token that stands in it.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The command to paste, for any POSIX shell.
    #[must_use]
    pub fn command(&self) -> String {
        self.post(&self.example.path, &self.example.body)
    }

    /// The command that opens a locker of the simulated automat.
    #[must_use]
    pub fn opening(&self) -> Option<String> {
        let automat = self.mqtt.simulated.as_ref()?;
        Some(self.post(&format!("/v1/automats/{automat}/lockers/0/openings"), &json!({})))
    }

    fn post(&self, path: &str, body: &Value) -> String {
        let Self { url, token, .. } = self;
        format!(
            "curl -sS -i {url}{path} \\\n  -H 'Authorization: Bearer {token}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"
        )
    }
}

fn booking(key: &KeyId, range: TimeRange) -> Example {
    let path_segment = percent_encoding::utf8_percent_encode(key.as_str(), percent_encoding::NON_ALPHANUMERIC);
    Example {
        what: format!("book the key {}", key.as_str()),
        path: format!("/v1/keys/{path_segment}/contracts"),
        body: json!({
            "person": "Ada Lovelace",
            "start": range.start().to_string(),
            "end": range.end().map(|end| end.to_string()),
        }),
    }
}

fn first_automat() -> Example {
    Example {
        what: "add a first automat".to_owned(),
        path: "/v1/automats".to_owned(),
        body: json!({ "automatId": "lobby", "name": "Lobby", "lockerCount": 24, "timeZone": "Europe/Helsinki" }),
    }
}

impl fmt::Display for Guide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, mqtt, example, .. } = self;
        writeln!(f, "Key Automat Cloud, local, on {url}")?;
        writeln!(f, "  dashboard        {url}/")?;
        writeln!(f, "  API description  {url}/openapi.json")?;
        writeln!(f, "  health           {url}/health")?;
        writeln!(f, "  email and SMS    {url}/outbox")?;
        writeln!(f, "  MQTT             {}", mqtt.plain)?;
        writeln!(f, "  MQTT over TLS    {}", mqtt.tls)?;
        if let Some(automats) = &mqtt.automats {
            writeln!(f, "  credentials      {}/<automatId>", automats.display())?;
        }
        writeln!(f)?;
        writeln!(f, "A token, good for an hour, as admin, operator or viewer:")?;
        writeln!(f, "curl -sS {url}/oauth2/token -d grant_type=client_credentials -d client_id=admin")?;
        writeln!(f)?;
        writeln!(f, "To {}, with a token of operator's in it:", example.what)?;
        writeln!(f, "{}", self.command())?;
        writeln!(f)?;
        if let (Some(automat), Some(opening)) = (&mqtt.simulated, self.opening()) {
            writeln!(f, "A simulated automat, {automat}, is connected. To open its locker 0 remotely:")?;
            writeln!(f, "{opening}")?;
            writeln!(f)?;
        }
        writeln!(f, "Ctrl-C stops it.")
    }
}

impl fmt::Debug for Guide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guide").field("url", &self.url).field("example", &self.example).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guide(example: Example) -> Guide {
        let mqtt = Mqtt {
            plain: ([127, 0, 0, 1], 1883).into(),
            tls: ([127, 0, 0, 1], 8883).into(),
            automats: None,
            simulated: AutomatId::parse("lobby").ok(),
        };
        Guide { url: "http://127.0.0.1:3000".to_owned(), token: "a.b.c".to_owned(), mqtt, example }
    }

    #[test]
    fn its_command_is_ready_for_a_shell() {
        let start = Instant::parse("2026-03-01T10:00:00Z").unwrap();
        let range = TimeRange::new(start, Some(start.plus_millis(BOOKING_MILLIS))).unwrap();
        let command = guide(booking(&KeyId::parse("mökki").unwrap(), range)).command();
        assert_eq!(
            command,
            "curl -sS -i http://127.0.0.1:3000/v1/keys/m%C3%B6kki/contracts \\\n  \
               -H 'Authorization: Bearer a.b.c' \\\n  \
               -H 'Content-Type: application/json' \\\n  \
               -d '{\"end\":\"2026-03-01T12:00:00Z\",\"person\":\"Ada Lovelace\",\"start\":\"2026-03-01T10:00:00Z\"}'"
        );
    }

    #[test]
    fn shows_its_token_when_printed_and_never_when_debugged() {
        let guide = guide(first_automat());
        assert!(guide.to_string().contains("a.b.c"));
        assert!(!format!("{guide:?}").contains("a.b.c"));
    }
}
