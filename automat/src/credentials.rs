//! The folder that an automat is set up with: its identity, its certificate, and the broker's address.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::ThingName;
use serde::{Deserialize, Serialize};

use crate::device::DeviceKey;
use crate::driver::Settings;
use crate::link::{Endpoint, RECONNECT_AFTER, Security, TlsError};

/// The broker's certificate authority, in PEM.
pub const AUTHORITY: &str = "ca.pem";
/// The automat's certificate, in PEM.
pub const CERTIFICATE: &str = "certificate.pem";
/// Its private key, in PEM.
pub const PRIVATE_KEY: &str = "private.key";
/// These [`Credentials`], in JSON.
pub const AUTOMAT: &str = "automat.json";

/// The content of `automat.json`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    pub thing: String,
    /// The automat's id, from which the thing's name is derived.
    pub automat_id: String,
    pub locker_count: u16,
    /// The number on the door of locker 0. The display names lockers by the numbers on their doors.
    #[serde(default)]
    pub first_number: u16,
    pub endpoint: String,
    /// The port for mutual TLS.
    pub port: u16,
    /// The automat's key for keypad codes: 32 bytes in base64url without padding.
    pub device_key: String,
    /// A second key, while the PIN secret is being rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_device_key: Option<String>,
}

/// The folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    #[error("{} cannot be read or written", .file.display())]
    File { file: PathBuf, source: io::Error },
    #[error("{AUTOMAT} is malformed")]
    Form(#[source] serde_json::Error),
    #[error("a device key in {AUTOMAT} is not 32 bytes in base64url")]
    DeviceKey,
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Credentials {
    /// Reads `automat.json` from a folder.
    pub fn read(folder: &Path) -> Result<Self, CredentialsError> {
        serde_json::from_slice(&read(folder, AUTOMAT)?).map_err(CredentialsError::Form)
    }

    /// Writes `automat.json` to a folder.
    pub fn write(&self, folder: &Path) -> Result<(), CredentialsError> {
        let json = serde_json::to_vec_pretty(self).map_err(CredentialsError::Form)?;
        let file = folder.join(AUTOMAT);
        fs::write(&file, json).map_err(|source| CredentialsError::File { file, source })
    }

    /// The settings of the driver: these credentials, the certificates in the same folder, and a folder for the
    /// journal.
    pub fn settings(&self, certificates: &Path, journal: PathBuf) -> Result<Settings, CredentialsError> {
        let [authority, certificate, key] = [AUTHORITY, CERTIFICATE, PRIVATE_KEY].map(|file| read(certificates, file));
        Ok(Settings {
            thing: ThingName::new(&self.thing),
            endpoint: Endpoint {
                host: self.endpoint.clone(),
                port: self.port,
                security: Security::mutual_tls(&authority?, &certificate?, &key?)?,
            },
            reconnect_after: RECONNECT_AFTER,
            device_key: Some(self.device_key()?),
            folder: journal,
        })
    }

    /// The keys for keypad codes, one or two.
    pub fn device_key(&self) -> Result<DeviceKey, CredentialsError> {
        let key = DeviceKey::new(&key_bytes(&self.device_key)?);
        Ok(match &self.other_device_key {
            Some(other) => key.with_other(&key_bytes(other)?),
            None => key,
        })
    }
}

fn key_bytes(text: &str) -> Result<[u8; 32], CredentialsError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CredentialsError::DeviceKey)?;
    bytes.try_into().map_err(|_| CredentialsError::DeviceKey)
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>, CredentialsError> {
    let file = folder.join(name);
    fs::read(&file).map_err(|source| CredentialsError::File { file, source })
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("thing", &self.thing)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(device_key: &str) -> Credentials {
        Credentials {
            thing: "lobby:2".to_owned(),
            automat_id: "lobby.2".to_owned(),
            locker_count: 20,
            first_number: 1,
            endpoint: "127.0.0.1".to_owned(),
            port: 8883,
            device_key: device_key.to_owned(),
            other_device_key: None,
        }
    }

    #[test]
    fn written_credentials_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let credentials = credentials(&URL_SAFE_NO_PAD.encode([7; 32]));
        credentials.write(folder.path()).unwrap();
        assert_eq!(Credentials::read(folder.path()).unwrap(), credentials);
        assert!(!format!("{credentials:?}").contains(&credentials.device_key));
    }

    #[test]
    fn a_device_key_has_32_bytes() {
        assert!(credentials(&URL_SAFE_NO_PAD.encode([7; 32])).device_key().is_ok());
        for bad in ["", "not base 64", &URL_SAFE_NO_PAD.encode([7; 31])] {
            assert!(matches!(credentials(bad).device_key(), Err(CredentialsError::DeviceKey)), "{bad}");
            let other = Some(bad.to_owned());
            let both = Credentials { other_device_key: other, ..credentials(&URL_SAFE_NO_PAD.encode([7; 32])) };
            assert!(matches!(both.device_key(), Err(CredentialsError::DeviceKey)), "{bad}");
        }
    }

    #[test]
    fn a_second_device_key_is_optional() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two] = [[7; 32], [8; 32]].map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
        credentials(&one).write(folder.path()).unwrap();
        assert!(!fs::read_to_string(folder.path().join(AUTOMAT)).unwrap().contains("other"));
        let both = Credentials { other_device_key: Some(two), ..credentials(&one) };
        both.write(folder.path()).unwrap();
        let ids = Credentials::read(folder.path()).unwrap().device_key().unwrap().ids();
        assert_eq!(ids.len(), 2);
        assert_eq!(ids[0], credentials(&one).device_key().unwrap().ids()[0]);
    }
}
