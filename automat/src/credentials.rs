//! The folder that an automat is set up with: who it is, its certificate, and where the cloud is.

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

/// The broker's authority, in PEM.
pub const AUTHORITY: &str = "ca.pem";
/// The automat's certificate, in PEM.
pub const CERTIFICATE: &str = "certificate.pem";
/// Its private key, in PEM.
pub const PRIVATE_KEY: &str = "private.key";
/// These [`Credentials`], in JSON.
pub const AUTOMAT: &str = "automat.json";

/// What the folder says besides its certificates.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credentials {
    /// The thing's name.
    pub thing: String,
    /// The automat's id, which the name comes from.
    pub automat_id: String,
    /// How many lockers it has.
    pub locker_count: u16,
    /// The broker's host.
    pub endpoint: String,
    /// The broker's port for mutual TLS.
    pub port: u16,
    /// The automat's key for keypad codes: 32 bytes in base 64 for URLs without padding.
    pub device_key: String,
    /// Another one beside it, while the cloud's secret is being replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_device_key: Option<String>,
}

/// A folder that an automat cannot be set up with.
#[derive(Debug, thiserror::Error)]
pub enum CredentialsError {
    /// A file cannot be read or written.
    #[error("{} cannot be read or written", .file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// `automat.json` has another form.
    #[error("{AUTOMAT} is not of its form")]
    Form(#[source] serde_json::Error),
    /// The device key is not 32 bytes in base 64.
    #[error("a device key of {AUTOMAT} is not 32 bytes in base 64")]
    DeviceKey,
    /// The certificates are of no use.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl Credentials {
    /// Reads a folder's `automat.json`.
    pub fn read(folder: &Path) -> Result<Self, CredentialsError> {
        serde_json::from_slice(&read(folder, AUTOMAT)?).map_err(CredentialsError::Form)
    }

    /// Writes it there.
    pub fn write(&self, folder: &Path) -> Result<(), CredentialsError> {
        let json = serde_json::to_vec_pretty(self).map_err(CredentialsError::Form)?;
        let file = folder.join(AUTOMAT);
        fs::write(&file, json).map_err(|source| CredentialsError::File { file, source })
    }

    /// What the automat runs with: these, the certificates beside them, and a folder for its journal.
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

    /// The key for keypad codes, or both.
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
            endpoint: "127.0.0.1".to_owned(),
            port: 8883,
            device_key: device_key.to_owned(),
            other_device_key: None,
        }
    }

    #[test]
    fn a_folder_says_what_was_written_into_it() {
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
    fn a_folder_may_have_two_device_keys_and_need_not() {
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
