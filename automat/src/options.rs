//! The command line.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use automat::credentials::{AUTHORITY, CERTIFICATE, Credentials, CredentialsError, PRIVATE_KEY};
use automat::device::DeviceKey;
use automat::driver::Settings;
use automat::link::{Endpoint, RECONNECT_AFTER, Security, TlsError};
use automat::simulated::{Config, SimulatedUser};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Parser;
use protocol::ThingName;

/// How long the simulated user takes for each step.
const MOMENT: Duration = Duration::from_secs(2);

/// A simulated key automat. It connects to the local cloud or to AWS IoT Core with its own certificate.
#[derive(Debug, Parser)]
#[command(name = "automat", version)]
pub(crate) struct Options {
    /// Folder for the automat's journal
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Folder with ca.pem, certificate.pem, private.key and automat.json; replaces all of the following
    #[arg(long, value_name = "DIR", conflicts_with_all = ["endpoint", "ca", "cert", "key", "thing", "device_key"])]
    credentials: Option<PathBuf>,
    /// Address of the broker
    #[arg(long, value_name = "HOST:PORT", required_unless_present = "credentials", value_parser = host_and_port)]
    endpoint: Option<(String, u16)>,
    /// Certificate authority of the broker, PEM
    #[arg(long, value_name = "FILE", default_value = AUTHORITY)]
    ca: PathBuf,
    /// Certificate of the automat, PEM
    #[arg(long, value_name = "FILE", default_value = CERTIFICATE)]
    cert: PathBuf,
    /// Private key of the automat, PEM
    #[arg(long, value_name = "FILE", default_value = PRIVATE_KEY)]
    key: PathBuf,
    /// Name of the thing
    #[arg(long, value_name = "NAME", required_unless_present = "credentials")]
    thing: Option<String>,
    /// File with the automat's key for keypad codes: 32 bytes in base64url
    #[arg(long, value_name = "FILE")]
    device_key: Option<PathBuf>,
    /// Number of lockers [default: from automat.json, or 20]
    #[arg(long, value_name = "N")]
    lockers: Option<u16>,
    /// Number on the door of locker 0 [default: from automat.json, or 0]
    #[arg(long, value_name = "N")]
    first_number: Option<u16>,
    /// Lockers that hold a key at the first start
    #[arg(long, value_name = "INDEXES", value_delimiter = ',')]
    inside: Vec<u16>,
    /// Simulate a user who takes and returns keys as the display says, and closes doors
    #[arg(long)]
    obliging: bool,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum OptionsError {
    #[error("{} cannot be read", .file.display())]
    File { file: PathBuf, source: io::Error },
    #[error("{} does not contain 32 bytes in base64url", .0.display())]
    DeviceKey(PathBuf),
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Options {
    pub(crate) fn config(self) -> Result<Config, OptionsError> {
        let (settings, from_credentials) = match &self.credentials {
            Some(folder) => {
                let credentials = Credentials::read(folder)?;
                (
                    credentials.settings(folder, self.data.clone())?,
                    Some((credentials.locker_count, credentials.first_number)),
                )
            }
            None => (self.settings()?, None),
        };
        Ok(Config {
            settings,
            locker_count: self.lockers.or(from_credentials.map(|(count, _)| count)).unwrap_or(20),
            first_number: self.first_number.or(from_credentials.map(|(_, first)| first)).unwrap_or(0),
            keys_inside: self.inside.into_iter().collect(),
            motor_time: Duration::from_millis(500),
            person: if self.obliging { SimulatedUser::Obliging(MOMENT) } else { SimulatedUser::Absent },
        })
    }

    fn settings(&self) -> Result<Settings, OptionsError> {
        let security = Security::mutual_tls(&read(&self.ca)?, &read(&self.cert)?, &read(&self.key)?)?;
        // clap requires both without --credentials.
        let (host, port) = self.endpoint.clone().unwrap_or_default();
        let thing = ThingName::new(self.thing.as_deref().unwrap_or_default());
        Ok(Settings {
            thing,
            endpoint: Endpoint { host, port, security },
            reconnect_after: RECONNECT_AFTER,
            device_key: self.device_key.as_deref().map(device_key).transpose()?,
            folder: self.data.clone(),
        })
    }
}

fn host_and_port(text: &str) -> Result<(String, u16), String> {
    let (host, port) = text.rsplit_once(':').ok_or("HOST:PORT is needed")?;
    Ok((host.to_owned(), port.parse().map_err(|_| "the port is a number below 65536")?))
}

fn read(file: &Path) -> Result<Vec<u8>, OptionsError> {
    fs::read(file).map_err(|source| OptionsError::File { file: file.to_owned(), source })
}

fn device_key(file: &Path) -> Result<DeviceKey, OptionsError> {
    let bytes = URL_SAFE_NO_PAD.decode(read(file)?.trim_ascii()).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(|bytes| DeviceKey::new(&bytes)).ok_or_else(|| OptionsError::DeviceKey(file.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Options::command().debug_assert();
    }

    #[test]
    fn an_endpoint_is_a_host_and_a_port() {
        assert_eq!(host_and_port("127.0.0.1:8883"), Ok(("127.0.0.1".to_owned(), 8883)));
        for bad in ["localhost", "localhost:", "localhost:70000"] {
            assert!(host_and_port(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn without_a_folder_of_credentials_the_broker_and_the_name_are_needed() {
        let parse = |rest: &str| Options::try_parse_from(format!("automat --data d {rest}").split_whitespace());
        assert!(parse("").is_err());
        assert!(parse("--endpoint a:1").is_err());
        assert!(parse("--endpoint a:1 --thing lobby").is_ok());
        assert!(parse("--credentials c").is_ok());
        assert!(parse("--credentials c --thing lobby").is_err());
    }
}
