//! Further settings of a deployed stack: how its automats get their credentials, and where the SMS and emails that it
//! sent can be read.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};

use tempfile::TempDir;

/// What the API does not say about a deployed stack.
#[derive(Debug)]
pub(crate) struct Deployed {
    provision: Option<String>,
    taken: Option<String>,
    folder: TempDir,
    devices: Mutex<HashMap<String, Arc<OnceLock<PathBuf>>>>,
}

impl Deployed {
    /// From `KEY_AUTOMAT_PROVISION` and `KEY_AUTOMAT_TAKEN`. Without one of them, the tests that need it fail and say
    /// so.
    pub(crate) fn named_by_environment() -> Self {
        Self {
            provision: std::env::var("KEY_AUTOMAT_PROVISION").ok(),
            taken: std::env::var("KEY_AUTOMAT_TAKEN").ok(),
            folder: tempfile::tempdir().unwrap(),
            devices: Mutex::default(),
        }
    }

    /// The folder with the credentials of an automat's device. The first call provisions it.
    pub(crate) fn credentials(&self, automat: &str) -> PathBuf {
        let device = self.devices.lock().unwrap().entry(automat.to_owned()).or_default().clone();
        device.get_or_init(|| self.provisioned(automat)).clone()
    }

    fn provisioned(&self, automat: &str) -> PathBuf {
        let command = self.provision.as_deref().unwrap_or_else(|| panic!("KEY_AUTOMAT_PROVISION is not set"));
        let folder = self.folder.path().join(automat);
        provision(command, automat, &folder);
        folder
    }

    /// Where the messages that were sent can be read.
    pub(crate) fn taken(&self) -> &str {
        self.taken.as_deref().unwrap_or_else(|| panic!("KEY_AUTOMAT_TAKEN is not set"))
    }
}

/// Runs the command that provisions an automat, with its remaining arguments.
fn provision(command: &str, automat: &str, folder: &Path) {
    let mut arguments = command.split_whitespace();
    let program = arguments.next().unwrap_or_else(|| panic!("KEY_AUTOMAT_PROVISION is empty"));
    let output = Command::new(program).args(arguments).args(["--automat", automat, "--out"]).arg(folder).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{automat} is not provisioned: {}", String::from_utf8_lossy(&output.stderr));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_provisioned_once() {
        let folder = tempfile::tempdir().unwrap();
        // Fails if the folder exists already, as the real command does.
        let script = folder.path().join("provision.sh");
        std::fs::write(&script, "mkdir \"$6\"").unwrap();
        let deployed = Deployed {
            provision: Some(format!("sh {} --stack it", script.display())),
            taken: None,
            folder,
            devices: Mutex::default(),
        };
        let lobby = deployed.credentials("lobby");
        assert_eq!(deployed.credentials("lobby"), lobby);
        assert_ne!(deployed.credentials("cellar"), lobby);
    }
}
