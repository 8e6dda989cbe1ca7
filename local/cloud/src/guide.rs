//! The short guide that is printed at the start: where things are, how to get a token, and a booking to paste.
//!
//! The token in it is a secret. It is printed to the terminal on purpose, where the person sits who may use it; it
//! never goes to the log.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use api::Role;
use domain::{AutomatId, Instant, KeyId, TimeRange};
use serde_json::{Value, json};
use store::{KeyFilter, PageRequest, Store};

use crate::network::AUTHORITY_PATH;
use crate::people::PEOPLE;
use crate::sign_in::Secrets;

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

/// What it says to the owner of a local cloud that other machines reach.
#[derive(Clone)]
pub struct OnNetwork {
    /// Where the authority's certificate is.
    pub certificate: PathBuf,
    /// Its SHA-256.
    pub fingerprint: String,
    /// Where the secrets are kept, if they are.
    pub file: Option<PathBuf>,
    /// What clients and people sign in with.
    pub secrets: Arc<Secrets>,
}

/// The guide.
#[derive(Clone)]
pub struct Guide {
    url: String,
    token: String,
    role: Role,
    mqtt: Mqtt,
    network: Option<OnNetwork>,
    /// What it proposes to try.
    pub example: Example,
}

impl Guide {
    /// With a booking that is possible now: on the first key that has a free time, or without a key, of an automat to
    /// begin with.
    pub async fn new(
        url: &str,
        (role, token): (Role, String),
        mqtt: Mqtt,
        store: &Store,
        now: Instant,
    ) -> Result<Self, store::Error> {
        let keys = store.keys(&KeyFilter::default(), &PageRequest { limit: 20, after: None }).await?.data;
        let start = now.plus_millis(HOUR - now.millis() % HOUR);
        let wish = TimeRange::new(start, Some(start.plus_millis(BOOKING_MILLIS)));
        let bookable = keys.iter().find_map(|key| Some((&key.id, key.calendar.next_free(wish?)?)));
        let example = bookable.map_or_else(first_automat, |(key, range)| booking(key, range));
        Ok(Self { url: url.to_owned(), token, role, mqtt, network: None, example })
    }

    /// For other machines too.
    #[must_use]
    pub fn on_network(self, network: Option<OnNetwork>) -> Self {
        Self { network, ..self }
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
        let trust = self.trust();
        format!(
            "curl -sS -i{trust} {url}{path} \\\n  -H 'Authorization: Bearer {token}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"
        )
    }
}

impl Guide {
    /// How curl is told to trust us.
    fn trust(&self) -> String {
        let certificate = self.network.as_ref().map(|network| network.certificate.display().to_string());
        certificate.map(|path| format!(" --cacert '{}'", path.replace('\'', r"'\''"))).unwrap_or_default()
    }

    fn write_network(&self, f: &mut fmt::Formatter<'_>, network: &OnNetwork) -> fmt::Result {
        let OnNetwork { certificate, fingerprint, file, secrets } = network;
        writeln!(f)?;
        writeln!(f, "Other machines can reach it. To sign in on the pages, a password each:")?;
        for person in &PEOPLE {
            writeln!(f, "  {:<16} {}", person.word, secrets.person(person.word).unwrap_or_default())?;
        }
        writeln!(f, "Client secrets (admin's also opens {}/outbox from other machines, as user admin):", self.url)?;
        for role in Role::ALL {
            writeln!(f, "  {:<16} {}", role.name(), secrets.client(role).unwrap_or_default())?;
        }
        if let Some(file) = file {
            writeln!(f, "They are kept in {}; delete it for new ones.", file.display())?;
        }
        writeln!(f)?;
        writeln!(f, "A phone trusts it once this cloud's own certificate authority is installed on it:")?;
        writeln!(f, "  open             {}{AUTHORITY_PATH}", self.url.replacen("https", "http", 1))?;
        writeln!(f, "  file             {}", certificate.display())?;
        writeln!(f, "  SHA-256          {fingerprint}")?;
        writeln!(f, "  Android          Settings, Security, Install a certificate, CA certificate")?;
        writeln!(
            f,
            "  iPhone           Settings, Profile Downloaded, Install; then General, About, Certificate Trust Settings"
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
        if let Some(network) = &self.network {
            self.write_network(f, network)?;
        }
        let secret = self.network.as_ref().and_then(|network| network.secrets.client(Role::Admin));
        let secret = secret.map(|secret| format!(" -d client_secret={secret}")).unwrap_or_default();
        writeln!(f)?;
        writeln!(
            f,
            "To get an access token for the admin role, valid for an hour (client_id is also operator or viewer):"
        )?;
        writeln!(
            f,
            "curl -sS{} {url}/oauth2/token -d grant_type=client_credentials -d client_id=admin{secret}",
            self.trust()
        )?;
        writeln!(f)?;
        writeln!(f, "To {} (this token has the {} role):", example.what, self.role.name())?;
        writeln!(f, "{}", self.command())?;
        writeln!(f)?;
        if let (Some(automat), Some(opening)) = (&mqtt.simulated, self.opening()) {
            writeln!(f, "A simulated automat, {automat}, is connected. To open its locker 0 remotely (same token):")?;
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
        let (url, token) = ("http://127.0.0.1:3000".to_owned(), "a.b.c".to_owned());
        Guide { url, token, role: Role::Admin, mqtt, network: None, example }
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
    fn says_which_role_its_tokens_have() {
        let guide = guide(first_automat());
        assert!(guide.to_string().contains("add a first automat (this token has the admin role)"), "{guide}");
    }

    #[test]
    fn on_a_network_it_says_what_a_phone_and_a_client_need() {
        let secrets = Arc::new(Secrets::fresh(&clock::Random::system()).unwrap());
        let network = OnNetwork {
            certificate: "/data/it's/ca.crt".into(),
            fingerprint: "AB:CD".to_owned(),
            file: None,
            secrets: secrets.clone(),
        };
        let guide =
            Guide { url: "https://192.0.2.7:3000".to_owned(), ..guide(first_automat()) }.on_network(Some(network));
        let text = guide.to_string();
        assert!(text.contains(r"--cacert '/data/it'\''s/ca.crt' https://192.0.2.7:3000/oauth2/token"), "{text}");
        assert!(text.contains("http://192.0.2.7:3000/ca.crt") && text.contains("AB:CD"), "{text}");
        for secret in [secrets.client(Role::Admin), secrets.person("viewer")] {
            assert!(text.contains(secret.unwrap()) && !format!("{guide:?}").contains(secret.unwrap()));
        }
    }

    #[test]
    fn shows_its_token_when_printed_and_never_when_debugged() {
        let guide = guide(first_automat());
        assert!(guide.to_string().contains("a.b.c"));
        assert!(!format!("{guide:?}").contains("a.b.c"));
    }
}
