//! Sealing what a device keeps: AES-256-GCM under a key derived from the device's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clock::Random;
use protocol::{SEALING_KEY, Sealed};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;

use crate::{DeviceKey, Error};

pub(super) struct Seal<'a> {
    key: LessSafeKey,
    random: &'a Random,
}

impl<'a> Seal<'a> {
    pub(super) fn under(device_key: &DeviceKey, random: &'a Random) -> Result<Self, Error> {
        let device_key = hmac::Key::new(hmac::HMAC_SHA256, device_key.reveal());
        let derived = hmac::sign(&device_key, SEALING_KEY.as_bytes());
        let key = UnboundKey::new(&AES_256_GCM, derived.as_ref())
            .map_err(|source| Error::internal("deriving a device's sealing key", source))?;
        Ok(Self { key: LessSafeKey::new(key), random })
    }

    /// Nonces are random: of 2^32 messages under one key, two have the same with a probability of 2^-32 (NIST SP 800-38D,
    /// section 8.3, <https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf>).
    pub(super) fn close(&self, mut content: Vec<u8>, associated_data: &str) -> Result<Sealed, Error> {
        let nonce: [u8; NONCE_LEN] = self.random.bytes()?;
        let associated_data = Aad::from(associated_data.as_bytes());
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), associated_data, &mut content)
            .map_err(|source| Error::internal("sealing for a device", source))?;
        Ok(Sealed(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &content].concat())))
    }
}
