//! The guide printed at startup: addresses, how to get a token, and a booking to paste into a shell.
//!
//! It contains an access token, which is a secret. That is on purpose: it is printed to the terminal of the person who
//! may use it, and never logged.

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

/// Duration of the booking in the guide.
const BOOKING_MILLIS: i64 = 2 * HOUR;
const HOUR: i64 = 3_600_000;

/// An example request, used by people and by tests.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What it does, as a short phrase.
    pub what: String,
    /// The path, percent-encoded. The method is POST.
    pub path: String,
    pub body: Value,
}

/// What the guide reports about MQTT.
#[derive(Debug, Clone)]
pub struct Mqtt {
    /// Address of the listener without TLS.
    pub plain: SocketAddr,
    /// Address of the listener with TLS.
    pub tls: SocketAddr,
    /// The folder of the automats' credentials; `None` when data is kept in memory.
    pub automats: Option<PathBuf>,
    /// The simulated automat, if one runs.
    pub simulated: Option<AutomatId>,
}

/// What the guide reports when other machines can connect.
#[derive(Clone)]
pub struct OnNetwork {
    /// Path of the certificate authority's certificate.
    pub certificate: PathBuf,
    /// SHA-256 fingerprint of that certificate.
    pub fingerprint: String,
    /// The file of the secrets; `None` when data is kept in memory.
    pub file: Option<PathBuf>,
    /// Client secrets and passwords.
    pub secrets: Arc<Secrets>,
}

/// The guide; `Display` prints it.
#[derive(Clone)]
pub struct Guide {
    url: String,
    token: String,
    role: Role,
    mqtt: Mqtt,
    network: Option<OnNetwork>,
    /// The request to try first.
    pub example: Example,
}

impl Guide {
    /// Proposes a booking that is possible now: of the first key that has free time. If there is no key, proposes to
    /// add an automat.
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

    /// Adds what other machines need to connect.
    #[must_use]
    pub fn on_network(self, network: Option<OnNetwork>) -> Self {
        Self { network, ..self }
    }

    /// The access token printed in the guide.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The example request as a curl command for a POSIX shell.
    #[must_use]
    pub fn command(&self) -> String {
        self.post(&self.example.path, &self.example.body)
    }

    /// The curl command that opens a locker of the simulated automat.
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
    /// The curl option to trust the local certificate authority.
    fn trust(&self) -> String {
        let certificate = self.network.as_ref().map(|network| network.certificate.display().to_string());
        certificate.map(|path| format!(" --cacert '{}'", path.replace('\'', r"'\''"))).unwrap_or_default()
    }

    fn write_network(&self, f: &mut fmt::Formatter<'_>, network: &OnNetwork) -> fmt::Result {
        let OnNetwork { certificate, fingerprint, file, secrets } = network;
        writeln!(f)?;
        writeln!(f, "Other machines can connect. Passwords for the web pages:")?;
        for person in &PEOPLE {
            writeln!(f, "  {:<16} {}", person.id, secrets.person(person.id).unwrap_or_default())?;
        }
        writeln!(
            f,
            "Client secrets (the user admin with admin's secret can also open {}/outbox from other machines):",
            self.url
        )?;
        for &role in Role::ALL {
            writeln!(f, "  {:<16} {}", role.name(), secrets.client(role).unwrap_or_default())?;
        }
        if let Some(file) = file {
            writeln!(f, "They are stored in {}; delete that file to generate new ones.", file.display())?;
        }
        writeln!(f)?;
        writeln!(f, "Before a phone can connect, install this cloud's certificate authority on it:")?;
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
    Example {
        what: format!("book the key {}", key.as_str()),
        path: "/v1/contracts".to_owned(),
        body: json!({
            "keyIds": [key.as_str()],
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
            "To get an access token for the admin role, valid for one hour (or use the client_id operator or viewer):"
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
        writeln!(f, "Press Ctrl-C to stop.")
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
            "curl -sS -i http://127.0.0.1:3000/v1/contracts \\\n  \
               -H 'Authorization: Bearer a.b.c' \\\n  \
               -H 'Content-Type: application/json' \\\n  \
               -d '{\"end\":\"2026-03-01T12:00:00Z\",\"keyIds\":[\"mökki\"],\"person\":\"Ada Lovelace\",\"start\":\"2026-03-01T10:00:00Z\"}'"
        );
    }

    #[test]
    fn names_the_role_of_its_token() {
        let guide = guide(first_automat());
        assert!(guide.to_string().contains("add a first automat (this token has the admin role)"), "{guide}");
    }

    #[test]
    fn on_a_network_it_explains_how_phones_and_clients_connect() {
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
