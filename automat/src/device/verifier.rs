//! Verifiers: what a typed code is compared with while there is no cloud.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use protocol::{ThingName, Verifier};

use super::Input;

/// Length of a code's name in bytes, cut from the MAC.
pub(super) const NAME_BYTES: usize = 16;

/// Length of a verifier in bytes.
const VERIFIER_BYTES: usize = 8;

/// scrypt's block size and parallelism.
const BLOCK_SIZE: u32 = 8;
const PARALLEL: u32 = 1;

/// The name of a code under one of the device's keys. With that key it leads to the code, so `Debug` is masked.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct CodeName(pub(super) [u8; NAME_BYTES]);

impl CodeName {
    /// As it is sent to the cloud.
    pub(super) fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The verifier of a return code with this name: there are only 10,000 of these, which no hash would protect.
    pub(super) fn of_return_code(&self) -> Verifier {
        verifier(&self.0)
    }

    /// The verifier of a PIN with this name. It takes some 50 ms. `None`: there is no such cost.
    fn of_pin(&self, thing: &ThingName, cost: u8) -> Option<Verifier> {
        let parameters = scrypt::Params::new(cost, BLOCK_SIZE, PARALLEL).ok()?;
        let mut hash = [0; VERIFIER_BYTES];
        scrypt::scrypt(&self.0, thing.as_str().as_bytes(), &parameters, &mut hash).ok()?;
        Some(Verifier(hash))
    }
}

impl fmt::Debug for CodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeName(…)")
    }
}

/// The first bytes as a verifier.
fn verifier(bytes: &[u8; NAME_BYTES]) -> Verifier {
    let mut verifier = [0; VERIFIER_BYTES];
    verifier.copy_from_slice(&bytes[..VERIFIER_BYTES]);
    Verifier(verifier)
}

/// The computation of the verifiers of a typed PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hashing {
    /// The entry's id.
    pub(super) id: String,
    /// The PIN's name under each of the device's keys.
    pub(super) names: Vec<CodeName>,
    pub(super) thing: ThingName,
    pub(super) cost: u8,
}

impl Hashing {
    /// The id of the entry.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Computes them. It takes some 50 ms for each key of the device, so not where anything else waits.
    #[must_use]
    pub fn carry_out(&self) -> Input {
        let verifiers = self.names.iter().filter_map(|name| name.of_pin(&self.thing, self.cost)).collect();
        Input::Hashed { id: self.id.clone(), verifiers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::DeviceKey;
    use protocol::CodeKind;

    fn name(kind: CodeKind) -> CodeName {
        DeviceKey::new(&[1; 32]).names(kind, "4711").remove(0)
    }

    fn decoded(text: &str) -> Verifier {
        Verifier(URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap())
    }

    fn encoded(verifier: Verifier) -> String {
        URL_SAFE_NO_PAD.encode(verifier.0)
    }

    #[test]
    fn the_verifier_of_a_pin_is_scrypt_of_its_name() {
        let lobby = ThingName::new("lobby");
        // hashlib.scrypt(name, salt=b"lobby", n=2**14, r=8, p=1, dklen=8)
        assert_eq!(name(CodeKind::Pin).of_pin(&lobby, 14), Some(decoded("i0W-w9MhA-0")));
        assert_eq!(name(CodeKind::Pin).of_pin(&lobby, 10), Some(decoded("73hnGhfQR4o")));
        assert_ne!(name(CodeKind::Pin).of_pin(&ThingName::new("lobby:2"), 10), name(CodeKind::Pin).of_pin(&lobby, 10));
        assert_eq!(name(CodeKind::Pin).of_pin(&lobby, 64), None);
    }

    #[test]
    fn the_verifier_of_a_return_code_is_the_beginning_of_its_name() {
        let name = name(CodeKind::ReturnCode);
        assert_eq!(name.of_return_code(), decoded("BX8t1X3UU3s"));
        assert!(name.encode().starts_with("BX8t1X3UU3"));
    }

    #[test]
    fn a_hashing_shows_no_name() {
        let names = vec![name(CodeKind::Pin)];
        let hashing = Hashing { id: "e".to_owned(), names, thing: ThingName::new("lobby"), cost: 10 };
        assert!(!format!("{hashing:?} {:?}", hashing.carry_out()).contains(&name(CodeKind::Pin).encode()));
        assert!(format!("{hashing:?}").contains("CodeName(…)"));
    }

    /// Somebody who builds a device from the document alone tests it with these.
    #[test]
    fn the_test_vectors_in_the_document_are_right() {
        let document = include_str!("../../../docs/device-protocol.md");
        let pin = name(CodeKind::Pin).of_pin(&ThingName::new("lobby"), 14).map(encoded);
        for row in [
            format!("| verifier of `return 4711` | `{}` |", encoded(name(CodeKind::ReturnCode).of_return_code())),
            format!("| verifier of `pin 4711` for the thing `lobby`, cost 14 | `{}` |", pin.unwrap_or_default()),
        ] {
            assert!(document.contains(&row), "{row}");
        }
    }
}
